# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of workloads meanwhile, and what their pods need of a node."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.stage import Stage

GPU = "nvidia.com/gpu"
LATE = 60.0
"""Seconds after which a device plugin may offer what it has."""


def _cart(stage: Stage) -> dict[str, Any]:
    found = stage.world.cluster.object("deployments", "cart", "shop")
    assert found is not None
    return found


@kind("D", DURING)
def a_workload_is_rolled_out(stage: Stage, dice: random.Random) -> None:
    """Its owner replaces its pods."""
    labels = {**_cart(stage)["spec"]["template"]["metadata"]["labels"], "release": "2"}
    stage.tell("SOMEBODY rolls out cart")
    template = {"metadata": {"labels": labels}}
    stage.world.cluster.change("deployments", _cart(stage), {"spec": {"template": template}})


@kind("D", DURING)
def a_workload_is_scaled(stage: Stage, dice: random.Random) -> None:
    """To fewer or, within what the nodes have room for, to more."""
    now = _cart(stage)["spec"]["replicas"]
    wanted = max(2, min(now + dice.choice([-3, -1, 1]), 3 * stage.plan.size))
    stage.tell(f"SOMEBODY scales cart from {now} to {wanted}")
    stage.world.cluster.change("deployments", _cart(stage), {"spec": {"replicas": wanted}})


@kind("D", BEFORE)
def workloads_may_not_be_read(stage: Stage, dice: random.Random) -> None:
    """The gate looks at Pending pods alone then."""
    for resource in ("deployments", "replicasets", "statefulsets"):
        for verb in ("list", "watch"):
            stage.world.cluster.denied.append(("host_*", f"{verb} {resource}"))


@kind("D", BEFORE)
def nodes_offer_devices(stage: Stage, dice: random.Random) -> None:
    """New ones later than they are Ready, or never."""
    world, never = stage.world, dice.random() < 0.4
    kind_of_node = world.kinds[stage.name]
    world.kinds[stage.name] = dataclasses.replace(
        kind_of_node, resources={GPU: "4"}, offered_after=LATE
    )
    for node in stage.nodes():
        world.cluster.change("nodes", node, {"status": {"allocatable": {GPU: "4"}}})
    if never:
        world.lacking[world.facts["new_image"]] = frozenset((GPU,))
        stage.found.canary_fails = bool(stage.plan.options["canary"])
        stage.excuse(f"waiting for resource {GPU}")
