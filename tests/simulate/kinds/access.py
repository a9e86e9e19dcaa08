# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permissions that are withdrawn, credentials that expire, webhooks that refuse."""

from __future__ import annotations

import random

from ansible_collections.nodeops.rotator.tests.simulate.kinds.answers import WRITES
from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.stage import Stage
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import Webhook

SHORT = 25.0
"""Seconds for which anything may be refused without an end of the run."""
OBJECTS = ("patch nodes", "create pods/eviction", "update leases", "delete nodes")


@kind("G", weight=2)
def a_permission_of_aws_is_withdrawn(stage: Stage, dice: random.Random) -> None:
    """For a while, or for good."""
    operation, lasting = dice.choice(WRITES), dice.choice([SHORT, 300.0, 0.0])
    denied = ("host_*", f"autoscaling:{operation}")
    stage.tell(f"SOMEBODY denies {operation} for {lasting:.0f}")
    stage.world.account.denied.append(denied)
    if lasting:
        stage.after(lasting, lambda: stage.world.account.denied.remove(denied))
    if lasting != SHORT:
        stage.excuse(operation)


@kind("G", weight=2)
def a_permission_of_the_cluster_is_withdrawn(stage: Stage, dice: random.Random) -> None:
    operation, lasting = dice.choice(OBJECTS), dice.choice([SHORT, 300.0, 0.0])
    denied = ("host_*", operation)
    stage.tell(f"SOMEBODY denies {operation} for {lasting:.0f}")
    stage.world.cluster.denied.append(denied)
    if lasting:
        stage.after(lasting, lambda: stage.world.cluster.denied.remove(denied))
    if lasting != SHORT:
        stage.excuse("cannot|forbidden|could not be renewed")


@kind("G")
def a_webhook_refuses_nodes(stage: Stage, dice: random.Random) -> None:
    hook = Webhook("nodes.policy.example", "patch nodes", "no", broken=dice.random() < 0.5)
    lasting = dice.choice([SHORT, 300.0])
    stage.tell(f"WEBHOOK refuses nodes for {lasting:.0f}")
    stage.world.cluster.webhooks.append(hook)
    stage.after(lasting, lambda: stage.world.cluster.webhooks.remove(hook))
    if lasting != SHORT:
        stage.excuse(hook.name)


@kind("G")
def a_webhook_refuses_leases(stage: Stage, dice: random.Random) -> None:
    """The lock can be renewed again in time, or not."""
    hook = Webhook("leases.policy.example", "update leases", "no", broken=dice.random() < 0.5)
    lasting = dice.choice([10.0, SHORT, 400.0])
    stage.tell(f"WEBHOOK refuses leases for {lasting:.0f}")
    stage.world.cluster.webhooks.append(hook)
    stage.after(lasting, lambda: stage.world.cluster.webhooks.remove(hook))
    if lasting > SHORT:
        stage.excuse("could not be (renewed|taken)")


@kind("G")
def the_credentials_expire(stage: Stage, dice: random.Random) -> None:
    """Somebody renews them before he runs again."""
    stage.tell("CREDENTIALS expire")
    stage.expired.append(True)
    fault = Fault("autoscaling:*", "ExpiredToken", times=-1)
    fault.where = lambda call: bool(stage.expired) and stage.ours(call)
    stage.world.gate.faults.append(fault)
    # Suspended is the last word only if every later run was refused, which has a reason of its own.
    stage.excuse("(refused|suspended): .*ExpiredToken")


@kind("H", DURING)
def an_instance_goes_to_standby(stage: Stage, dice: random.Random) -> None:
    """Somebody looks into it; the group launches another in its place."""
    members = [one for one in stage.group.counted() if one.lifecycle_state == "InService"]
    if len(members) < 2:
        return
    name = dice.choice(members).instance_id
    stage.tell(f"SOMEBODY puts {name} into standby")
    stage.found.known.discard(name)
    stage.judge.note("zones")
    stage.judge.note("desired")  # for a while fewer are launched
    stage.excuse("standby")
    params = {"InstanceIds": [name], "AutoScalingGroupName": stage.name}
    stage.aws("EnterStandby", **params, ShouldDecrementDesiredCapacity=False)


@kind("H", BEFORE)
def an_instance_is_in_standby(stage: Stage, dice: random.Random) -> None:
    """So that nothing may begin."""
    members = [one for one in stage.group.counted() if one.lifecycle_state == "InService"]
    name = dice.choice(members).instance_id
    params = {"InstanceIds": [name], "AutoScalingGroupName": stage.name}
    stage.found.known.discard(name)
    stage.aws("EnterStandby", **params, ShouldDecrementDesiredCapacity=False)
    stage.world.kernel.advance(stage.now + 300)
    stage.excuse("standby")
