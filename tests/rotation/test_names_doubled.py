# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kubelet that had another name for a while has left its Node object behind."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import rotate
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def leave_another(world: World, instance: str, name: str) -> None:
    """Add a Node object that names this instance too, and whose kubelet is gone."""
    real = world.node_of(world.account.instances[instance])
    assert real is not None
    silent: dict[str, Any] = {"type": "Ready", "status": "Unknown"}
    silent |= {"lastTransitionTime": real["metadata"]["creationTimestamp"]}
    body = {
        "metadata": {"name": name},
        "spec": {"providerID": real["spec"]["providerID"]},
        "status": {"conditions": [silent]},
    }
    world.cluster.create("nodes", body)


def test_the_node_that_is_ready_is_drained_before_the_instance_ends() -> None:
    world = due()
    leave_another(world, world.account.groups[BLUE].counted()[0].instance_id, "once.internal")
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "complete", run.story()
    assert world.judge.breaches == []
    assert all_current(world)
    assert (sizes(world), traces(world)) == ((4, 4, 4), CLEAN)
