# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every node of a cluster is under what carries it."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Node,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.carriers import (
    OF_NODEPOOLS,
    ROTATED_BY,
    ROTATED_HERE,
    Carrier,
    carrier_of,
    carriers_of,
)

GROUPS = {"i-1": "blue"}
POOL = {"karpenter.sh/nodepool": "spot"}
WEB = {"eks.amazonaws.com/nodegroup": "web"}


def a_node(number: int, labels: dict[str, str]) -> Node:
    return Node(f"n-{number}", f"u-{number}", "1", f"aws:///a/i-{number}", labels=labels)


@pytest.mark.parametrize(
    ("number", "labels", "expected"),
    [
        (1, {}, ("auto_scaling_group", "blue")),
        (1, WEB, ("eks_managed", "web")),
        (1, POOL, ("auto_scaling_group", "blue")),
        (2, POOL, ("karpenter", "spot")),
        (2, {**POOL, "eks.amazonaws.com/compute-type": "auto"}, ("auto_mode", "spot")),
        (2, {"eks.amazonaws.com/compute-type": "fargate"}, ("fargate", "")),
        (2, {"eks.amazonaws.com/compute-type": "hybrid"}, ("hybrid", "")),
        (2, {"eks.amazonaws.com/compute-type": "auto"}, ("unknown", "")),
        (2, WEB, ("unknown", "")),
        (2, {}, ("unknown", "")),
    ],
)
def test_what_ec2_says_counts_before_labels(
    number: int, labels: dict[str, str], expected: tuple[str, str]
) -> None:
    assert carrier_of(a_node(number, labels), GROUPS) == expected


def test_each_node_is_in_exactly_one_carrier() -> None:
    nodes = [a_node(3, POOL), a_node(1, {}), a_node(2, POOL), a_node(4, {})]
    found = carriers_of(nodes, GROUPS, frozenset(("n-2", "n-1")), frozenset(("n-3",)))
    assert found == (
        Carrier("auto_scaling_group", "blue", ("n-1",), ("n-1",)),
        Carrier("karpenter", "spot", ("n-2", "n-3"), ("n-2",), ("n-3",)),
        Carrier("unknown", "", ("n-4",)),
    )


def test_a_carrier_is_one_line_for_people() -> None:
    carrier = Carrier("karpenter", "spot", ("n-2", "n-3"), ("n-2",), ("n-3",))
    assert carrier.text.startswith("2 nodes of Karpenter NodePool spot: replaced by Karpenter, by")
    assert carrier.text.endswith("; drifted: n-2; held by karpenter.sh/do-not-disrupt: n-3")
    alone = Carrier("fargate", "", ("n-1",))
    assert alone.text == (
        "1 node of Fargate: replaced by a restart of its pods: each has a node of its own"
    )


@pytest.mark.parametrize("labels", [POOL, {**POOL, "eks.amazonaws.com/compute-type": "auto"}])
def test_what_holds_karpenter_is_said_of_its_nodepool_alone(labels: dict[str, str]) -> None:
    why = ("NodePool spot: its disruption budget 0 lets no node go now",)
    held = {"spot": why, "blue": ("no",), "": ("no",)}
    nodes = [a_node(1, {}), a_node(2, labels), a_node(3, {})]
    found = {one.kind: one for one in carriers_of(nodes, GROUPS, held_by=held)}
    pool = found.pop("karpenter", None) or found.pop("auto_mode")
    assert pool.held_by == why
    assert pool.text.endswith("; " + why[0])
    assert all(one.held_by == () for one in found.values())


def test_the_pods_to_restart_are_those_on_fargate() -> None:
    labels = {"eks.amazonaws.com/compute-type": "fargate"}
    pods = [Pod("b", "two", "p-2", node="n-1"), Pod("a", "one", "p-1", node="n-1")]
    pods += [Pod("a", "other", "p-3", node="n-2"), Pod("a", "pending", "p-4")]
    pods += [Pod("kube-system", "agent", "p-5", node="n-1", owner=Owner("DaemonSet", "agent"))]
    fargate, karpenter = carriers_of([a_node(1, labels), a_node(2, POOL)], {}, pods=pods)
    assert (fargate.kind, fargate.pods) == ("fargate", ("a/one", "b/two"))
    assert fargate.text.endswith("; pods to restart: a/one, b/two")
    assert karpenter.pods == ()


@pytest.mark.parametrize(
    ("kind", "name", "node_groups", "expected"),
    [
        ("auto_scaling_group", "blue", None, True),
        ("auto_scaling_group", "blue", ["blue"], True),
        ("auto_scaling_group", "blue", ["green"], False),
        ("auto_scaling_group", "blue", [], False),
        ("eks_managed", "web", None, True),
        ("eks_managed", "web", ["web"], True),
        ("eks_managed", "web", ["blue"], False),
        ("karpenter", "spot", None, False),
        ("karpenter", "spot", ["spot"], False),
        ("unknown", "", None, False),
        ("unknown", "", [""], False),
    ],
)
def test_only_the_node_groups_that_are_rotated_are_reached(
    kind: str, name: str, node_groups: list[str] | None, expected: bool
) -> None:
    assert Carrier(kind, name, ("n-1",)).rotated_with(node_groups) is expected


def test_every_kind_says_what_replaces_its_nodes() -> None:
    assert set(ROTATED_BY) > ROTATED_HERE
    for kind, (called, by) in ROTATED_BY.items():
        assert called, kind
        assert Carrier(kind, "", ()).rotated_by == by


@pytest.mark.parametrize("kind", sorted(ROTATED_BY))
def test_only_nodes_of_nodepools_have_claims_that_may_be_unread(kind: str) -> None:
    labels: dict[str, dict[str, str]] = {
        "karpenter": POOL,
        "auto_mode": {**POOL, "eks.amazonaws.com/compute-type": "auto"},
        "fargate": {"eks.amazonaws.com/compute-type": "fargate"},
        "hybrid": {"eks.amazonaws.com/compute-type": "hybrid"},
        "eks_managed": WEB,
    }
    groups = {"i-1": "blue"} if kind in ROTATED_HERE else {}
    (carrier,) = carriers_of([a_node(1, labels.get(kind, {}))], groups, unread=True)
    assert carrier.kind == kind
    assert carrier.unread is (kind in OF_NODEPOOLS)
    assert ("is not known" in carrier.text) is carrier.unread


def test_carriers_are_sorted_by_kind_and_name() -> None:
    nodes = [
        a_node(1, {"karpenter.sh/nodepool": "b"}),
        a_node(2, {"karpenter.sh/nodepool": "a"}),
        a_node(3, {"eks.amazonaws.com/compute-type": "fargate"}),
    ]
    found = [(one.kind, one.name) for one in carriers_of(nodes, {})]
    assert found == [("fargate", ""), ("karpenter", "a"), ("karpenter", "b")]


def test_a_cluster_without_nodes_has_no_carriers() -> None:
    assert carriers_of([], GROUPS) == ()
