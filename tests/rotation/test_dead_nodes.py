# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dead node does not hold up the rotation of its group."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.test_undone import ended, nodes
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    all_current,
    due,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault


def test_a_dead_node_does_not_stop_the_rotation_of_its_group() -> None:
    world = due()
    world.cluster.node_silent(nodes(world)[0]["metadata"]["name"])
    world.kernel.advance(world.kernel.now + 600)
    world.judge.rules[BLUE].unavailable = 1
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "complete"
    assert all_current(world)
    assert world.judge.breaches == []


@pytest.mark.parametrize("leases", [True, False], ids=["by its lease", "by its condition"])
def test_a_node_that_dies_does_not_hold_up_who_waits_for_its_pods(leases: bool) -> None:
    """Its pods run nowhere else: the budget of those that are drained waits for them."""
    world = due(size=2, replicas=6)
    if not leases:
        theirs = Fault("kubernetes:get leases", "403", times=-1)
        theirs.where = lambda call: call.params.get("namespace") == "kube-node-lease"
        world.gate.faults.append(theirs)
    group = world.account.groups[BLUE]
    world.judge.rules[BLUE].unavailable = 2
    dead = nodes(world)[0]["metadata"]["name"]
    world.kernel.after(5, lambda: world.cluster.node_silent(dead))
    run = ended(world, max_surge="0", max_unavailable="1", canary=0)
    assert run.result is not None
    assert run.result.status == "complete", run.story()[-8:]
    assert all_current(world)
    assert len(group.counted()) == 2
    told = any("may not be read, so nodes count as dead" in line for line in run.story())
    assert told is not leases
    assert world.judge.breaches == []


def test_where_many_nodes_are_silent_nobody_is_taken_for_dead() -> None:
    world = due(size=6, replicas=6)
    silent = [node["metadata"]["name"] for node in nodes(world)[:3]]
    for name in silent:
        world.cluster.node_silent(name)
    world.kernel.advance(world.kernel.now + 600)
    world.judge.rules[BLUE].unavailable = 3
    run = ended(world)
    assert run.result is not None
    assert "do not answer" in str(run.result.error)
    assert world.gate.calls["autoscaling:TerminateInstanceInAutoScalingGroup"] == 0
