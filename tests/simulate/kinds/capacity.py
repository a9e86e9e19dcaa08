# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What takes no pods, and pods that cannot go or cannot run."""

from __future__ import annotations

import random
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, kind
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube

FOREVER = 1e6
BLOCKED = "could not be drained|did not get out"


@kind("D")
def an_old_node_is_cordoned(trial: Trial, dice: random.Random) -> None:
    """Somebody cordons a node that carries pods."""
    free = [node for node in trial.nodes(False) if not node["spec"].get("unschedulable")]
    if free:
        cordon(trial, dice.choice(free))


def cordon(trial: Trial, node: dict[str, Any]) -> None:
    """Somebody cordons a node."""
    trial.found.cordoned.add(node["metadata"]["uid"])
    trial.change_node(node, {"spec": {"unschedulable": True}})


def uncordon(trial: Trial, node: dict[str, Any]) -> None:
    """He lifts his cordon."""
    trial.found.cordoned.discard(node["metadata"]["uid"])
    if found := trial.world.cluster.object("nodes", node["metadata"]["name"]):
        trial.change_node(found, {"spec": {"unschedulable": False}})


@kind("D")
def a_new_node_is_cordoned(trial: Trial, dice: random.Random) -> None:
    lasting = dice.choice([30.0, 200.0, FOREVER])
    if found := [node for node in trial.nodes(True) if not node["spec"].get("unschedulable")]:
        node = dice.choice(found)
        name = node["metadata"]["name"]
        cordon(trial, node)
        trial.after(lasting, lambda: uncordon(trial, node))
        if lasting > 30 or trial.plan.options["canary"]:
            trial.excuse(f"{name}|Nothing could be replaced")


@kind("D")
def a_new_node_is_tainted(trial: Trial, dice: random.Random) -> None:
    lasting = dice.choice([30.0, 200.0, FOREVER])
    if found := trial.nodes(True):
        node = dice.choice(found)
        name = node["metadata"]["name"]
        taint = {"key": "somebody/busy", "effect": "NoSchedule"}
        taints = [*(node["spec"].get("taints") or ()), taint]
        trial.change_node(node, {"spec": {"taints": taints}})
        trial.after(lasting, lambda: trial.world.cluster.untaint(name, "somebody/busy"))
        if lasting > 30 or trial.plan.options["canary"]:
            trial.excuse(f"{name}|Nothing could be replaced")


@kind("D", BEFORE)
def new_nodes_lack_a_label(trial: Trial, dice: random.Random) -> None:
    """A workload selects what only the old nodes have."""
    for node in trial.nodes():
        trial.world.cluster.change("nodes", node, {"metadata": {"labels": {"role": "web"}}})
    replicas = dice.randint(1, 2 * trial.plan.size)
    pod = {"nodeSelector": {"role": "web"}, "tolerations": [{"operator": "Exists"}]}
    pod["tolerations"] = [{"key": "dedicated", "operator": "Exists"}]
    kube.deployment(trial.world.cluster, "shop", "web", replicas, pod=pod)
    trial.world.kernel.advance(trial.now + 60)
    trial.excuse("pod shop/web-.* cannot be scheduled")


@kind("D", weight=2)
def a_budget_allows_nothing(trial: Trial, dice: random.Random) -> None:
    """For a while, or for good."""
    lasting = dice.choice([60.0, 300.0, 800.0, FOREVER])
    world, spec = trial.world, {"spec": {"maxUnavailable": 0}}
    budget = world.cluster.object("poddisruptionbudgets", "cart", "shop")
    if budget is None:
        return
    before = {"spec": {"maxUnavailable": budget["spec"]["maxUnavailable"]}}

    def change(patch: dict[str, Any]) -> None:
        found = world.cluster.object("poddisruptionbudgets", "cart", "shop")
        trial.tell(f"SOMEBODY changes budget cart: {patch}")
        world.cluster.change("poddisruptionbudgets", found or {}, patch)

    change(spec)
    trial.after(lasting, lambda: change(before))
    if lasting > 300:
        trial.excuse(BLOCKED)


@kind("D", BEFORE)
def a_budget_cannot_be_computed(trial: Trial, dice: random.Random) -> None:
    """Its pods belong to what has no scale: SyncFailed."""
    kube.job(trial.world.cluster, "batch", "import", dice.randint(1, 2), 2, seconds=FOREVER)
    kube.pdb(trial.world.cluster, "batch", "import", max_unavailable=1)
    trial.world.kernel.advance(trial.now + 60)
    trial.excuse(f"({BLOCKED}).*(batch/import|SyncFailed)")


@kind("D", BEFORE)
def a_pod_has_no_controller(trial: Trial, dice: random.Random) -> None:
    if not (found := trial.nodes()):
        return
    name = dice.choice(found)["metadata"]["name"]
    kube.bare_pod(trial.world.cluster, "shop", "lonely", name)
    trial.world.kernel.advance(trial.now + 60)
    trial.excuse("shop/lonely")


@kind("E", BEFORE)
def a_pod_does_not_end(trial: Trial, dice: random.Random) -> None:
    """Its kubelet does not answer for it."""
    notes = {"world.nodeops/stop-seconds": "never"}
    kube.deployment(trial.world.cluster, "shop", "stuck", 1, annotations=notes)
    trial.world.kernel.advance(trial.now + 60)
    trial.excuse(BLOCKED)


@kind("E", BEFORE)
def a_finished_pod_has_a_finalizer(trial: Trial, dice: random.Random) -> None:
    """It holds nothing up."""
    kube.job(trial.world.cluster, "batch", "done", dice.randint(1, 3), 3, seconds=5)
    trial.world.kernel.advance(trial.now + 60)
    for pod in list(trial.world.cluster.objects("pods", "batch")):
        mark = {"metadata": {"finalizers": ["example.com/archive"]}}
        trial.world.cluster.change("pods", pod, mark)
