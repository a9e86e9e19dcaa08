# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others undo what a run does: taints, cordons, tags, and pods that come back."""

from __future__ import annotations

import random
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.found import SHIELD
from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, kind
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube

LONG = 300.0


@kind("C")
def a_controller_owns_the_taints(trial: Trial, dice: random.Random) -> None:
    def strip() -> None:
        for node in trial.nodes():
            taints = node["spec"].get("taints") or []
            kept = [taint for taint in taints if "nodeops" not in taint["key"]]
            if len(kept) != len(taints):
                trial.change_node(node, {"spec": {"taints": kept}})

    trial.every(dice.choice([0.5, 5.0, 30.0]), strip, dice.choice([60, 600, 7200]))


@kind("C")
def a_controller_owns_the_annotations(trial: Trial, dice: random.Random) -> None:
    """It takes off what it does not know, also what keeps an autoscaler away."""
    everything = dice.random() < 0.5

    def strip() -> None:
        take_marks_off(trial, also=SHIELD if everything else "")

    trial.every(dice.choice([0.5, 5.0, 30.0]), strip, dice.choice([60, 600, 7200]))


def take_marks_off(trial: Trial, also: str = "") -> None:
    """Take off the annotations that runs have put on nodes, and another one."""
    for node in trial.nodes():
        notes = node["metadata"].get("annotations") or {}
        if gone := [key for key in notes if "nodeops" in key or key == also]:
            trial.change_node(node, {"metadata": {"annotations": dict.fromkeys(gone)}})


@kind("C")
def somebody_lifts_cordons(trial: Trial, dice: random.Random) -> None:
    lasting = dice.choice([20.0, 120.0, 7200.0])

    def lift() -> None:
        for node in trial.nodes():
            cordoned = node["spec"].get("unschedulable")
            if cordoned and node["metadata"]["uid"] not in trial.found.cordoned:
                trial.change_node(node, {"spec": {"unschedulable": False}})

    trial.every(dice.choice([5.0, 30.0]), lift, lasting)
    if lasting >= LONG:
        trial.excuse("did not get out|could not be drained|was not replaced .* lifts its cordon")


@kind("C")
def somebody_deletes_tags(trial: Trial, dice: random.Random) -> None:
    """As kops does with those that it does not know."""

    def reset() -> None:
        for key in [key for key in trial.group.tags if key.startswith("nodeops")]:
            tag = {"Key": key, "ResourceId": trial.name, "ResourceType": "auto-scaling-group"}
            trial.aws("DeleteTags", Tags=[tag])

    trial.every(dice.choice([20.0, 60.0]), reset, dice.choice([60, 7200]))


@kind("C", BEFORE)
def a_pod_tolerates_everything(trial: Trial, dice: random.Random) -> None:
    """It comes back to a cordoned node; perhaps it can run nowhere else."""
    if "typha" in trial.judge.tolerating:
        return  # two Deployments of one name cannot be
    pod: dict[str, Any] = {"tolerations": [{"operator": "Exists"}]}
    if dice.random() < 0.5 and (found := trial.nodes()):
        node = dice.choice(found)
        trial.world.cluster.change("nodes", node, {"metadata": {"labels": {"pinned": "here"}}})
        pod["nodeSelector"] = {"pinned": "here"}
        trial.excuse("pod sys/typha-.* cannot be scheduled")
    kube.deployment(trial.world.cluster, "sys", "typha", dice.randint(1, 2), pod=pod)
    if dice.random() < 0.5:
        kube.pdb(trial.world.cluster, "sys", "typha", max_unavailable=1)
    trial.judge.tolerating.add("typha")
    trial.world.kernel.advance(trial.now + 60)
