# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of workloads meanwhile, and what their pods need of a node."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial

GPU = "nvidia.com/gpu"
LATE = 60.0
"""Seconds after which a device plugin may offer what it has."""


def _cart(trial: Trial) -> dict[str, Any]:
    found = trial.world.cluster.object("deployments", "cart", "shop")
    assert found is not None
    return found


@kind("D", DURING)
def a_workload_is_rolled_out(trial: Trial, dice: random.Random) -> None:
    """Its owner replaces its pods."""
    labels = {**_cart(trial)["spec"]["template"]["metadata"]["labels"], "release": "2"}
    trial.tell("SOMEBODY rolls out cart")
    template = {"metadata": {"labels": labels}}
    trial.world.cluster.change("deployments", _cart(trial), {"spec": {"template": template}})


@kind("D", DURING)
def a_workload_is_scaled(trial: Trial, dice: random.Random) -> None:
    """To fewer or, within what the nodes have room for, to more."""
    now = _cart(trial)["spec"]["replicas"]
    wanted = max(2, min(now + dice.choice([-3, -1, 1]), 3 * trial.plan.size))
    trial.tell(f"SOMEBODY scales cart from {now} to {wanted}")
    trial.world.cluster.change("deployments", _cart(trial), {"spec": {"replicas": wanted}})


@kind("D", BEFORE)
def workloads_may_not_be_read(trial: Trial, dice: random.Random) -> None:
    """The gate looks at Pending pods alone then."""
    for resource in ("deployments", "replicasets", "statefulsets"):
        for verb in ("list", "watch"):
            trial.world.cluster.denied.append(("host_*", f"{verb} {resource}"))


@kind("D", BEFORE)
def nodes_offer_devices(trial: Trial, dice: random.Random) -> None:
    """New ones later than they are Ready, or never."""
    world, never = trial.world, dice.random() < 0.4
    kind_of_node = world.kinds[trial.name]
    world.kinds[trial.name] = dataclasses.replace(
        kind_of_node, resources={GPU: "4"}, offered_after=LATE
    )
    for node in trial.nodes():
        world.cluster.change("nodes", node, {"status": {"allocatable": {GPU: "4"}}})
    if never:
        world.lacking[world.facts["new_image"]] = frozenset((GPU,))
        trial.found.canary_fails = bool(trial.plan.options["canary"])
        trial.excuse(f"waiting for resource {GPU}")
