# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permissions that are withdrawn, credentials that expire, webhooks that refuse."""

from __future__ import annotations

import random

from ansible_collections.nodeops.rotator.tests.simulate.kinds.answers import WRITES
from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.kinds.runs import excuse_node_taken_over
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import Webhook

SHORT = 25.0
"""Seconds for which anything may be refused without an end of the run."""
OBJECTS = ("patch nodes", "create pods/eviction", "update leases", "delete nodes")


@kind("G", weight=2)
def a_permission_of_aws_is_withdrawn(trial: Trial, dice: random.Random) -> None:
    """For a while, or for good."""
    operation, lasting = dice.choice(WRITES), dice.choice([SHORT, 300.0, 0.0])
    denied = ("host_*", f"autoscaling:{operation}")
    trial.tell(f"SOMEBODY denies {operation} for {lasting:.0f}")
    trial.world.account.denied.append(denied)
    if lasting:
        trial.after(lasting, lambda: trial.world.account.denied.remove(denied))
    if lasting != SHORT:
        trial.excuse(operation)


@kind("G", weight=2)
def a_permission_of_the_cluster_is_withdrawn(trial: Trial, dice: random.Random) -> None:
    operation, lasting = dice.choice(OBJECTS), dice.choice([SHORT, 300.0, 0.0])
    denied = ("host_*", operation)
    trial.tell(f"SOMEBODY denies {operation} for {lasting:.0f}")
    trial.world.cluster.denied.append(denied)
    if lasting:
        trial.after(lasting, lambda: trial.world.cluster.denied.remove(denied))
    if lasting != SHORT:
        trial.excuse("cannot|forbidden|could not be renewed")


@kind("G")
def a_webhook_refuses_nodes(trial: Trial, dice: random.Random) -> None:
    hook = Webhook("nodes.policy.example", "patch nodes", "no", broken=dice.random() < 0.5)
    lasting = dice.choice([SHORT, 300.0])
    trial.tell(f"WEBHOOK refuses nodes for {lasting:.0f}")
    trial.world.cluster.webhooks.append(hook)
    trial.after(lasting, lambda: trial.world.cluster.webhooks.remove(hook))
    if lasting != SHORT:
        trial.excuse(hook.name)


@kind("G")
def a_webhook_refuses_leases(trial: Trial, dice: random.Random) -> None:
    """The lock can be renewed again in time, or not."""
    hook = Webhook("leases.policy.example", "update leases", "no", broken=dice.random() < 0.5)
    lasting = dice.choice([10.0, SHORT, 400.0])
    trial.tell(f"WEBHOOK refuses leases for {lasting:.0f}")
    trial.world.cluster.webhooks.append(hook)
    trial.after(lasting, lambda: trial.world.cluster.webhooks.remove(hook))
    if lasting > SHORT:
        trial.excuse("could not be (renewed|taken)")


@kind("G")
def the_credentials_expire(trial: Trial, dice: random.Random) -> None:
    """Somebody renews them before he runs again."""
    trial.tell("CREDENTIALS expire")
    trial.expired.append(True)
    fault = Fault("autoscaling:*", "ExpiredToken", times=-1)
    fault.where = lambda call: bool(trial.expired) and trial.ours(call)
    trial.world.gate.faults.append(fault)
    excuse_node_taken_over(trial)
    # Suspended is the last word only if every later run was refused, which has a reason of its own.
    trial.excuse("(refused|suspended): .*ExpiredToken")


@kind("H", DURING)
def an_instance_goes_to_standby(trial: Trial, dice: random.Random) -> None:
    """Somebody looks into it; the group launches another in its place."""
    members = [one for one in trial.group.counted() if one.lifecycle_state == "InService"]
    if len(members) < 2:
        return
    name = dice.choice(members).instance_id
    trial.tell(f"SOMEBODY puts {name} into standby")
    trial.found.known.discard(name)
    trial.judge.note("zones")
    trial.judge.note("desired")  # for a while fewer are launched
    trial.excuse("standby")
    params = {"InstanceIds": [name], "AutoScalingGroupName": trial.name}
    trial.aws("EnterStandby", **params, ShouldDecrementDesiredCapacity=False)
    trial.cures.append(lambda: _end_in_standby(trial, name))


def _end_in_standby(trial: Trial, name: str) -> None:
    """He is done with it, so that another run may begin."""
    member = trial.group.members.get(name)
    if member is not None and member.lifecycle_state == "Standby" and not member.doomed:
        trial.tell(f"SOMEBODY ends {name}, which is in standby")
        trial.foreign_ends.add(name)
        params = {"InstanceId": name, "ShouldDecrementDesiredCapacity": False}
        trial.aws("TerminateInstanceInAutoScalingGroup", **params)


@kind("H", BEFORE)
def an_instance_is_in_standby(trial: Trial, dice: random.Random) -> None:
    """It is left as it is."""
    members = [one for one in trial.group.counted() if one.lifecycle_state == "InService"]
    name = dice.choice(members).instance_id
    params = {"InstanceIds": [name], "AutoScalingGroupName": trial.name}
    trial.found.known.discard(name)
    trial.aws("EnterStandby", **params, ShouldDecrementDesiredCapacity=False)
    trial.world.kernel.advance(trial.now + 300)
    # Its pods stay on it, even if its kubelet dies.
    node = trial.world.account.instances[name].private_dns
    trial.excuse(f"standby|blocked by PDB.* is still ending on {node}")


@kind("H", DURING, weight=0)
def an_instance_stands_by_and_comes_back(trial: Trial, dice: random.Random) -> None:
    """Somebody takes it out with decrement, and puts it back or ends it later."""
    members = [one for one in trial.group.counted() if one.lifecycle_state == "InService"]
    if len(members) < 3 or trial.group.desired <= trial.group.minimum:
        return
    name = dice.choice(members).instance_id
    trial.tell(f"SOMEBODY puts {name} into standby, and wants fewer")
    trial.judge.note("zones")
    trial.judge.note("desired")
    trial.excuse("standby|cannot be scheduled|came into service when all others")
    trial.sizes.put_aside(trial.now, trial.group.desired)
    trial.oracles.lowered()  # zones that have become uneven are balanced by the group itself
    params = {"InstanceIds": [name], "AutoScalingGroupName": trial.name}
    trial.aws("EnterStandby", **params, ShouldDecrementDesiredCapacity=True)

    def back() -> None:
        member = trial.group.members.get(name)
        if member is None or member.doomed or member.lifecycle_state != "Standby":
            return
        if trial.group.desired >= trial.group.maximum:
            return  # AWS refuses, as long as the surge fills MaxSize
        trial.note_desired(trial.group.desired + 1)
        trial.tell(f"SOMEBODY puts {name} back into service")
        if trial.found.protects_new:  # it is protected like a new one, or was by the run's fence
            trial.found.either.add(name)
        trial.aws("ExitStandby", **params)

    if dice.random() < 0.5:
        trial.after(dice.uniform(30, 600), back)
    trial.cures.append(lambda: _end_in_standby(trial, name))
