# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes our own drain takes on, and when EKS is asked again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    NodegroupUpdate,
    Trouble,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.progress import (
    ManagedPhase,
    ManagedRecord,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Node,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import EXCLUDE
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import NodeStatus
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.assist import (
    LATE,
    assist,
    given_up,
    has_drained,
    takes_over,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    NEW_GROUP,
    NOW,
    OLD_GROUP,
    RUNNING,
    a_context,
    a_memory,
    a_node,
    a_view,
)

UPDATING = dataclasses.replace(OLD_GROUP, updates={"u-1": RUNNING})
GAVE_UP = NodegroupUpdate(
    *("u-1", "VersionUpdate", "Failed"), errors=(Trouble("PodEvictionFailure", "", ("n-2",)),)
)


def by_eks(number: int) -> Node:
    """Return a node that EKS has cordoned and taken out of the load balancers."""
    return a_node(number, unschedulable=True, labels={EXCLUDE: "true"})


def a_pod(node: str) -> Pod:
    """Return a pod on a node that an eviction may take."""
    cart = Owner("ReplicaSet", "cart")
    return Pod("shop", f"cart-{node}", f"uid-{node}", "1", node, ready=True, owner=cart)


def marked_view(*numbers: int) -> View:
    """Return a view in which EKS has cordoned these nodes of two, each with a pod."""
    nodes = [by_eks(one) if one in numbers else a_node(one) for one in (1, 2)]
    pods = [a_pod(node.name) for node in nodes]
    view = a_view(*nodes, pods=pods)
    feeds = {Feed("pods", pod.node): {pod.uid: pod} for pod in pods}
    cache = dataclasses.replace(view.cache, feeds={**view.cache.feeds, **feeds})
    return dataclasses.replace(view, cache=cache)


def evicted(ctx: ManagedContext) -> list[str]:
    """Return the pods whose eviction is asked for at this look."""
    return [one.name for one in ctx.commands if isinstance(one, Evict)]


def looked(view: View, now: float = NOW, **fields: Any) -> ManagedContext:
    """Return a look of a run that helps EKS, after its drain has gone on."""
    memory = a_memory(fields.pop("nodegroup", UPDATING), **fields)
    ctx = a_context(memory, view, now, assist=True)
    assist(ctx)
    return ctx


def test_eks_is_left_alone_until_it_is_late() -> None:
    assert evicted(looked(marked_view(1, 2), now=NOW + LATE - 1)) == []
    assert evicted(looked(marked_view(1, 2), now=NOW + LATE)) == ["cart-n-1"], "one at a time"


def test_only_what_eks_has_cordoned_is_drained() -> None:
    assert evicted(looked(marked_view(2), now=NOW + LATE)) == ["cart-n-2"]
    cordoned = a_view(a_node(1, unschedulable=True), a_node(2), pods=[a_pod("n-1")])
    assert evicted(looked(cordoned, now=NOW + LATE)) == []


@pytest.mark.parametrize("phase", ["cordoned", "draining"])
def test_a_node_whose_pods_leave_slowly_is_late_by_itself(phase: ManagedPhase) -> None:
    record = ManagedRecord("n-2", "i-2", "a", "ami-old", "old", phase)
    given: dict[str, Any] = {
        "records": {"i-2": record},
        "timers": {"draining i-2": NOW - LATE},
        "moved_at": NOW,
    }
    wanted = ["cart-n-2"] if phase == "draining" else []
    assert evicted(looked(marked_view(1, 2), **given)) == wanted


def test_without_the_option_or_an_update_nothing_is_drained() -> None:
    late = a_context(a_memory(UPDATING), marked_view(1, 2), NOW + LATE)
    assist(late)
    assert late.commands == []
    assert evicted(looked(marked_view(1, 2), NOW + LATE, nodegroup=OLD_GROUP)) == []


def test_once_eks_has_given_up_the_nodes_that_it_names_go_first() -> None:
    fields: dict[str, Any] = {"given_up": "u-1", "named": frozenset(("n-2",))}
    ctx = looked(marked_view(1, 2), nodegroup=OLD_GROUP, **fields)
    assert evicted(ctx) == ["cart-n-2"]
    assert [one.name for one in given_up(ctx)] == ["n-2"]
    enlarged = looked(marked_view(1, 2), nodegroup=OLD_GROUP, desired_before=0, **fields)
    assert [one.name for one in given_up(enlarged)] == ["n-2", "n-1"]
    assert evicted(enlarged) == ["cart-n-2"], "no more at one time than EKS takes"


def test_a_current_node_that_was_out_of_service_before_is_not_of_eks() -> None:
    updating = dataclasses.replace(NEW_GROUP, updates={"u-1": RUNNING})
    ctx = looked(marked_view(1), NOW + LATE, nodegroup=updating)
    assert (ctx.memory.not_of_eks, evicted(ctx)) == (frozenset(("i-1",)), [])
    later = looked(marked_view(1), NOW + LATE, nodegroup=updating, not_of_eks=frozenset())
    assert evicted(later) == ["cart-n-1"], "EKS replaces what an earlier update has launched"


@pytest.mark.parametrize(
    ("update", "then", "taken"),
    [
        (GAVE_UP, -1, True),
        (GAVE_UP, 3, True),
        (GAVE_UP, 2, False),
        (dataclasses.replace(GAVE_UP, status="Cancelled"), -1, False),
        (dataclasses.replace(GAVE_UP, errors=()), -1, False),
        (
            dataclasses.replace(GAVE_UP, errors=(*GAVE_UP.errors, Trouble("AccessDenied"))),
            -1,
            False,
        ),
    ],
)
def test_it_goes_on_where_evictions_alone_failed_and_something_goes_forward(
    update: NodegroupUpdate, then: int, taken: bool
) -> None:
    ctx = a_context(a_memory(outdated_then=then), marked_view(1, 2), assist=True)
    assert takes_over(ctx, update) is taken
    assert (ctx.memory.given_up, ctx.memory.outdated_then) == (("u-1", 2) if taken else ("", then))
    assert not takes_over(a_context(view=marked_view(1, 2)), update)
    assert not takes_over(a_context(assist=True), update), "EKS has left no node cordoned"


@pytest.mark.parametrize(
    ("status", "done"),
    [(None, False), (NodeStatus("draining"), False), (NodeStatus("drained"), True)],
)
def test_eks_is_asked_again_once_its_nodes_are_empty(status: NodeStatus | None, done: bool) -> None:
    drains = {"n-2": status} if status is not None else {}
    fields: dict[str, Any] = {"given_up": "u-1", "named": frozenset(("n-2",)), "drains": drains}
    ctx = a_context(a_memory(**fields), marked_view(1, 2), assist=True)
    assert has_drained(ctx, GAVE_UP) is done


def test_what_our_drain_cannot_empty_is_the_failure() -> None:
    drains = {"n-2": NodeStatus("failed", reasons=("shop/cart-n-2: blocked",))}
    fields: dict[str, Any] = {"given_up": "u-1", "named": frozenset(("n-2",)), "drains": drains}
    ctx = a_context(a_memory(**fields), marked_view(1, 2), assist=True)
    with pytest.raises(FailedError, match="either .n-2.: shop/cart-n-2: blocked") as failed:
        has_drained(ctx, GAVE_UP)
    assert "PodEvictionFailure" in str(failed.value)
