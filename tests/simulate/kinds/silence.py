# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubelets that fall silent, for a while or for good."""

from __future__ import annotations

import random

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, kind
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call, Fault
from ansible_collections.nodeops.rotator.tests.simulation.kube.sickness import (
    falls_sick,
    gets_well,
    stops_renewing,
)
from ansible_collections.nodeops.rotator.tests.simulation.truth import is_ready

NODE_LEASES = "kube-node-lease"


def silence(trial: Trial, instance: Instance, lasting: float = 0.0) -> None:
    """The kubelet of an instance falls silent, for so many seconds (0: for good)."""
    trial.tell(f"KUBELET of {instance.id} ({instance.private_dns}) falls silent for {lasting:.0f}")
    if trial.plan.kube["node_monitor_grace"] > 100:
        # Its pods count as lost for longer than a budget is waited for.
        trial.excuse("could not be drained.*blocked by PDB")
    if any(node for node in trial.nodes() if not is_ready(node)):
        trial.excuse("do not answer")
    trial.world.cluster.node_silent(instance.private_dns)
    trial.silenced.add(instance.id)
    if lasting:
        trial.after(lasting, lambda: trial.world.returns(instance))


@kind("E", BEFORE)
def a_kubelet_has_died(trial: Trial, dice: random.Random) -> None:
    if found := trial.instances():
        silence(trial, dice.choice(found))
    trial.world.kernel.advance(trial.now + dice.choice([60, 300, 700]))


@kind("E")
def a_kubelet_dies(trial: Trial, dice: random.Random) -> None:
    new = dice.choice([None, True, False])
    if found := trial.instances(new):
        instance = dice.choice(found)
        if instance in trial.instances(True):
            trial.excuse(f"{instance.private_dns}|{instance.id}")
        silence(trial, instance)


@kind("E")
def a_kubelet_is_silent_for_a_while(trial: Trial, dice: random.Random) -> None:
    if found := trial.instances():
        instance = dice.choice(found)
        canaries = {**trial.plan.options, **trial.people.options}["canary"]
        if canaries and instance in trial.instances(True):
            trial.excuse(f"{instance.private_dns}|{instance.id}")
        silence(trial, instance, dice.uniform(30, 250))


@kind("E", weight=0)
def a_node_is_sick_and_its_kubelet_lives(trial: Trial, dice: random.Random) -> None:
    """Let a node be not Ready, for a while or for good, whose lease is renewed."""
    if not (found := trial.instances(dice.choice([None, True, False]))):
        return
    instance, lasting = dice.choice(found), dice.choice([30.0, 250.0, 700.0, 0.0])
    name, ready = instance.private_dns, dice.choice(["False", "Unknown"])
    trial.tell(f"NODE {name} of {instance.id} is not Ready ({ready}) for {lasting:.0f}")
    if instance in trial.instances(True):
        trial.excuse(f"{name}|{instance.id}")
    if lasting not in (30.0, 250.0):
        # Where no other node takes its pods, they are missing for longer than a drain may take.
        trial.excuse("could not be drained.*blocked by PDB.*cannot be scheduled")
    falls_sick(trial.world.cluster, name, ready)
    if lasting:
        trial.after(lasting, lambda: gets_well(trial.world.cluster, name))


@kind("E", weight=0)
def a_node_lease_is_not_renewed(trial: Trial, dice: random.Random) -> None:
    """Whose node is Ready all the time: it does not count as dead."""
    if found := trial.instances():
        instance = dice.choice(found)
        trial.tell(f"KUBELET of {instance.id} ({instance.private_dns}) renews its lease no more")
        stops_renewing(trial.world.cluster, instance.private_dns)


@kind("E", BEFORE)
def node_leases_may_not_be_read(trial: Trial, dice: random.Random) -> None:
    """Nodes count as dead by their Ready condition alone then."""

    def of_a_node(call: Call) -> bool:
        return trial.ours(call) and call.params.get("namespace") == NODE_LEASES

    trial.world.gate.faults.append(Fault("kubernetes:get leases", "403", times=-1, where=of_a_node))
    a_kubelet_has_died(trial, dice)


@kind("E", BEFORE)
def a_clock_is_wrong(trial: Trial, dice: random.Random) -> None:
    """A kubelet renews its lease by a clock of its own, alive or not."""
    found = trial.instances()
    for instance in dice.sample(found, k=min(2, len(found))):
        trial.world.cluster.nodes.wrong_clocks[instance.private_dns] = dice.choice((-900.0, 900.0))
    silence(trial, dice.choice(found), dice.choice([0.0, 100.0]))


@kind("E")
def many_kubelets_are_silent(trial: Trial, dice: random.Random) -> None:
    """The network, not the nodes."""
    lasting = dice.choice([60.0, 200.0, 800.0])
    found = trial.instances()
    trial.excuse("do not answer|Nothing could be replaced|no longer Ready|has not been Ready")
    for instance in found[: max(2, len(found) // 2)]:
        if lasting > float(trial.plan.options["boot_timeout"]) and instance in trial.instances(
            True
        ):
            trial.excuse(f"{instance.private_dns}|{instance.id}")  # no run waits for it so long
        silence(trial, instance, lasting)
