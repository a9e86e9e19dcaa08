# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong around a control plane costs it no further node.

A new node that does not become whole stays and is named, and nothing else begins.
"""

from __future__ import annotations

import contextlib

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
    is_new,
)
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World


def when(run: Run, phase: str, act: object) -> None:
    """Let something happen as the run first reports this phase."""
    tell = run._tell

    def telling(event: object, now: float) -> None:
        tell(event, now)  # type: ignore[arg-type]
        if getattr(event, "phase", "") == phase and phase not in done:
            done.add(phase)
            act()  # type: ignore[operator]

    done: set[str] = set()
    run._tell = telling  # type: ignore[assignment, method-assign]


def kill(world: World, plane: ControlPlane, place: str) -> None:
    """Let the instance of a place end, as somebody else's command would."""
    instance = plane.instance(place)
    assert instance is not None
    world.account.call(
        "autoscaling",
        "TerminateInstanceInAutoScalingGroup",
        {"InstanceId": instance.id, "ShouldDecrementDesiredCapacity": False},
        "operator",
    )


def test_a_member_that_never_joins_leaves_the_new_node_and_names_what_it_lacks() -> None:
    world, plane = a_plane()
    first, second = plane.places[:2]
    for member in plane.etcd.members:
        member.broken = member.place == first
    run = a_run(world, first)
    result = run()
    assert result.status == "failed"
    assert "its API server is not ready" in str(result.error)
    assert "not ready 1800 s after" in str(result.error)
    instance = plane.instance(first)
    assert instance is not None
    assert instance.image_id == world.facts["new_image"]
    assert result.values["not_restored"] != []
    after = a_run(world, second, "r2")()
    assert after.status == "refused"
    assert f"run {first} again first" in str(after.error)
    assert not is_new(world, second)
    assert world.judge.breaches == []
    assert plane.etcd.quorum_losses == 0


def test_after_a_failure_new_instances_come_from_the_previous_image() -> None:
    world, plane = a_plane()
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    result = a_run(world, plane.places[0])()
    assert result.status == "failed"
    assert "its node to join the cluster" in str(result.error)
    pointer = world.account.groups[plane.places[0]].template
    assert pointer is not None
    template = world.account.templates[pointer["LaunchTemplateId"]]
    newest = template.versions[template.latest].data
    assert newest["ImageId"] == world.facts["old_image"]
    assert world.judge.breaches == []


def test_a_member_that_joins_late_is_waited_for() -> None:
    world, plane = a_plane()
    plane.etcd.join = (900.0, 901.0)
    result = a_run(world, plane.places[0])()
    assert result.status == "complete", result.error
    assert plane.is_whole(plane.places[0])
    assert world.judge.breaches == []


def test_a_drained_node_stays_while_another_is_down_and_goes_once_that_is_whole_again() -> None:
    world, plane = a_plane()
    first, second = plane.places[:2]
    run = a_run(world, first)
    when(run, "cordoned", lambda: world.kernel.after(1, lambda: kill(world, plane, second)))
    result = run()
    assert result.status == "complete", result.error
    assert plane.is_whole(first)
    assert plane.is_whole(second)
    assert world.judge.breaches == []
    assert plane.etcd.quorum_losses == 0


def test_a_drained_node_is_given_back_if_another_stays_down() -> None:
    world, plane = a_plane()
    first, second = plane.places[:2]
    run = a_run(world, first)
    when(run, "cordoned", lambda: world.kernel.after(1, lambda: plane.etcd.fail(second)))
    result = run()
    assert result.status == "failed"
    assert "is drained and was not ended" in str(result.error)
    assert "is not whole" in str(result.error)
    assert not is_new(world, first)
    assert plane.is_whole(first)
    node = world.node_of(plane.instance(first))  # type: ignore[arg-type]
    assert node is not None
    assert not node["spec"].get("unschedulable")
    assert world.judge.breaches == []
    assert plane.etcd.quorum_losses == 0


def test_without_quorum_no_command_is_given() -> None:
    world, plane = a_plane()
    first, second = plane.places[:2]
    run = a_run(world, first)
    when(run, "terminated", lambda: plane.etcd.fail(second, broken=False))
    world.kernel.after(3000, lambda: repair(plane, second))
    result = run()
    assert result.status in ("failed", "complete")
    assert plane.etcd.quorum_losses == 1
    assert world.judge.breaches == []
    assert not is_new(world, second)


def repair(plane: ControlPlane, place: str) -> None:
    """Let the members of a place serve again."""
    for member in plane.etcd.members:
        if member.place == place and member.instance:
            member.up = True


@pytest.mark.parametrize("command", range(8, 60, 4))
def test_a_run_that_is_killed_is_resumed_and_takes_no_other_node(command: int) -> None:
    world, plane = a_plane()
    first, second = plane.places[:2]
    killed = a_run(world, first, "r1")
    killed.inbox.interrupt(command, "sent")
    with contextlib.suppress(Killed):
        killed()
    other = a_run(world, second, "r2")()
    assert other.status in ("refused", "complete")
    result = a_run(world, first, "r3")()
    assert result.status in ("complete", "unchanged"), result.error
    assert is_new(world, first)
    assert plane.is_whole(first)
    assert world.judge.breaches == []
    assert plane.etcd.quorum_losses == 0


def test_what_a_killed_run_has_changed_can_be_restored_instead() -> None:
    world, plane = a_plane()
    first = plane.places[0]
    killed = a_run(world, first)
    when(killed, "cordoned", lambda: killed.inbox.interrupt(len(killed.inbox.commands) + 2, "sent"))
    with contextlib.suppress(Killed):
        killed()
    assert killed.result is None
    restored = a_run(world, first, "r2", restore_only=True)()
    assert restored.status == "restored", restored.error
    assert not is_new(world, first)
    instance = plane.instance(first)
    assert instance is not None
    node = world.node_of(instance)
    assert node is not None
    assert not node["spec"].get("unschedulable")
    lease = world.cluster.object("leases", "nodeops-rotator-control-plane", "kube-system")
    assert lease is not None
    assert not lease["spec"].get("holderIdentity")
    assert world.judge.breaches == []


def bad(world: World, **options: object) -> Run:
    """Rotate the first node to an image that never joins."""
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    assert world.control_plane is not None
    run = a_run(world, world.control_plane.places[0], **options)
    run()
    assert run.result is not None
    return run


def test_a_new_node_that_is_not_whole_is_ended_once_if_that_is_asked_for() -> None:
    world, plane = a_plane()
    run = bad(world, control_plane_repair=True)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "its node to join the cluster" in str(run.result.error)
    assert plane.is_whole(plane.places[0]), run.story()
    assert not is_new(world, plane.places[0])
    assert world.gate.calls["autoscaling:TerminateInstanceInAutoScalingGroup"] == 2
    assert world.judge.breaches == []
    assert plane.etcd.quorum_losses == 0


def test_it_is_not_ended_where_the_image_stays() -> None:
    world, plane = a_plane()
    run = bad(world, control_plane_repair=True, on_failure="keep_template")
    assert run.result is not None
    assert any(
        "was not ended (control_plane_repair): the previous image has not gone back" in sentence
        for sentence in run.result.values["not_restored"]
    )
    assert is_new(world, plane.places[0])
    assert world.gate.calls["autoscaling:TerminateInstanceInAutoScalingGroup"] == 1


def test_it_is_not_ended_while_another_node_is_not_whole() -> None:
    world, plane = a_plane()
    world.kernel.after(900, lambda: plane.etcd.fail(plane.places[1]))
    run = bad(world, control_plane_repair=True)
    assert run.result is not None
    assert run.result.status == "failed"
    assert world.gate.calls["autoscaling:TerminateInstanceInAutoScalingGroup"] == 1
    assert is_new(world, plane.places[0])
    assert world.judge.breaches == []
