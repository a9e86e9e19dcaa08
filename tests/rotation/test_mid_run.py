# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was well at the start is checked again, and what is not is named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    ReadGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    bare,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call, Fault
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import move
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import NodeKind, World

HOURS = 3600.0


def ended(world: World, **options: Any) -> Run:
    """Rotate; a run that has not ended after four hours raises TimeoutError."""
    run = prepare(world, BLUE, **options)
    run.inbox.past = world.kernel.now + 4 * HOURS
    run()
    assert run.result is not None
    assert world.judge.breaches == []
    return run


def asg(world: World, operation: str, **params: Any) -> None:
    """Let an operator call Auto Scaling about demo-blue."""
    params = {"AutoScalingGroupName": BLUE, **params}
    world.account.call("autoscaling", operation, params, "operator")


def after_call(world: World, name: str, act: Callable[[], None]) -> None:
    """Let somebody act right after the first call of this name takes effect."""
    seen: list[Call] = []

    def watch(call: Call) -> None:
        if call.name == name and not seen:
            seen.append(call)
            world.kernel.after(0.5, act)

    world.gate.judges.append(watch)


@pytest.mark.parametrize("process", ["Launch", "Terminate"])
def test_a_process_suspended_in_mid_run_is_named_and_nothing_else_begins(process: str) -> None:
    world = due(size=6, replicas=6)
    world.kernel.after(150, lambda: asg(world, "SuspendProcesses", ScalingProcesses=[process]))
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "failed"
    assert f"process {process} suspended" in str(run.result.error)


def test_an_instance_refresh_begun_in_mid_run_is_named_and_nothing_else_begins() -> None:
    world = due(size=6, replicas=6)
    refresh, begun = {"InstanceRefreshId": "r", "Status": "InProgress"}, world.kernel.now + 150
    world.kernel.after(150, lambda: world.account.groups[BLUE].refreshes.append(refresh))
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "An instance refresh is running" in str(run.result.error)
    outdated = [at for at, event in run.events if event.text.startswith("version 1, target is 2")]
    last = max(outdated)
    assert last < begun + 120, "it is seen soon"


def test_a_stopped_instance_that_is_not_replaced_is_named() -> None:
    world = due()

    def stop() -> None:
        asg(world, "SuspendProcesses", ScalingProcesses=["HealthCheck", "ReplaceUnhealthy"])
        old = next(iter(world.account.groups[BLUE].members))
        world.account.call("ec2", "StopInstances", {"InstanceIds": [old]}, "operator")

    world.judge.rules[BLUE].unavailable = 1
    world.kernel.after(5, stop)
    run = ended(world, boot_timeout=300)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "is stopped and was not replaced while HealthCheck is suspended" in str(run.result.error)


def test_a_new_node_that_does_not_say_which_instance_it_is_is_named() -> None:
    world = bare(3, NodeKind(identified_after=1e9))
    run = ended(world, boot_timeout=300)
    assert run.result is not None
    assert run.result.values["canary"] == "failed"
    assert "to say which instance it is: its spec.providerID is empty" in str(run.result.error)


def test_a_budget_whose_status_cannot_be_worked_out_is_named_with_the_reason() -> None:
    world = due()
    kube.job(world.cluster, "batch", "import", 2, 2, seconds=1e9)
    kube.pdb(world.cluster, "batch", "import", max_unavailable=1)
    world.kernel.advance(world.kernel.now + 60)
    run = ended(world, drain=DrainPolicy(epoch=EPOCH.timestamp(), timeout=120))
    assert run.result is not None
    assert run.result.status == "failed"
    assert "the control plane cannot work out its status" in str(run.result.error)


def test_a_template_that_moves_while_all_is_restored_leaves_no_complete_rotation() -> None:
    world = due()
    after_call(
        world,
        "autoscaling:ResumeProcesses",
        lambda: move(world, BLUE, world.facts["old_image"]),
    )
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "moved from" in str(run.result.error)
    assert traces(world) == CLEAN


def test_a_maximum_is_not_put_back_under_a_size_that_somebody_has_just_raised() -> None:
    world = due()

    def raised(call: Call) -> bool:
        """The restoring of MaxSize fails twice, and meanwhile somebody uses it."""
        if call.params.get("MaxSize") != 4:
            return False
        if world.account.groups[BLUE].desired == 4:
            asg(world, "SetDesiredCapacity", DesiredCapacity=5)
        return True

    fault = Fault("autoscaling:UpdateAutoScalingGroup", "503", "ServiceUnavailable", times=2)
    world.gate.faults.append(dataclasses.replace(fault, where=raised))
    run = ended(world)
    assert world.account.groups[BLUE].desired == 5
    assert sizes(world)[1:] == (5, 5)
    assert run.result is not None
    assert "MaxSize" in run.result.values["not_restored"][0]


def test_a_node_is_cordoned_only_on_a_read_of_the_last_five_seconds() -> None:
    run = rotate(due(), BLUE)
    reads = [at for at, command in run.inbox.commands if isinstance(command, ReadGroup)]
    cordons = [
        at
        for at, command in run.inbox.commands
        if isinstance(command, ChangeNode) and command.change.unschedulable
    ]
    assert len(cordons) >= 4
    assert all_current(run.world)
    assert all(any(at - 5 <= read <= at for read in reads) for at in cordons)


def test_a_node_that_is_put_into_standby_in_mid_run_keeps_no_mark_of_ours() -> None:
    world = due(size=5, replicas=5)
    left: list[str] = []

    def leave() -> None:
        nodes = world.judge.nodes(BLUE)
        marked = [node for node in nodes if node["spec"].get("taints")]
        left.append(marked[-1]["metadata"]["name"])
        ids = [marked[-1]["spec"]["providerID"].rsplit("/", 1)[-1]]
        asg(world, "EnterStandby", InstanceIds=ids, ShouldDecrementDesiredCapacity=False)

    world.kernel.after(20, leave)
    run = prepare(world, BLUE)
    run.inbox.past = world.kernel.now + 4 * HOURS
    run()
    node = world.cluster.object("nodes", left[0])
    assert node is not None
    assert not node["spec"].get("unschedulable")
    assert not [taint for taint in node["spec"].get("taints", ()) if "nodeops" in taint["key"]]
    assert not [name for name in node["metadata"]["annotations"] if "nodeops" in name]


def test_a_node_that_is_detached_with_nothing_but_our_taint_loses_it() -> None:
    world = due(size=5, replicas=5)
    left: list[str] = []

    def leave() -> None:
        marked = [node for node in world.judge.nodes(BLUE) if node["spec"].get("taints")]
        node = next(node for node in marked if not node["spec"].get("unschedulable"))
        left.append(node["metadata"]["name"])
        ids = [node["spec"]["providerID"].rsplit("/", 1)[-1]]
        asg(world, "DetachInstances", InstanceIds=ids, ShouldDecrementDesiredCapacity=False)

    world.kernel.after(20, leave)
    run = prepare(world, BLUE)
    run()
    assert run.result is not None
    assert run.result.status == "complete"
    node = world.cluster.object("nodes", left[0])
    assert node is not None
    assert not [taint for taint in node["spec"].get("taints") or () if "nodeops" in taint["key"]]
    assert not [name for name in node["metadata"]["annotations"] if "nodeops" in name]


def test_a_refusal_names_what_a_killed_run_has_left() -> None:
    world = due()
    with pytest.raises(Killed):
        prepare(world, BLUE, kill_at_command=40)()
    member = next(one for one in world.account.groups[BLUE].counted())
    ids = [member.instance_id]
    asg(world, "EnterStandby", InstanceIds=ids, ShouldDecrementDesiredCapacity=True)
    world.kernel.advance(world.kernel.now + 60)
    run = ended(world, run_id="r2", standby_instances="refuse")
    assert run.result is not None
    assert run.result.status == "refused"
    assert "standby" in str(run.result.error)
    told = " ".join(run.result.values["not_restored"])
    assert "AZRebalance of Auto Scaling group demo-blue stays suspended" in told
    assert "Scale-in protection of Auto Scaling group demo-blue stays on" in told
    assert "Tag nodeops.rotator/run of Auto Scaling group demo-blue stays" in told


def test_a_size_that_somebody_sets_is_told_with_what_the_scaling_activity_says() -> None:
    world = due()
    world.account.groups[BLUE].maximum = 9
    world.kernel.after(20, lambda: asg(world, "SetDesiredCapacity", DesiredCapacity=7))
    run = prepare(world, BLUE)
    run.inbox.past = world.kernel.now + 4 * HOURS
    run()
    (told,) = [event.text for _at, event in run.events if event.phase == "resized"]
    assert "to 7 (a user request explicitly set group desired capacity changing" in told
    assert "the group's own size counts as 6" in told
