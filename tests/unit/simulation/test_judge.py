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
from ansible_collections.nodeops.rotator.tests.unit.simulation.conftest import Scene


def pod_path(scene: Scene, number: int = 0) -> str:
    return f"/api/v1/namespaces/shop/pods/{scene.pods()[number]['metadata']['name']}"


def cordon_two(scene: Scene) -> None:
    scene.rule(unavailable=1)
    scene.cordon(scene.node(scene.instances()[0]))
    scene.cordon(scene.node(scene.instances()[1]))


def break_budget(scene: Scene) -> None:
    node = scene.pods()[0]["spec"]["nodeName"]
    scene.world.cluster.node_silent(node)
    other = next(
        number for number, pod in enumerate(scene.pods()) if pod["spec"]["nodeName"] != node
    )
    scene.ask("DELETE", pod_path(scene, other))


def surplus(scene: Scene) -> None:
    """More is launched than desired, all of it protected."""
    scene.scaling(
        "SetInstanceProtection",
        "operator",
        InstanceIds=scene.instances(),
        ProtectedFromScaleIn=True,
    )
    scene.scaling("SetDesiredCapacity", "operator", DesiredCapacity=3)


def unprotect(scene: Scene) -> None:
    surplus(scene)
    scene.scaling(
        "SetInstanceProtection", InstanceIds=scene.instances()[:1], ProtectedFromScaleIn=False
    )


def protect_no_new(scene: Scene) -> None:
    surplus(scene)
    scene.scaling("UpdateAutoScalingGroup", NewInstancesProtectedFromScaleIn=False)


def resume_unbalanced(scene: Scene) -> None:
    scene.scaling("SuspendProcesses", "operator", ScalingProcesses=["AZRebalance"])
    members = scene.world.account.groups[scene.blue].members.values()
    lonely = [one.instance_id for one in members if one.zone.endswith(("b", "c"))]
    scene.terminate(lonely[0], True, "operator")
    scene.scaling("ResumeProcesses", ScalingProcesses=["AZRebalance"])


def deregister(scene: Scene, healthy: int) -> None:
    """The first instance leaves a target group in which so many are healthy."""
    group = build.add_target_group(scene.world.account, "web")
    for name in scene.instances()[:healthy]:
        group.targets[name, group.port] = Target(name, group.port, "eu-west-1a", "healthy", "")
    params = {"TargetGroupArn": group.arn, "Targets": [{"Id": scene.instances()[0]}]}
    scene.world.account.call("elbv2", "DeregisterTargets", params, scene.actor)


def forget_the_node(scene: Scene) -> None:
    """Somebody deletes the Node of an instance on which a pod runs.

    Then the instance is ended.
    """
    instance = with_a_pod(scene)
    scene.world.cluster.delete("nodes", scene.found("nodes", scene.node(instance)))
    scene.rule(unavailable=4)
    scene.terminate(instance)


def detach(scene: Scene, instance: str, decrement: bool = False) -> None:
    scene.scaling(
        "DetachInstances", InstanceIds=[instance], ShouldDecrementDesiredCapacity=decrement
    )
    scene.wait(5)


def end_detached(scene: Scene, instance: str) -> None:
    params = {"InstanceIds": [instance]}
    scene.world.account.call("ec2", "TerminateInstances", params, scene.actor)


def detach_with_pods(scene: Scene) -> None:
    instance = with_a_pod(scene)
    detach(scene, instance)
    end_detached(scene, instance)


def with_a_pod(scene: Scene) -> str:
    """An instance on which a pod of shop/cart runs."""
    node = scene.pods()[0]["spec"]["nodeName"]
    return next(name for name in scene.instances() if scene.node(name) == node)


BROKEN: dict[str, Callable[[Scene], object]] = {
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
def test_broken(scene: Scene, why: str) -> None:
    scene.world.judge.chosen = {scene.blue}
    BROKEN[why](scene)
    assert any(why in one for one in scene.why()), scene.why()


def bury(scene: Scene) -> None:
    instance = scene.empty()
    node = scene.node(instance)
    scene.world.account.fleet.terminate(scene.world.account.instances[instance])
    while scene.world.account.instances[instance].state != "terminated":
        scene.wait(1)
    assert scene.ask("DELETE", f"/api/v1/nodes/{node}") in (200, 404)


def replace_by_detaching(scene: Scene) -> None:
    """As tools do that detach: another is launched.

    The detached one is drained and ended.
    """
    instance = scene.instances()[0]
    detach(scene, instance)
    scene.cordon(scene.node(instance))
    for pod in scene.world.cluster.pods_on(scene.node(instance)):
        scene.world.cluster.delete("pods", pod, grace=0)
    scene.wait(5)
    end_detached(scene, instance)


def empty_and_forgotten(scene: Scene) -> None:
    """An instance without a Node and without pods is ended."""
    instance = scene.empty()
    scene.world.cluster.delete("nodes", scene.found("nodes", scene.node(instance)))
    scene.wait(61)
    scene.terminate(instance, True)


def unfence(scene: Scene) -> None:
    scene.scaling("SetInstanceProtection", InstanceIds=scene.instances(), ProtectedFromScaleIn=True)
    scene.scaling(
        "SetInstanceProtection", InstanceIds=scene.instances(), ProtectedFromScaleIn=False
    )
    scene.scaling("UpdateAutoScalingGroup", NewInstancesProtectedFromScaleIn=False)


def cordon_with_a_spare(scene: Scene) -> None:
    scene.scaling("SetDesiredCapacity", DesiredCapacity=5)
    scene.wait(5)
    scene.cordon(scene.node(scene.instances()[0]))
    scene.cordon(scene.node(scene.instances()[0]), None)
    scene.cordon(scene.node(scene.instances()[1]))


KEPT: dict[str, Callable[[Scene], object]] = {
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
def test_kept(scene: Scene, what: str) -> None:
    scene.world.judge.chosen = {scene.blue}
    KEPT[what](scene)
    assert scene.why() == []


@pytest.mark.parametrize("why", list(BROKEN))
def test_an_operator_is_not_judged(scene: Scene, why: str) -> None:
    scene.world.judge.chosen = {scene.blue}
    scene.world.judge.unjudged.append(scene.actor)
    BROKEN[why](scene)
    assert scene.why() == []


def test_what_fails_by_plan_is_no_breach_unless_it_was_applied(scene: Scene) -> None:
    for applied, breaches in ((False, 0), (True, 1)):
        scene.world.gate.faults.append(Fault("autoscaling:Set*", "Throttling", applied=applied))
        with pytest.raises(Exception, match="Throttling"):
            scene.scaling("SetDesiredCapacity", DesiredCapacity=3)
        assert len(scene.why()) == breaches


def test_a_person_may_name_what_is_to_go_whatever_it_costs(scene: Scene) -> None:
    instance, pod = with_a_pod(scene), scene.pods()[0]["metadata"]["name"]
    scene.rule(unavailable=1)
    scene.world.judge.asked |= {instance, f"shop/{pod}"}
    scene.terminate(instance)
    assert scene.why() == []


def test_a_detachment_that_lowers_desired_below_the_base_is_a_breach(scene: Scene) -> None:
    detach(scene, scene.instances()[0], True)
    assert scene.why() == ["desired would fall below its base 4"]


def test_a_breach_says_when_and_what(scene: Scene) -> None:
    scene.wait(7)
    scene.scaling("SetDesiredCapacity", DesiredCapacity=3)
    (breach,) = scene.world.judge.breaches
    assert breach.at == scene.world.kernel.now
    assert breach.command.startswith("autoscaling:SetDesiredCapacity")
    assert "'DesiredCapacity': 3" in breach.command


def test_the_command_takes_effect_all_the_same(scene: Scene) -> None:
    scene.scaling("SetDesiredCapacity", DesiredCapacity=3)
    assert scene.world.account.groups[scene.blue].desired == 3
