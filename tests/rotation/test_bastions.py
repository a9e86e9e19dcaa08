# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bastions are no nodes: each goes once another is in service and healthy."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadCluster,
    ReadGroup,
    ReadLease,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import TargetGroup
from ansible_collections.nodeops.rotator.tests.simulation.builders import all_current
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

BASTIONS = "bastions.demo.example.com"
READS = (ReadCluster, ReadGroup, ReadLease)


def with_bastions(size: int = 1, seed: int = 3) -> World:
    """Return a kops cluster whose bastions are due, behind a network load balancer."""
    groups = (
        kops.InstanceGroup("nodes", "Node", 2, "abc", "m6i.large", 4),
        kops.InstanceGroup("bastions", "Bastion", size, "abc"),
    )
    world = kops.furnish(World(Kernel(seed)), groups)
    point_to(world, BASTIONS, world.facts["new_image"])
    for target_group in world.account.target_groups.values():
        target_group.deregistration_delay = 20.0
    world.kernel.advance(world.kernel.now + 120)
    return world


def ssh(world: World) -> TargetGroup:
    """Return the target group of the bastions."""
    (found,) = (one for one in world.account.target_groups.values() if one.port == 22)
    return found


def a_run(world: World, run_id: str = "r1", **options: Any) -> Run:
    return prepare(world, BASTIONS, run_id, **{"soak": 10, "max_surge": 1, **options})


def state(world: World) -> dict[str, Any]:
    """Return what has to be as it was, however often a run was interrupted."""
    group = world.account.groups[BASTIONS]
    leases = world.cluster.objects("leases", "kube-system")
    return {
        "current": all_current(world, BASTIONS),
        "sizes": (group.minimum, group.desired, group.maximum),
        "launched": len(group.counted()),
        "healthy": len(ssh(world).healthy()),
        "suspended": sorted(group.suspended),
        "protected": [member.protected for member in group.counted()],
        "tags": [key for key in group.tags if key.startswith("nodeops.rotator/")],
        "held": [one["spec"].get("holderIdentity") for one in leases],
        "breaches": world.judge.breaches,
    }


@pytest.mark.parametrize("size", [1, 3])
def test_they_are_replaced_one_at_a_time_by_ones_that_are_healthy_before(size: int) -> None:
    world = with_bastions(size)
    before = state(world)
    run = a_run(world)
    result = run()
    assert result.status == "complete", run.story()
    assert state(world) == {**before, "current": True, "held": [""]}
    assert result.values["replaced"] == size
    assert world.judge.breaches == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [1, 2, 3])
def test_only_one_is_launched_for_each(size: int, seed: int) -> None:
    world = with_bastions(size, seed)
    assert a_run(world)().status == "complete"
    own = [one for one in world.account.instances.values() if one.group == BASTIONS]
    assert len(own) == 2 * size


def test_nothing_is_written_on_a_node_and_no_pod_is_asked_to_go() -> None:
    world = with_bastions()
    a_run(world)()
    writes = (
        "kubernetes:patch nodes",
        "kubernetes:create pods/eviction",
        "kubernetes:delete nodes",
    )
    assert [world.gate.calls[name] for name in writes] == [0, 0, 0]


def test_sizes_that_a_user_gives_do_not_take_the_only_one_first() -> None:
    world = with_bastions()
    run = a_run(world, max_surge=0, max_unavailable=1, readiness_gates=("nodeops.example/x",))
    world.judge.rules[BASTIONS].surge, world.judge.rules[BASTIONS].unavailable = 1, 0
    assert run().status == "complete", run.story()
    assert world.judge.breaches == []


def test_a_second_run_finds_nothing_to_do() -> None:
    world = with_bastions()
    a_run(world)()
    assert a_run(world, "r2")().status == "unchanged"


def test_a_plan_touches_nothing() -> None:
    world = with_bastions()
    before = state(world)
    assert a_run(world, plan_only=True)().status == "planned"
    assert state(world) == before


def test_one_that_is_not_healthy_in_the_load_balancer_ends_and_the_old_one_stays() -> None:
    world = with_bastions()
    old = next(iter(world.account.groups[BASTIONS].members))
    ssh(world).probe = lambda target: target.id == old
    run = a_run(world, boot_timeout=300)
    result = run()
    assert result.status == "failed"
    assert "to find it healthy" in str(result.error)
    assert result.values["rolled_back_to"] == "1"
    assert [member.instance_id for member in world.account.groups[BASTIONS].counted()] == [old]
    assert world.judge.breaches == []


def test_another_cluster_than_the_one_that_its_tags_name_is_refused() -> None:
    world = with_bastions()
    world.facts["cluster"] = "other.example.com"
    result = a_run(world)()
    assert result.status == "refused"
    assert "belongs to cluster demo.example.com by its tags" in str(result.error)


@pytest.mark.parametrize("how", ["sent", "signal"])
def test_a_run_that_is_interrupted_is_resumed(how: str) -> None:
    calm = a_run(with_bastions())
    calm()
    acts = [n for n, (_at, one) in enumerate(calm.inbox.commands) if not isinstance(one, READS)]
    for number in acts[how == "sent" :: 4]:
        world = with_bastions()
        before = state(world)
        first = a_run(world)
        first.inbox.interrupt(number, how)
        with contextlib.suppress(Killed):
            first()
        later = a_run(world, "r2")
        later()
        world.kernel.advance(world.kernel.now + 60)
        assert later.result is not None
        assert later.result.error is None, (number, later.story()[-5:])
        assert state(world) == {**before, "current": True, "held": [""]}, (number, later.story())


def test_what_a_killed_run_has_begun_can_be_put_back() -> None:
    world = with_bastions()
    before = state(world)
    first = a_run(world)
    first.inbox.stop_at(world.kernel.now + 130)
    assert first().status == "stopped"
    restored = a_run(world, "r2", restore_only=True)
    found = restored()
    assert found.status == "restored", restored.story()
    assert any("1 above its base of 1" in sentence for sentence in found.values["not_restored"])
    after = state(world)
    assert after["suspended"] == before["suspended"]
    assert (after["protected"], after["tags"], after["breaches"]) == ([False] * 2, [], [])
