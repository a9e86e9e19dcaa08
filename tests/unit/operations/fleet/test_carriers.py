# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What carries the nodes of a cluster is read from EC2, nodes and NodeClaims."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.carriers import (
    Carrier,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.fleet.carriers import (
    read_carriers,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import mixed, small
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def read(world: World) -> tuple[Carrier, ...]:
    call = kube_call(world.cluster, "run")
    return read_carriers(Aws(aws_call(world.account)), call, world.kernel.utc())


def drifted_world() -> World:
    """A mixed cluster in which Karpenter may not replace what has drifted."""
    world = mixed.furnish(World(Kernel()))
    (pool,) = world.cluster.objects("nodepools")
    budgets = [{"nodes": "0", "reasons": ["Drifted"]}]
    world.cluster.change("nodepools", pool, {"spec": {"disruption": {"budgets": budgets}}})
    world.kernel.advance(world.kernel.now + 60)
    return world


def test_every_node_of_a_mixed_cluster_is_named() -> None:
    world = mixed.furnish(World(Kernel()))
    found = {(one.kind, one.name): len(one.nodes) for one in read(world)}
    assert found == {
        ("auto_scaling_group", "demo-blue"): 3,
        ("eks_managed", "own"): 2,
        ("eks_managed", "web"): 4,
        ("fargate", ""): 1,
        ("karpenter", "spot"): 2,
    }
    assert sum(found.values()) == len(list(world.cluster.objects("nodes")))


def test_the_pods_on_fargate_are_read() -> None:
    world = mixed.furnish(World(Kernel()))
    meta = {"namespace": "shop", "name": "job-1"}
    spec = {"nodeName": mixed.FARGATE, "containers": [{"name": "a", "image": "a"}]}
    world.cluster.create("pods", {"metadata": meta, "spec": spec})
    (fargate,) = (one for one in read(world) if one.kind == "fargate")
    nightly, job = fargate.pods
    assert (nightly[:14], job) == ("batch/nightly-", "shop/job-1"), "no pod of a DaemonSet"
    assert world.gate.calls["kubernetes:list pods"] == 1


def test_nodes_that_have_drifted_or_are_held_are_named() -> None:
    world = drifted_world()
    claim = next(iter(world.cluster.objects("nodeclaims")))
    notes = {"metadata": {"annotations": {"karpenter.sh/do-not-disrupt": "true"}}}
    world.cluster.change("nodeclaims", claim, notes)
    (pool,) = (one for one in read(world) if one.kind == "karpenter")
    assert pool.drifted == pool.nodes
    assert pool.held == (claim["status"]["nodeName"],)
    assert "its disruption budget 0 lets no node go now" in pool.held_by[0]
    assert "is held by karpenter.sh/do-not-disrupt on its node" in pool.held_by[1]


def test_a_node_with_the_annotation_is_held_whatever_its_nodeclaim_says() -> None:
    world = drifted_world()
    claim = next(iter(world.cluster.objects("nodeclaims")))
    node = world.cluster.object("nodes", claim["status"]["nodeName"])
    notes = {"metadata": {"annotations": {"karpenter.sh/do-not-disrupt": "true"}}}
    world.cluster.change("nodes", node or {}, notes)
    (pool,) = (one for one in read(world) if one.kind == "karpenter")
    assert pool.held == (claim["status"]["nodeName"],)


def test_a_cluster_without_nodepools_is_not_asked_for_nodeclaims() -> None:
    world = small.furnish(World(Kernel()))
    (group,) = read(world)
    assert (group.kind, group.name, len(group.nodes)) == ("auto_scaling_group", "demo-blue", 4)
    assert world.gate.calls["kubernetes:list nodeclaims"] == 0
    assert world.gate.calls["kubernetes:list pods"] == 0


@pytest.mark.parametrize(("status", "unread"), [("404", False), ("403", True)])
def test_nodeclaims_that_may_not_be_listed_leave_the_drift_unknown(
    status: str, unread: bool
) -> None:
    world = drifted_world()
    world.gate.faults.append(Fault("kubernetes:list nodeclaims", status, "no", times=-1))
    (pool,) = (one for one in read(world) if one.kind == "karpenter")
    assert (pool.drifted, pool.unread) == ((), unread)
    assert ("is not known" in pool.text) is unread


def test_nodepools_that_may_not_be_listed_leave_what_holds_them_unknown() -> None:
    world = drifted_world()
    world.gate.faults.append(Fault("kubernetes:list nodepools", "403", "no", times=-1))
    (pool,) = (one for one in read(world) if one.kind == "karpenter")
    assert (len(pool.drifted), pool.held_by, pool.unread) == (2, (), True)


def test_nodes_that_may_not_be_listed_are_an_error() -> None:
    world = small.furnish(World(Kernel()))
    world.gate.faults.append(Fault("kubernetes:list nodes", "403", "forbidden", times=-1))
    with pytest.raises(ForbiddenError):
        read(world)
