# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What takes no pods, and pods that cannot go or cannot run."""

from __future__ import annotations

import random
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, kind
from ansible_collections.nodeops.rotator.tests.simulate.stage import Stage
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube

FOREVER = 1e6
BLOCKED = "could not be drained|did not get out"


@kind("D")
def an_old_node_is_cordoned(stage: Stage, dice: random.Random) -> None:
    """Somebody cordons a node that carries pods."""
    free = [node for node in stage.nodes(False) if not node["spec"].get("unschedulable")]
    if free:
        cordon(stage, dice.choice(free))


def cordon(stage: Stage, node: dict[str, Any]) -> None:
    """Somebody cordons a node."""
    stage.found.cordoned.add(node["metadata"]["uid"])
    stage.change_node(node, {"spec": {"unschedulable": True}})


def uncordon(stage: Stage, node: dict[str, Any]) -> None:
    """He lifts his cordon."""
    stage.found.cordoned.discard(node["metadata"]["uid"])
    if found := stage.world.cluster.object("nodes", node["metadata"]["name"]):
        stage.change_node(found, {"spec": {"unschedulable": False}})


@kind("D")
def a_new_node_is_cordoned(stage: Stage, dice: random.Random) -> None:
    lasting = dice.choice([30.0, 200.0, FOREVER])
    if found := [node for node in stage.nodes(True) if not node["spec"].get("unschedulable")]:
        node = dice.choice(found)
        name = node["metadata"]["name"]
        cordon(stage, node)
        stage.after(lasting, lambda: uncordon(stage, node))
        if lasting > 30 or stage.plan.options["canary"]:
            stage.excuse(f"{name}|Nothing could be replaced")


@kind("D")
def a_new_node_is_tainted(stage: Stage, dice: random.Random) -> None:
    lasting = dice.choice([30.0, 200.0, FOREVER])
    if found := stage.nodes(True):
        node = dice.choice(found)
        name = node["metadata"]["name"]
        taint = {"key": "somebody/busy", "effect": "NoSchedule"}
        taints = [*(node["spec"].get("taints") or ()), taint]
        stage.change_node(node, {"spec": {"taints": taints}})
        stage.after(lasting, lambda: stage.world.cluster.untaint(name, "somebody/busy"))
        if lasting > 30 or stage.plan.options["canary"]:
            stage.excuse(f"{name}|Nothing could be replaced")


@kind("D", BEFORE)
def new_nodes_lack_a_label(stage: Stage, dice: random.Random) -> None:
    """A workload selects what only the old nodes have."""
    for node in stage.nodes():
        stage.world.cluster.change("nodes", node, {"metadata": {"labels": {"role": "web"}}})
    replicas = dice.randint(1, 2 * stage.plan.size)
    pod = {"nodeSelector": {"role": "web"}, "tolerations": [{"operator": "Exists"}]}
    pod["tolerations"] = [{"key": "dedicated", "operator": "Exists"}]
    kube.deployment(stage.world.cluster, "shop", "web", replicas, pod=pod)
    stage.world.kernel.advance(stage.now + 60)
    stage.excuse("pod shop/web-.* cannot be scheduled")


@kind("D", weight=2)
def a_budget_allows_nothing(stage: Stage, dice: random.Random) -> None:
    """For a while, or for good."""
    lasting = dice.choice([60.0, 300.0, 800.0, FOREVER])
    world, spec = stage.world, {"spec": {"maxUnavailable": 0}}
    budget = world.cluster.object("poddisruptionbudgets", "cart", "shop")
    if budget is None:
        return
    before = {"spec": {"maxUnavailable": budget["spec"]["maxUnavailable"]}}

    def change(patch: dict[str, Any]) -> None:
        found = world.cluster.object("poddisruptionbudgets", "cart", "shop")
        stage.tell(f"SOMEBODY changes budget cart: {patch}")
        world.cluster.change("poddisruptionbudgets", found or {}, patch)

    change(spec)
    stage.after(lasting, lambda: change(before))
    if lasting > 300:
        stage.excuse(BLOCKED)


@kind("D", BEFORE)
def a_budget_cannot_be_computed(stage: Stage, dice: random.Random) -> None:
    """Its pods belong to what has no scale: SyncFailed."""
    kube.job(stage.world.cluster, "batch", "import", dice.randint(1, 2), 2, seconds=FOREVER)
    kube.pdb(stage.world.cluster, "batch", "import", max_unavailable=1)
    stage.world.kernel.advance(stage.now + 60)
    stage.excuse(f"({BLOCKED}).*(batch/import|SyncFailed)")


@kind("D", BEFORE)
def a_pod_has_no_controller(stage: Stage, dice: random.Random) -> None:
    name = dice.choice(stage.nodes())["metadata"]["name"]
    kube.bare_pod(stage.world.cluster, "shop", "lonely", name)
    stage.world.kernel.advance(stage.now + 60)
    stage.excuse("shop/lonely")


@kind("E", BEFORE)
def a_pod_does_not_end(stage: Stage, dice: random.Random) -> None:
    """Its kubelet does not answer for it."""
    notes = {"world.nodeops/stop-seconds": "never"}
    kube.deployment(stage.world.cluster, "shop", "stuck", 1, annotations=notes)
    stage.world.kernel.advance(stage.now + 60)
    stage.excuse(BLOCKED)


@kind("E", BEFORE)
def a_finished_pod_has_a_finalizer(stage: Stage, dice: random.Random) -> None:
    """It holds nothing up."""
    kube.job(stage.world.cluster, "batch", "done", dice.randint(1, 3), 3, seconds=5)
    stage.world.kernel.advance(stage.now + 60)
    for pod in list(stage.world.cluster.objects("pods", "batch")):
        mark = {"metadata": {"finalizers": ["example.com/archive"]}}
        stage.world.cluster.change("pods", pod, mark)
