# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out an order of node_drain: cordon all, drain some, undo failures."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import Order
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Cache
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import lasts
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.advance import (
    DrainStep,
    advance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.advance import (
    feeds as drain_feeds,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.lifted import (
    look_again,
    told_lifted,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    OrderedNode,
    OrderMemory,
    RunMemory,
    RunResult,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Step, View

PATIENCE = 60.0
"""Seconds in which the nodes must have been read once; nothing has been touched by then."""
STOP_TIMEOUT = 20.0
"""Seconds for removing cordons once somebody wants us to end."""
ON_PURPOSE, FOR_A_DRAIN = "nodeops.rotator", "nodeops.rotator-drain"
"""Field managers by which the server records our cordons, at no cost and without a mark on the
node: one that is to stay, and one that is part of a drain. The latter, found on a node that still
has pods to go, is left from a run that was killed, and so it is not the state that the node had
before us."""
WRITE_RETRY, WRITE_PATIENCE = 2.0, 30.0
"""Seconds after which a write to a Node that failed for a passing reason is tried again, and for
how long."""


AnyMemory = TypeVar("AnyMemory", bound=OrderMemory)


def decide(memory: RunMemory, view: View, now: float, order: Order) -> Step[RunMemory, RunResult]:
    """Decide what to do at this look: cordon, evict, restore, or end."""
    memory, waiting = read_nodes(memory, view, now, order)
    if waiting is not None:
        return waiting
    memory = _learn(memory, view, now)
    if view.stop is not None:
        return _stop(memory, view, now, order, view.stop.reason)
    if order.state != "drained":
        return _set_cordon(memory, view, now, order)
    return _drain(memory, view, now, order)


def read_nodes(
    memory: AnyMemory, view: View, now: float, order: Order
) -> tuple[AnyMemory, Step[AnyMemory, RunResult] | None]:
    """Return the memory with the nodes, or the step while they are not read."""
    if memory.began is None:
        memory = dataclasses.replace(memory, began=now)
    if memory.nodes is not None:
        return memory, None
    found = find(order, view.cache)
    if found is not None:
        return dataclasses.replace(memory, nodes=found), None
    wake, result = unread(memory.began or 0.0, view, now, order)
    return memory, Step(memory, wake=wake, feeds=order.feeds, result=result)


def find(order: Order, cache: Cache) -> dict[str, OrderedNode] | None:
    """Return the nodes of the order as they are, None until they have been read."""
    if not cache.synced(*order.feeds):
        return None
    seen: dict[str, Node] = {
        node.name: node for feed in order.feeds for node in cache.items(feed).values()
    }
    names: Sequence[str] = order.names or sorted(seen)
    return {name: _ordered(name, seen.get(name)) for name in names}


def _ordered(name: str, node: Node | None) -> OrderedNode:
    if node is None:
        return OrderedNode(name, None, False)
    before = node.unschedulable
    return OrderedNode(name, before, before, node.cordoned_by == FOR_A_DRAIN, uid=node.uid)


def unread(began: float, view: View, now: float, order: Order) -> tuple[float, RunResult | None]:
    """Return when to look again while the nodes are not read, and the end, if any."""
    error = next(
        (view.cache.broken[feed] for feed in sorted(order.feeds) if feed in view.cache.broken), None
    )
    limit = began + (PATIENCE if error is None else lasts(error, PATIENCE))
    if now >= limit:
        return limit, RunResult(
            error=error or UnreachableError(f"Cannot list nodes: no answer within {PATIENCE:.0f} s")
        )
    return limit, None if view.stop is None else RunResult(stopped=view.stop.reason)


def _learn(memory: RunMemory, view: View, now: float) -> RunMemory:
    """Return the memory after the outcomes of writes to nodes."""
    ordered = dict(memory.nodes or {})
    for done in view.done:
        if isinstance(done.command, ChangeNode) and done.command.name in ordered:
            ordered[done.command.name] = _changed(ordered[done.command.name], done, done.command)
    return dataclasses.replace(memory, nodes=ordered)


def _changed(node: OrderedNode, done: Done, command: ChangeNode) -> OrderedNode:
    cordon = bool(command.change.unschedulable)
    if done.error is None:
        version = str(done.answer or "")
        return dataclasses.replace(node, cordoned=cordon, attempts=0, version=version)
    if node.attempts * WRITE_RETRY < lasts(done.error, WRITE_PATIENCE):
        return dataclasses.replace(
            node, next_try=done.ended + WRITE_RETRY, attempts=node.attempts + 1
        )
    if isinstance(done.error, NotFoundError):
        return dataclasses.replace(node, before=None, cordoned=False)
    return dataclasses.replace(node, error=done.error)


def change(name: str, unschedulable: bool, order: Order) -> ChangeNode:
    """Return the command that cordons or uncordons."""
    stays = order.state != "drained" or order.leave_cordoned
    manager = (ON_PURPOSE if stays else FOR_A_DRAIN) if unschedulable else ""
    return ChangeNode(name, "", NodeChange(unschedulable=unschedulable, manager=manager))


def _writes(
    ordered: Sequence[OrderedNode], unschedulable: bool, now: float, order: Order
) -> tuple[tuple[Command, ...], float]:
    """Return the writes that are still needed, and when to repeat failed ones."""
    wanted = [node for node in ordered if node.cordoned != unschedulable]
    later = min((node.next_try for node in wanted if node.next_try > now), default=math.inf)
    return tuple(
        change(node.name, unschedulable, order) for node in wanted if node.next_try <= now
    ), later


def _set_cordon(
    memory: RunMemory, view: View, now: float, order: Order
) -> Step[RunMemory, RunResult]:
    wanted = order.state == "cordoned"
    ordered = list((memory.nodes or {}).values())
    left = [
        node
        for node in ordered
        if node.before is not None and node.error is None and node.cordoned != wanted
    ]
    if not left:
        return Step(
            memory, (), tuple(_told(view)), feeds=order.feeds, result=RunResult(tuple(ordered))
        )
    commands, later = _writes(left, wanted, now, order)
    return Step(memory, commands, tuple(_told(view)), later, order.feeds)


def _drain(memory: RunMemory, view: View, now: float, order: Order) -> Step[RunMemory, RunResult]:
    before = dict(memory.nodes or {})
    ordered = look_again(before, view.cache)
    lifted = tuple(told_lifted(before, ordered.values()))
    waiting = [node for node in ordered.values() if not node.over]
    commands, later = _writes(waiting, True, now, order)
    # Evicting begins when all are cordoned, and stops while one is not; the pods of the first
    # nodes, and budgets, are read meanwhile.
    ready = [node.name for node in waiting[: order.max_parallel]]
    cordoned = all(node.cordoned for node in waiting)
    names = ready if cordoned or any(node.lifted for node in waiting) else []
    step = advance(memory.drain, names, view, now, order.policy)
    for name, status in step.status.items():
        ordered[name] = dataclasses.replace(ordered[name], status=status)
    writes, uncordon_at = _uncordon_spoilt(ordered, now, order)
    memory = dataclasses.replace(memory, nodes=ordered, drain=step.memory)
    feeds = (
        step.feeds
        | order.feeds
        | drain_feeds([n for n in ready if not ordered[n].over], order.policy, step.memory)
    )
    over = all(node.over for node in ordered.values()) and not writes and math.isinf(uncordon_at)
    again = any(status.final for status in step.status.values())
    return Step(
        memory,
        (*commands, *(step.commands if cordoned else ()), *writes),
        (*_told(view), *lifted, *step.events),
        now if again and not over else min(later, uncordon_at, step.wake),
        feeds,
        RunResult(tuple(ordered.values())) if over else None,
    )


def _told(view: View) -> list[Event]:
    """Return the events of cordons that have changed."""
    changes = [
        done.command
        for done in view.done
        if isinstance(done.command, ChangeNode) and done.error is None
    ]
    return [Event("cordoned" if c.change.unschedulable else "uncordoned", c.name) for c in changes]


def _uncordon_spoilt(
    ordered: Mapping[str, OrderedNode], now: float, order: Order
) -> tuple[tuple[Command, ...], float]:
    """Uncordon what could not be drained and was not cordoned before."""
    if order.leave_cordoned:
        return (), math.inf
    spoilt = [
        t for t in ordered.values() if t.over and _spoilt(t) and t.cordoned and t.error is None
    ]
    return _writes([t for t in spoilt if t.before is False or _left_behind(t)], False, now, order)


def _left_behind(node: OrderedNode) -> bool:
    """Return whether a killed drain of ours has left the cordon.

    A drain that came to its end has left no pods.
    """
    return node.ours and node.status is not None and node.status.total > 0


def _spoilt(node: OrderedNode) -> bool:
    return node.status is not None and node.status.phase in ("failed", "skipped")


def _stop(
    memory: RunMemory, view: View, now: float, order: Order, reason: str
) -> Step[RunMemory, RunResult]:
    """End early: request nothing more, uncordon what lost no pod, report the rest."""
    limit = memory.stop_at if memory.stop_at is not None else now + STOP_TIMEOUT
    memory = dataclasses.replace(memory, stop_at=limit)
    drained = _statuses(memory, view, now, order)
    ordered = {
        name: dataclasses.replace(t, status=drained.status.get(name, t.status))
        for name, t in (memory.nodes or {}).items()
    }
    memory = dataclasses.replace(memory, nodes=ordered, drain=drained.memory)
    touched = {
        name
        for name, node in drained.memory.nodes.items()
        if any(pod.accepted_at is not None for pod in node.pods.values())
    }
    back = [
        node
        for node in ordered.values()
        if _is_uncordoned_at_stop(node, order) and node.name not in touched
    ]
    if order.state != "drained" or not back or now >= limit:
        return Step(
            memory, feeds=order.feeds, result=RunResult(tuple(ordered.values()), stopped=reason)
        )
    commands, later = _writes(back, False, now, order)
    return Step(memory, commands, wake=min(later, limit), feeds=order.feeds)


def _is_uncordoned_at_stop(node: OrderedNode, order: Order) -> bool:
    """Return whether a stop uncordons this node: cordoned by us and not drained."""
    drained = node.status is not None and node.status.phase == "drained"
    ours = node.cordoned and node.before is False and node.error is None
    return ours and not order.leave_cordoned and not drained


def _statuses(memory: RunMemory, view: View, now: float, order: Order) -> DrainStep:
    """Return how far the drained nodes are; nothing more is requested."""
    return advance(memory.drain, list(memory.drain.nodes), view, now, order.policy)
