# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One look of a drain, made by hand: pods, budgets and answers in a few words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    DeletePod,
    Evict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
    index,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Attachment,
    Budget,
    Claim,
    DaemonSet,
    Node,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Broken,
    Cache,
    Feed,
    Listed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    BudgetMemory,
    DrainMemory,
    NodeMemory,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View

NOW = 1000.0
NODE = "n1"
CART = Owner("ReplicaSet", "cart-5d", "uid-cart-5d")
AGENT = Owner("DaemonSet", "agent", "uid-agent")
PODS = Feed("pods", NODE)
NODES = Feed("nodes", NODE)
BUDGETS = Feed("poddisruptionbudgets")
DAEMONSETS = Feed("daemonsets")
CLAIMS = Feed("persistentvolumeclaims")
ATTACHMENTS = Feed("volumeattachments")


def a_pod(name: str = "cart-1", node: str = NODE, **more: Any) -> Pod:
    """A running pod of a ReplicaSet in namespace shop, labelled app=cart."""
    usual: dict[str, Any] = {
        "uid": f"uid-{name}",
        "resource_version": "1",
        "node": node,
        "owner": CART,
        "labels": {"app": "cart"},
    }
    return Pod("shop", name, **{**usual, **more})


def going(name: str = "cart-1", **more: Any) -> Pod:
    """The same pod once its deletion was accepted.

    Its grace of 30 s ends at NOW + 30.
    """
    return a_pod(name, **{"deleted_at": NOW + 30, "deletion_grace": 30, **more})


def a_budget(name: str = "cart", allowed: int = 1, version: str = "1", **more: Any) -> Budget:
    """A budget of namespace shop over app=cart that lets `allowed` pods go."""
    usual: dict[str, Any] = {
        "selector": parse("app=cart"),
        "current_healthy": 3,
        "desired_healthy": 3 - allowed,
        "expected_pods": 3,
        "disruptions_allowed": allowed,
    }
    return Budget("shop", name, f"uid-{name}", version, **{**usual, **more})


def indexed(budgets: Iterable[Budget] = ()) -> Budgets:
    """These budgets as a look finds them."""
    return index({budget.uid: budget for budget in budgets})


def a_cache(
    pods: Iterable[Pod] | Mapping[str, Iterable[Pod]] = (),
    budgets: Iterable[Budget] = (),
    node: Node | None = None,
    claims: Iterable[Claim] | None = None,
    attachments: Iterable[Attachment] | None = None,
    daemonsets: Iterable[DaemonSet] | None = None,
    broken: Mapping[Feed, RotatorError] | None = None,
) -> Cache:
    """A cache in which pods and budgets are listed, and of the rest what is given.

    `pods`: those of NODE, or by the name of their node. What is broken only has not been listed.
    """
    by_node = pods if isinstance(pods, Mapping) else {NODE: pods}
    shown: dict[Feed, Iterable[Any]] = {Feed("pods", name): has for name, has in by_node.items()}
    shown[BUDGETS] = budgets
    optional = {CLAIMS: claims, ATTACHMENTS: attachments, DAEMONSETS: daemonsets}
    shown |= {feed: items for feed, items in optional.items() if items is not None}
    if node is not None:
        shown[NODES] = (node,)
    failing = broken or {}
    listed = [Listed(feed, tuple(items)) for feed, items in shown.items() if feed not in failing]
    return reduce(Cache(), [*listed, *(Broken(feed, error) for feed, error in failing.items())])


def a_view(
    cache: Cache, done: Iterable[Done] = (), in_flight: Iterable[Command] = (), **more: Any
) -> View:
    """What one look observes."""
    return View(cache, tuple(done), frozenset(in_flight), **more)


def evict(name: str = "cart-1", **more: Any) -> Evict:
    """The eviction of a pod of namespace shop."""
    return Evict("shop", name, f"uid-{name}", **more)


def delete(name: str = "cart-1", **more: Any) -> DeletePod:
    """The deletion of a pod of namespace shop, past its budgets."""
    return DeletePod("shop", name, f"uid-{name}", **more)


def answered(
    command: Command, verdict: Verdict, began: float = NOW - 1, ended: float = NOW, **more: Any
) -> Done:
    """How the server answered an eviction or deletion."""
    return Done(command, Answer(verdict, **more), None, began, ended)


def failed(
    command: Command, error: RotatorError, began: float = NOW - 1, ended: float = NOW
) -> Done:
    """A command that met an error."""
    return Done(command, None, error, began, ended)


def remembered(*pods: Pod, **fields: Any) -> dict[str, PodMemory]:
    """Pods as a drain remembers them, all with these fields."""
    return {pod.uid: PodMemory(pod, **fields) for pod in pods}


def a_node_memory(*pods: Pod, began: float = NOW, **more: Any) -> NodeMemory:
    """The drain of a node that began now and has seen these pods."""
    return NodeMemory(began, **{"pods": remembered(*pods), **more})


def a_memory(
    node: NodeMemory | None = None, budgets: Iterable[Budget] = (), **more: Any
) -> DrainMemory:
    """The drain of NODE; budgets as known since the beginning of time."""
    known = {one.id: BudgetMemory(one.resource_version, 0.0) for one in budgets}
    fields: dict[str, Any] = {"budgets": known, **more}
    return DrainMemory({NODE: node or a_node_memory()}, **fields)


def a_policy(**options: Any) -> DrainPolicy:
    """A drain's options; no volumes unless asked for."""
    return dataclasses.replace(DrainPolicy(wait_for_volumes=False), **options)
