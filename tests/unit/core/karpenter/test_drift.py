# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far Karpenter is, and what holds it."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.drift import (
    DriftLook,
    PoolDrift,
    drift_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.nodepool import (
    NodeClaim,
    NodePool,
    PoolBudget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Node,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import (
    from_object,
)

NOON = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
HELD = "karpenter.sh/do-not-disrupt"
FREE = NodePool("spot", "p", (PoolBudget("100%"),))
POD = Pod("shop", "cart", "u", node="n-1", labels={"app": "cart"}, owner=Owner("ReplicaSet", "c"))
CART = from_object({"matchLabels": {"app": "cart"}})
SHUT = Budget("shop", "cart", "b-1", "1", CART, "maxUnavailable 0", expected_pods=1)


def a_claim(number: int, **fields: Any) -> NodeClaim:
    given: dict[str, Any] = {"ready": True, "drifted": True, **fields}
    return NodeClaim(f"spot-{number}", f"u-{number}", "spot", f"n-{number}", "ami-old", **given)


def seen(*claims: NodeClaim, pool: NodePool = FREE, **fields: Any) -> PoolDrift:
    return drift_of(DriftLook(NOON, claims, **fields), pool)


def test_a_pool_is_at_rest_when_nothing_has_drifted_or_is_on_its_way() -> None:
    assert seen().at_rest
    assert seen(a_claim(1, drifted=False)).at_rest
    assert not seen(a_claim(1)).at_rest
    assert not seen(a_claim(1, drifted=False, deleting=True)).at_rest
    assert not seen(a_claim(1, drifted=False, ready=False)).at_rest


def test_claims_are_counted_by_what_becomes_of_them() -> None:
    going, coming = a_claim(2, deleting=True), a_claim(3, drifted=False, ready=False)
    found = seen(a_claim(1), going, coming, a_claim(4, drifted=False))
    assert (found.pool, found.nodes) == ("spot", 4)
    assert found.drifted == (a_claim(1), going)
    assert (found.leaving, found.coming) == ((going,), (coming,))


def test_claims_of_other_pools_are_not_its_own() -> None:
    other = dataclasses.replace(a_claim(1), pool="big")
    assert seen(other).at_rest


def test_a_budget_with_room_holds_nothing() -> None:
    assert seen(a_claim(1), a_claim(2)).held_by == ()


@pytest.mark.parametrize(
    ("nodes", "claims", "holds"),
    [
        ("0", (a_claim(1),), True),
        ("0%", (a_claim(1),), True),
        ("1", (a_claim(1), a_claim(2)), False),
        ("1", (a_claim(1), a_claim(2, deleting=True)), False),
        ("1", (a_claim(1), a_claim(3, drifted=False, ready=False)), False),
        ("0", (a_claim(1), a_claim(2, deleting=True)), True),
        ("0", (a_claim(1, drifted=False),), False),
        ("0", (a_claim(1, deleting=True),), False),
        ("50%", (a_claim(1, ready=False),), True),
    ],
)
def test_a_budget_that_lets_no_node_go_holds_those_that_have_drifted(
    nodes: str, claims: tuple[NodeClaim, ...], holds: bool
) -> None:
    found = seen(*claims, pool=NodePool("spot", "p", (PoolBudget(nodes),))).held_by
    told = f"NodePool spot: its disruption budget {nodes} lets no node go now"
    assert found == ((told,) if holds else ())


@pytest.mark.parametrize("where", ["claim", "node"])
def test_a_node_that_may_not_be_disrupted_is_named(where: str) -> None:
    note = {HELD: "true"} if where == "node" else {}
    nodes = (Node("n-1", "u", "1", annotations=note), Node("n-2", "v", "1"))
    found = seen(a_claim(1, held=where == "claim"), a_claim(2), nodes=nodes)
    assert found.held_by == (f"n-1 is held by {HELD} on its node",)


@pytest.mark.parametrize("value", ["false", ""])
def test_another_value_holds_nothing(value: str) -> None:
    node = Node("n-1", "u", "1", annotations={HELD: value})
    pod = dataclasses.replace(POD, annotations={HELD: value})
    assert seen(a_claim(1), nodes=(node,), pods={"n-1": (pod,)}).held_by == ()


def test_a_pod_that_may_not_be_disrupted_is_named_unless_it_has_ended() -> None:
    pod = dataclasses.replace(POD, annotations={HELD: "true"})
    assert seen(a_claim(1), pods={"n-1": (pod,)}).held_by == (
        f"n-1 is held by {HELD} on pod shop/cart",
    )
    ended = dataclasses.replace(pod, phase="Succeeded")
    assert seen(a_claim(1), pods={"n-1": (ended,)}).held_by == ()
    assert seen(a_claim(1, drifted=False), pods={"n-1": (pod,)}).held_by == ()


def test_pods_that_may_not_leave_a_node_that_is_drained_are_named() -> None:
    pods = {"n-1": (POD,)}
    (text,) = seen(a_claim(1, deleting=True), pods=pods, budgets=(SHUT,)).held_by
    assert text.startswith("n-1 is being drained, and may not evict shop/cart (")
    assert seen(a_claim(1, deleting=True), pods=pods).held_by == ()
    leaving = dataclasses.replace(POD, deleted_at=1.0)
    going = seen(a_claim(1, deleting=True), pods={"n-1": (leaving,)}, budgets=(SHUT,))
    assert going.held_by == ()


def test_karpenter_does_not_begin_with_a_node_whose_pods_may_not_be_evicted() -> None:
    pods = {"n-1": (POD,)}
    (text,) = seen(a_claim(1), pods=pods, budgets=(SHUT,)).held_by
    assert text.startswith("Karpenter does not begin with n-1, since it may not evict shop/cart (")
    assert seen(a_claim(1, drifted=False), pods=pods, budgets=(SHUT,)).held_by == ()


def test_no_pod_keeps_karpenter_from_beginning_where_a_node_has_a_grace_period() -> None:
    marked = dataclasses.replace(POD, annotations={HELD: "true"})
    claim = a_claim(1, forced=True)
    assert seen(claim, pods={"n-1": (marked,)}, budgets=(SHUT,)).held_by == ()
    on_claim = a_claim(1, forced=True, held=True)
    assert len(seen(on_claim, pods={"n-1": (marked,)}).held_by) == 1, "the node's own counts"


def test_of_many_pods_a_few_are_named() -> None:
    pods = tuple(dataclasses.replace(POD, name=f"cart-{n}", uid=f"u-{n}") for n in range(5))
    (text,) = seen(a_claim(1, deleting=True), pods={"n-1": pods}, budgets=(SHUT,)).held_by
    assert text.count("shop/cart-") == 3
    assert text.endswith(" and 2 more")


def test_all_that_holds_is_told_at_once() -> None:
    pods = {"n-1": (dataclasses.replace(POD, annotations={HELD: "true"}),), "n-2": (POD,)}
    found = seen(
        a_claim(1, held=True),
        a_claim(2, deleting=True),
        pool=NodePool("spot", "p", (PoolBudget("0"),)),
        pods=pods,
        budgets=(SHUT,),
    )
    begins = (
        "NodePool spot: its disruption budget 0",
        "n-1 is held by",
        "n-1 is held by",
        "Karpenter does not begin with n-1",
        "n-2 is",
    )
    assert len(found.held_by) == len(begins)
    assert all(text.startswith(start) for text, start in zip(found.held_by, begins, strict=True))


def test_each_pool_has_its_own_budget() -> None:
    shut, big = NodePool("spot", "p", (PoolBudget("0"),)), NodePool("big", "q")
    claims = (a_claim(1), dataclasses.replace(a_claim(2), pool="big"))
    look = DriftLook(NOON, claims)
    assert len(drift_of(look, shut).held_by) == 1
    assert drift_of(look, big).held_by == ()
    assert [one.drifted for one in (drift_of(look, shut), drift_of(look, big))] == [
        (claims[0],),
        (claims[1],),
    ]


@pytest.mark.parametrize(
    ("hour", "holds"), [(8, False), (9, True), (16, True), (17, False), (23, False)]
)
def test_a_window_holds_only_while_it_is_open(hour: int, holds: bool) -> None:
    by_day = PoolBudget("0", ("Drifted",), "0 9 * * *", "8h")
    pool = NodePool("spot", "p", (by_day, PoolBudget("10%")))
    found = drift_of(DriftLook(NOON.replace(hour=hour), (a_claim(1),)), pool)
    assert bool(found.held_by) is holds
    assert all('budget 0 from "0 9 * * *" (UTC) on for 8h' in text for text in found.held_by)


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_a_pod_that_has_ended_does_not_keep_a_node_from_being_drained(phase: str) -> None:
    ended = dataclasses.replace(POD, phase=phase)
    found = seen(a_claim(1, deleting=True), pods={"n-1": (ended,)}, budgets=(SHUT,))
    assert found.held_by == ()


def test_pods_of_other_nodes_hold_nothing() -> None:
    marked = dataclasses.replace(POD, annotations={HELD: "true"})
    assert seen(a_claim(1), pods={"n-9": (marked,), "": (marked,)}).held_by == ()


def test_what_holds_is_told_in_the_order_of_the_nodes() -> None:
    nodes = tuple(Node(f"n-{n}", f"u-{n}", "1", annotations={HELD: "true"}) for n in (3, 1, 2))
    found = seen(a_claim(2), a_claim(3), a_claim(1), nodes=nodes)
    assert found.held_by == (f"n-1, n-2, n-3 are held by {HELD} on their nodes",)
