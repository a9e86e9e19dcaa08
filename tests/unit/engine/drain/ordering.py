# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one look of node_drain by hand: nodes in, writes and evictions out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import Order
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Broken,
    Cache,
    Feed,
    Listed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import DrainMemory
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.order import decide
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    OrderedNode,
    RunMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    Done,
    Step,
    Stop,
    View,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    BUDGETS,
    NOW,
    a_policy,
)


def a_node(name: str, cordoned: bool = False, **more: Any) -> Node:
    """A Node object."""
    return Node(name, f"uid-{name}", "1", unschedulable=cordoned, **more)


def an_order(*names: str, state: str = "drained", **more: Any) -> Order:
    """Drain these nodes; `more`: fields of the order, or options of the drain."""
    ours = {
        key: more.pop(key) for key in ("max_parallel", "leave_cordoned", "selector") if key in more
    }
    return Order(state, names, policy=a_policy(**more), **ours)


def shown(
    nodes: Sequence[Node] = (),
    pods: Mapping[str, Sequence[Pod]] | None = None,
    order: Order | None = None,
    broken: Mapping[Feed, RotatorError] | None = None,
) -> Cache:
    """A cache in which the order's nodes are listed.

    So are the pods of those that are given.
    """
    there = {node.name: node for node in nodes}
    order = order or an_order(*there)
    listed: list[Any] = [Listed(BUDGETS, ())]
    if order.selector:
        listed.append(Listed(Feed("nodes", labels=order.selector), tuple(nodes)))
    for name in order.names:
        found = (there[name],) if name in there else ()
        listed.append(Listed(Feed("nodes", name), found))
    listed += [Listed(Feed("pods", name), tuple(has)) for name, has in (pods or {}).items()]
    failing = broken or {}
    listed = [message for message in listed if message.feed not in failing]
    return reduce(Cache(), [*listed, *(Broken(feed, error) for feed, error in failing.items())])


def a_run(
    *nodes: OrderedNode, began: float = NOW, drain: DrainMemory = DrainMemory(), **more: Any
) -> RunMemory:
    """A run that has read these nodes."""
    return RunMemory(began, {node.name: node for node in nodes}, drain, **more)


def look(
    order: Order,
    cache: Cache,
    memory: RunMemory = RunMemory(),
    done: Sequence[Done] = (),
    now: float = NOW,
    stop: str = "",
) -> Step[RunMemory]:
    """One look of node_drain."""
    view = View(cache, tuple(done), stop=Stop(stop) if stop else None)
    return decide(memory, view, now, order)


def cordons(step: Step[RunMemory]) -> list[tuple[str, bool]]:
    """The nodes whose cordon is written, and how."""
    writes = [command for command in step.commands if isinstance(command, ChangeNode)]
    return [(write.name, bool(write.change.unschedulable)) for write in writes]


def others(step: Step[RunMemory]) -> list[Any]:
    """The commands that are no writes of nodes."""
    return [command for command in step.commands if not isinstance(command, ChangeNode)]


def written(
    name: str, cordon: bool = True, error: RotatorError | None = None, ended: float = NOW
) -> Done:
    """How the write of a cordon ended."""
    command = ChangeNode(name, "", NodeChange(cordon))
    return Done(command, None, error, ended - 1, ended)
