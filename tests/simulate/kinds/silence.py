# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubelets that fall silent, for a while or for good."""

from __future__ import annotations

import random

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, kind
from ansible_collections.nodeops.rotator.tests.simulate.stage import Stage
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.truth import is_ready


def silence(stage: Stage, instance: Instance, lasting: float = 0.0) -> None:
    """The kubelet of an instance falls silent, for so many seconds (0: for good)."""
    stage.tell(f"KUBELET of {instance.id} ({instance.private_dns}) falls silent for {lasting:.0f}")
    if stage.plan.kube["node_monitor_grace"] > 100:
        # Its pods count as lost for longer than a budget is waited for.
        stage.excuse("could not be drained.*blocked by PDB")
    if any(node for node in stage.nodes() if not is_ready(node)):
        stage.excuse("do not answer")
    stage.world.cluster.node_silent(instance.private_dns)
    if lasting:
        stage.after(lasting, lambda: stage.world.returns(instance))


@kind("E", BEFORE)
def a_kubelet_has_died(stage: Stage, dice: random.Random) -> None:
    silence(stage, dice.choice(stage.instances()))
    stage.world.kernel.advance(stage.now + dice.choice([60, 300, 700]))


@kind("E")
def a_kubelet_dies(stage: Stage, dice: random.Random) -> None:
    new = dice.choice([None, True, False])
    if found := stage.instances(new):
        instance = dice.choice(found)
        if instance in stage.instances(True):
            stage.excuse(f"{instance.private_dns}|{instance.id}")
        silence(stage, instance)


@kind("E")
def a_kubelet_is_silent_for_a_while(stage: Stage, dice: random.Random) -> None:
    if found := stage.instances():
        instance = dice.choice(found)
        if stage.plan.options["canary"] and instance in stage.instances(True):
            stage.excuse(f"{instance.private_dns}|{instance.id}")
        silence(stage, instance, dice.uniform(30, 250))


@kind("E")
def many_kubelets_are_silent(stage: Stage, dice: random.Random) -> None:
    """The network, not the nodes."""
    lasting = dice.choice([60.0, 200.0, 800.0])
    found = stage.instances()
    stage.excuse("do not answer|Nothing could be replaced|no longer Ready|has not been Ready")
    for instance in found[: max(2, len(found) // 2)]:
        silence(stage, instance, lasting)
