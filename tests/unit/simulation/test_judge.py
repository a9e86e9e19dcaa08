# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge: each guard is broken once and kept once, and the judge says which."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import Target
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.unit.simulation.conftest import BuiltAccount


def pod_path(built: BuiltAccount, number: int = 0) -> str:
    return f"/api/v1/namespaces/shop/pods/{built.pods()[number]['metadata']['name']}"


def cordon_two(built: BuiltAccount) -> None:
    built.rule(unavailable=1)
    built.cordon(built.node(built.instances()[0]))
    built.cordon(built.node(built.instances()[1]))


def break_budget(built: BuiltAccount) -> None:
    node = built.pods()[0]["spec"]["nodeName"]
    built.world.cluster.node_silent(node)
    other = next(
        number for number, pod in enumerate(built.pods()) if pod["spec"]["nodeName"] != node
    )
    built.ask("DELETE", pod_path(built, other))


def surplus(built: BuiltAccount) -> None:
    """More is launched than desired, all of it protected."""
    built.scaling(
        "SetInstanceProtection",
        "operator",
        InstanceIds=built.instances(),
        ProtectedFromScaleIn=True,
    )
    built.scaling("SetDesiredCapacity", "operator", DesiredCapacity=3)


def unprotect(built: BuiltAccount) -> None:
    surplus(built)
    built.scaling(
        "SetInstanceProtection", InstanceIds=built.instances()[:1], ProtectedFromScaleIn=False
    )


def protect_no_new(built: BuiltAccount) -> None:
    surplus(built)
    built.scaling("UpdateAutoScalingGroup", NewInstancesProtectedFromScaleIn=False)


def resume_unbalanced(built: BuiltAccount) -> None:
    built.scaling("SuspendProcesses", "operator", ScalingProcesses=["AZRebalance"])
    members = built.world.account.groups[built.blue].members.values()
    lonely = [one.instance_id for one in members if one.zone.endswith(("b", "c"))]
    built.terminate(lonely[0], True, "operator")
    built.scaling("ResumeProcesses", ScalingProcesses=["AZRebalance"])


def deregister(built: BuiltAccount, healthy: int) -> None:
    """The first instance leaves a target group in which so many are healthy."""
    group = build.add_target_group(built.world.account, "web")
    for name in built.instances()[:healthy]:
        group.targets[name, group.port] = Target(name, group.port, "eu-west-1a", "healthy", "")
    params = {"TargetGroupArn": group.arn, "Targets": [{"Id": built.instances()[0]}]}
    built.world.account.call("elbv2", "DeregisterTargets", params, built.actor)


def forget_the_node(built: BuiltAccount) -> None:
    """Somebody deletes the Node of an instance on which a pod runs.

    Then the instance is ended.
    """
    instance = with_a_pod(built)
    built.world.cluster.delete("nodes", built.found("nodes", built.node(instance)))
    built.rule(unavailable=4)
    built.terminate(instance)


def detach(built: BuiltAccount, instance: str, decrement: bool = False) -> None:
    built.scaling(
        "DetachInstances", InstanceIds=[instance], ShouldDecrementDesiredCapacity=decrement
    )
    built.wait(5)


def end_detached(built: BuiltAccount, instance: str) -> None:
    params = {"InstanceIds": [instance]}
    built.world.account.call("ec2", "TerminateInstances", params, built.actor)


def detach_with_pods(built: BuiltAccount) -> None:
    instance = with_a_pod(built)
    detach(built, instance)
    end_detached(built, instance)


def with_a_pod(built: BuiltAccount) -> str:
    """An instance on which a pod of shop/cart runs."""
    node = built.pods()[0]["spec"]["nodeName"]
    return next(name for name in built.instances() if built.node(name) == node)


BROKEN: dict[str, Callable[[BuiltAccount], object]] = {
    "desired is lowered by a number": lambda s: s.scaling("SetDesiredCapacity", DesiredCapacity=3),
    "more than base 4 + surge 1": lambda s: s.scaling("SetDesiredCapacity", DesiredCapacity=6),
    "MaxSize below what is launched": lambda s: s.scaling("UpdateAutoScalingGroup", MaxSize=3),
    "protection is taken off": unprotect,
    "the surplus dies undrained": protect_no_new,
    "AZRebalance is resumed while zones are unbalanced": resume_unbalanced,
    "desired would fall below its base 4": lambda s: s.terminate(s.instances()[0], True),
    "only 3 of 4 nodes would be available": lambda s: s.terminate(s.instances()[0]),
    "still runs on": lambda s: s.terminate(with_a_pod(s)),
    "behind the back of its group": lambda s: s.world.account.call(
        "ec2", "TerminateInstances", {"InstanceIds": s.instances()[:1]}, s.actor
    ),
    "the last healthy target is deregistered": lambda s: deregister(s, 1),
    "only 2 of 4 nodes would be available": cordon_two,
    "is deleted while it is running": lambda s: s.ask(
        "DELETE", f"/api/v1/nodes/{s.node(s.instances()[0])}"
    ),
    "a ready pod is deleted whose budget has nothing left": break_budget,
    "pod shop/cart-": forget_the_node,
    "still runs on ip-": detach_with_pods,
    "demo-green is outside": lambda s: s.scaling(
        "SuspendProcesses", AutoScalingGroupName=s.green, ScalingProcesses=["Launch"]
    ),
}


@pytest.mark.parametrize("why", list(BROKEN))
def test_broken(built: BuiltAccount, why: str) -> None:
    built.world.judge.chosen = {built.blue}
    BROKEN[why](built)
    assert any(why in one for one in built.why()), built.why()


def bury(built: BuiltAccount) -> None:
    instance = built.empty()
    node = built.node(instance)
    built.world.account.fleet.terminate(built.world.account.instances[instance])
    while built.world.account.instances[instance].state != "terminated":
        built.wait(1)
    assert built.ask("DELETE", f"/api/v1/nodes/{node}") in (200, 404)


def replace_by_detaching(built: BuiltAccount) -> None:
    """As tools do that detach: another is launched.

    The detached one is drained and ended.
    """
    instance = built.instances()[0]
    detach(built, instance)
    built.cordon(built.node(instance))
    for pod in built.world.cluster.pods_on(built.node(instance)):
        built.world.cluster.delete("pods", pod, grace=0)
    built.wait(5)
    end_detached(built, instance)


def empty_and_forgotten(built: BuiltAccount) -> None:
    """An instance without a Node and without pods is ended."""
    instance = built.empty()
    built.world.cluster.delete("nodes", built.found("nodes", built.node(instance)))
    built.wait(61)
    built.terminate(instance, True)


def unfence(built: BuiltAccount) -> None:
    built.scaling("SetInstanceProtection", InstanceIds=built.instances(), ProtectedFromScaleIn=True)
    built.scaling(
        "SetInstanceProtection", InstanceIds=built.instances(), ProtectedFromScaleIn=False
    )
    built.scaling("UpdateAutoScalingGroup", NewInstancesProtectedFromScaleIn=False)


def cordon_with_a_spare(built: BuiltAccount) -> None:
    built.scaling("SetDesiredCapacity", DesiredCapacity=5)
    built.wait(5)
    built.cordon(built.node(built.instances()[0]))
    built.cordon(built.node(built.instances()[0]), None)
    built.cordon(built.node(built.instances()[1]))


def cordon_after_a_lift(built: BuiltAccount) -> None:
    """Somebody lifts a cordon of ours: that node takes pods again."""
    built.scaling("SetDesiredCapacity", DesiredCapacity=5)
    built.wait(5)
    name = built.node(built.instances()[0])
    built.cordon(name)
    node = built.world.cluster.object("nodes", name)
    built.world.cluster.change("nodes", node or {}, {"spec": {"unschedulable": False}})
    built.cordon(built.node(built.instances()[1]))


KEPT: dict[str, Callable[[BuiltAccount], object]] = {
    "the surge": lambda s: s.scaling("SetDesiredCapacity", DesiredCapacity=5),
    "a higher maximum and back": lambda s: [
        s.scaling("UpdateAutoScalingGroup", MaxSize=size) for size in (9, 4)
    ],
    "protection on and off while nothing is too many": unfence,
    "resumed in balance": lambda s: [
        s.scaling(f"{act}Processes", ScalingProcesses=["AZRebalance"])
        for act in ("Suspend", "Resume")
    ],
    "an empty node above the base": lambda s: s.terminate(s.empty(), True),
    "a drained instance that was detached": replace_by_detaching,
    "an empty instance without a Node": empty_and_forgotten,
    "one of two healthy targets": lambda s: deregister(s, 2),
    "a cordon with a node to spare, taken back and done elsewhere": cordon_with_a_spare,
    "a cordon after somebody has lifted the one before": cordon_after_a_lift,
    "the Node of a dead instance": bury,
    "a pod whose budget has one left": lambda s: s.ask("DELETE", pod_path(s)),
    "a dry run": lambda s: s.ask(
        "DELETE", f"/api/v1/nodes/{s.node(s.instances()[0])}", query={"dryRun": "All"}
    ),
    "a tag on the group": lambda s: s.world.account.call(
        "autoscaling",
        "CreateOrUpdateTags",
        {
            "Tags": [
                {
                    "ResourceId": s.blue,
                    "ResourceType": "auto-scaling-group",
                    "Key": "k",
                    "Value": "v",
                    "PropagateAtLaunch": False,
                }
            ]
        },
        s.actor,
    ),
    "reading": lambda s: s.scaling("DescribeLifecycleHooks", AutoScalingGroupName=s.green),
}


@pytest.mark.parametrize("what", list(KEPT))
def test_kept(built: BuiltAccount, what: str) -> None:
    built.world.judge.chosen = {built.blue}
    KEPT[what](built)
    assert built.why() == []


@pytest.mark.parametrize("why", list(BROKEN))
def test_an_operator_is_not_judged(built: BuiltAccount, why: str) -> None:
    built.world.judge.chosen = {built.blue}
    built.world.judge.unjudged.append(built.actor)
    BROKEN[why](built)
    assert built.why() == []


def test_what_fails_by_plan_is_no_breach_unless_it_was_applied(built: BuiltAccount) -> None:
    for applied, breaches in ((False, 0), (True, 1)):
        built.world.gate.faults.append(Fault("autoscaling:Set*", "Throttling", applied=applied))
        with pytest.raises(Exception, match="Throttling"):
            built.scaling("SetDesiredCapacity", DesiredCapacity=3)
        assert len(built.why()) == breaches


def test_a_person_may_name_what_is_to_go_whatever_it_costs(built: BuiltAccount) -> None:
    instance, pod = with_a_pod(built), built.pods()[0]["metadata"]["name"]
    built.rule(unavailable=1)
    built.world.judge.asked |= {instance, f"shop/{pod}"}
    built.terminate(instance)
    assert built.why() == []


def test_a_detachment_that_lowers_desired_below_the_base_is_a_breach(built: BuiltAccount) -> None:
    detach(built, built.instances()[0], True)
    assert built.why() == ["desired would fall below its base 4"]


def test_a_breach_says_when_and_what(built: BuiltAccount) -> None:
    built.wait(7)
    built.scaling("SetDesiredCapacity", DesiredCapacity=3)
    (breach,) = built.world.judge.breaches
    assert breach.at == built.world.kernel.now
    assert breach.command.startswith("autoscaling:SetDesiredCapacity")
    assert "'DesiredCapacity': 3" in breach.command


def test_the_command_takes_effect_all_the_same(built: BuiltAccount) -> None:
    built.scaling("SetDesiredCapacity", DesiredCapacity=3)
    assert built.world.account.groups[built.blue].desired == 3
