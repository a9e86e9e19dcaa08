# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane of one node is replaced where an outage is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_run,
    a_single,
    is_new,
)
from ansible_collections.nodeops.rotator.tests.simulation.etcd import NEVER
from ansible_collections.nodeops.rotator.tests.simulation.world import World

SHARED = "nodeops-rotator-control-plane"
ALLOWED: dict[str, Any] = {"allow_api_outage": True}


def newest_image(world: World, place: str) -> str:
    """Return the image that the group launches now."""
    pointer = world.account.groups[place].template
    assert pointer is not None
    template = world.account.templates[pointer["LaunchTemplateId"]]
    return str(template.versions[template.latest].data["ImageId"])


def test_without_leave_it_is_refused() -> None:
    world, plane = a_single()
    result = a_run(world, plane.places[0])()
    assert result.status == "refused"
    assert "it has one node" in str(result.error)
    assert "allow_api_outage" in str(result.error)
    assert not is_new(world, plane.places[0])


def test_it_is_replaced_and_the_way_back_was_written_before() -> None:
    world, plane = a_single()
    (place,) = plane.places
    old = plane.instance(place)
    assert old is not None
    run = a_run(world, place, **ALLOWED)
    result = run()
    assert result.status == "complete", (result.error, run.story())
    assert is_new(world, place)
    assert plane.is_whole(place)
    assert len(run.notes.files) == 1
    name, text = next(iter(run.notes.files.items()))
    assert result.values["way_back"] == f"/notes/{name}"
    volumes = [member.volume.id for member in plane.etcd.members]
    assert all(part in text for part in (old.id, place, *volumes, "--source-version 1"))
    told = next(at for at, event in run.events if "the way back is in" in event.text)
    assert told <= next(at for at, event in run.events if event.phase == "cordoned")
    lines = [(at, event.text) for at, event in run.events if event.phase == "way_back"]
    assert "\n".join(line for _at, line in lines) + "\n" == text
    assert {at for at, _line in lines} == {told}
    assert result.values["indirect"] == ["events"]
    assert world.gate.calls["elbv2:DeregisterTargets"] == 0
    assert world.judge.breaches == []


def test_nothing_is_touched_where_the_way_back_cannot_be_written() -> None:
    world, plane = a_single()
    run = a_run(world, plane.places[0], **ALLOWED)
    run.notes.error = FailedError("The way back could not be written to /notes (full)")
    result = run()
    assert (result.status, result.values["way_back"]) == ("refused", "")
    assert "could not be written" in str(result.error)
    assert not is_new(world, plane.places[0])


def test_a_plan_writes_no_file() -> None:
    world, plane = a_single()
    run = a_run(world, plane.places[0], plan_only=True, **ALLOWED)
    assert run().status == "planned"
    assert run.notes.files == {}


def test_a_long_outage_within_its_limit_is_waited_for() -> None:
    world, plane = a_single()
    plane.etcd.join = (1200.0, 1201.0)
    run = a_run(world, plane.places[0], **ALLOWED)
    result = run()
    assert result.status == "complete", (result.error, run.story())
    assert world.judge.breaches == []


@pytest.mark.parametrize("choice", ["rollback_template", "leave"])
def test_an_outage_that_does_not_end_fails_and_leaves_the_new_instance(choice: str) -> None:
    world, plane = a_single()
    (place,) = plane.places
    plane.etcd.join = (NEVER, NEVER)
    run = a_run(world, place, api_outage_timeout=900, on_outage=choice, **ALLOWED)
    result = run()
    assert result.status == "failed"
    assert "has been down for 900 s" in str(result.error)
    assert f"/notes/{next(iter(run.notes.files))}" in str(result.error)
    back = choice == "rollback_template"
    assert ("was rolled back to version 1" in str(result.error)) is back
    assert newest_image(world, place) == world.facts["old_image" if back else "new_image"]
    assert is_new(world, place)
    assert world.gate.calls["autoscaling:TerminateInstanceInAutoScalingGroup"] == 1
    assert world.judge.breaches == []


def test_the_leases_outlast_the_outage() -> None:
    world, plane = a_single()
    plane.etcd.join = (NEVER, NEVER)
    run = a_run(world, plane.places[0], api_outage_timeout=900, **ALLOWED)
    run()
    leases = {
        one["metadata"]["name"]: one["spec"]
        for one in world.cluster.objects("leases", "kube-system")
        if one["spec"].get("holderIdentity") == run.policy.holder
    }
    assert SHARED in leases
    assert len(leases) == 2
    assert all(one["leaseDurationSeconds"] >= 900 for one in leases.values())


def test_once_the_api_answers_again_the_next_run_resumes() -> None:
    world, plane = a_single()
    (place,) = plane.places
    plane.etcd.join = (NEVER, NEVER)
    first = a_run(world, place, api_outage_timeout=900, on_outage="leave", **ALLOWED)
    assert first().status == "failed"
    plane.etcd.repair()
    world.kernel.advance(world.kernel.now + 600)
    assert plane.is_whole(place)
    again = a_run(world, place, "r2", **ALLOWED)
    result = again()
    assert result.status == "complete", (result.error, again.story())
    assert "resuming an interrupted run" in str(again.story())
    assert again.notes.files == {}
    assert world.gate.calls["autoscaling:TerminateInstanceInAutoScalingGroup"] == 1
    assert world.judge.breaches == []
