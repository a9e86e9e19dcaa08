# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""API servers beside a control plane are rotated one at a time, under its Lease."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadCluster,
    ReadGroup,
    ReadLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane import commands
from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
    together,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import all_current
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.kops import InstanceGroup
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

SERVERS = "apiservers.demo.example.com"
READS = (ReadCluster, ReadGroup, ReadLease, *commands.READS)


def with_api_servers(size: int = 2) -> tuple[World, ControlPlane]:
    """Return a control plane with nodes beside it that run an API server alone."""
    world, plane = a_plane(beside=(InstanceGroup("apiservers", "APIServer", size, "abc"),))
    point_to(world, SERVERS, world.facts["new_image"])
    return world, plane


def ended(run: Run) -> list[float]:
    return [at for at, event in run.events if event.phase == "terminated"]


def test_they_are_replaced_one_after_the_other_once_each_new_one_has_settled() -> None:
    world, plane = with_api_servers()
    run = a_run(world, SERVERS)
    result = run()
    assert result.status == "complete", result.error
    assert all_current(world, SERVERS)
    assert all(plane.serves(one) for one in plane.instances(SERVERS))
    cordoned = [at for at, event in run.events if event.phase == "cordoned"]
    assert cordoned[1] - ended(run)[0] > 30
    assert world.judge.breaches == []
    assert world.gate.calls["autoscaling:SetDesiredCapacity"] == 0


def test_a_second_run_finds_nothing_to_do() -> None:
    world, _plane = with_api_servers(1)
    assert a_run(world, SERVERS)().status == "complete"
    assert a_run(world, SERVERS, "r2")().status == "unchanged"


def test_they_wait_for_a_control_plane_of_which_a_node_is_not_whole() -> None:
    world, plane = with_api_servers()
    plane.etcd.fail(plane.places[2])
    result = a_run(world, SERVERS)()
    assert result.status == "refused"
    assert "is not whole" in str(result.error)
    assert not ended(a_run(world, SERVERS, "r2"))


def test_a_control_plane_waits_for_an_api_server_that_is_not_whole() -> None:
    world, plane = with_api_servers()
    plane.stop_api_server(plane.instances(SERVERS)[0])
    result = a_run(world, plane.places[0])()
    assert result.status == "refused"
    assert f"of Auto Scaling group {SERVERS} is not whole" in str(result.error)


def test_they_and_the_control_plane_take_turns() -> None:
    world, plane = with_api_servers()
    runs = [a_run(world, one, f"r{n}") for n, one in enumerate((SERVERS, plane.places[0]))]
    together(world, {0.0: runs[0], 20.0: runs[1]})
    first, second = (run.result for run in runs)
    assert first is not None
    assert second is not None
    assert (first.status, second.status) == ("complete", "refused")
    assert "host_r0 is rotating the control plane" in str(second.error)
    assert world.judge.breaches == []


def test_one_that_never_joins_is_left_and_named_and_no_other_goes() -> None:
    world, _plane = with_api_servers()
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    run = a_run(world, SERVERS, boot_timeout=300)
    result = run()
    assert result.status == "failed"
    assert "no other node of the control plane is touched" in str(result.error)
    assert len(ended(run)) == 1
    assert result.values["rolled_back_to"] == "1"
    assert world.judge.breaches == []


@pytest.mark.parametrize("part", range(8))
def test_a_run_that_is_killed_is_resumed(part: int) -> None:
    world, plane = with_api_servers()
    calm = a_run(world, SERVERS)
    calm()
    acts = [n for n, (_at, one) in enumerate(calm.inbox.commands) if not isinstance(one, READS)]
    world, plane = with_api_servers()
    run = a_run(world, SERVERS)
    run.inbox.interrupt(acts[part * (len(acts) - 1) // 7], "sent")
    with pytest.raises(Killed):
        run()
    later = a_run(world, SERVERS, "r2")
    result = later()
    assert result.status in ("complete", "unchanged"), later.story()[-5:]
    assert all_current(world, SERVERS)
    assert all(plane.serves(one) for one in plane.instances(SERVERS))
    assert world.judge.breaches == []


def test_a_group_of_an_unknown_role_is_refused_by_all() -> None:
    world, _plane = with_api_servers()
    tags: dict[str, Any] = world.account.groups[SERVERS].tags
    tags["k8s.io/role/etcd"] = tags.pop("k8s.io/role/apiserver")
    result = a_run(world, SERVERS)()
    assert result.status == "refused"
    assert "has the unknown role etcd" in str(result.error)
