# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What node_drain does with its nodes: cordon all, drain some, undo failures.

As kubectl does, all nodes are cordoned before the first pod is evicted, so that no pod moves twice.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    TemporaryError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Cache
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.advance import (
    DrainStep,
    advance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.advance import (
    feeds as drain_feeds,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.targets import (
    Order,
    RunMemory,
    RunResult,
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Step, View

PATIENCE = 60.0
"""Seconds in which the nodes must have been read once; nothing has been touched by then."""
STOP_TIMEOUT = 20.0
"""Seconds for putting back cordons once somebody wants us to end."""
ON_PURPOSE, FOR_A_DRAIN = "nodeops.rotator", "nodeops.rotator-drain"
"""Field managers by which the server records our cordons, at no cost and without a mark on the
node: one that is to stay, and one that is part of a drain. The latter, found on a node that still
has pods to go, is left from a run that was killed, and so it is not the state that the node had
before us."""
RETRY, ATTEMPTS = 2.0, 15
"""Seconds after which a write to a Node that failed for a passing reason is tried again, and how
often."""


def decide(memory: RunMemory, view: View, now: float, order: Order) -> Step[RunMemory]:
    """One look."""
    if memory.began is None:
        memory = dataclasses.replace(memory, began=now)
    if memory.targets is None:
        found = find(order, view.cache)
        if found is None:
            wake, result = unread(memory.began or 0.0, view, now, order)
            return Step(memory, wake=wake, feeds=order.feeds, result=result)
        memory = dataclasses.replace(memory, targets=found)
    memory = _learn(memory, view, now)
    if view.stop is not None:
        return _stop(memory, view, now, order, view.stop.reason)
    if order.state != "drained":
        return _set_cordon(memory, view, now, order)
    return _drain(memory, view, now, order)


def find(order: Order, cache: Cache) -> dict[str, Target] | None:
    """The nodes of the order as they are, None until they have been read."""
    if not cache.synced(*order.feeds):
        return None
    nodes: dict[str, Node] = {
        node.name: node for feed in order.feeds for node in cache.items(feed).values()
    }
    names: Sequence[str] = order.names or sorted(nodes)
    return {name: _target(name, nodes.get(name)) for name in names}


def _target(name: str, node: Node | None) -> Target:
    if node is None:
        return Target(name, None, False)
    return Target(name, node.unschedulable, node.unschedulable, node.cordoned_by == FOR_A_DRAIN)


def unread(began: float, view: View, now: float, order: Order) -> tuple[float, RunResult | None]:
    """While the nodes have not been read: when to look again, and the end if they cannot be."""
    error = next(
        (view.cache.broken[feed] for feed in sorted(order.feeds) if feed in view.cache.broken), None
    )
    limit = began + PATIENCE
    if error is not None and not isinstance(error, TemporaryError):
        return limit, RunResult(error=error)
    if now >= limit:
        return limit, RunResult(
            error=error or UnreachableError(f"Cannot list nodes: no answer within {PATIENCE:.0f} s")
        )
    return limit, None if view.stop is None else RunResult(stopped=view.stop.reason)


def _learn(memory: RunMemory, view: View, now: float) -> RunMemory:
    """Outcomes of writes to nodes."""
    targets = dict(memory.targets or {})
    for done in view.done:
        if isinstance(done.command, ChangeNode) and done.command.name in targets:
            targets[done.command.name] = _changed(targets[done.command.name], done, done.command)
    return dataclasses.replace(memory, targets=targets)


def _changed(target: Target, done: Done, command: ChangeNode) -> Target:
    cordon = bool(command.change.unschedulable)
    if done.error is None:
        return dataclasses.replace(target, cordoned=cordon, attempts=0)
    if isinstance(done.error, TemporaryError) and target.attempts < ATTEMPTS:
        return dataclasses.replace(
            target, next_try=done.ended + RETRY, attempts=target.attempts + 1
        )
    if isinstance(done.error, NotFoundError):
        return dataclasses.replace(target, before=None, cordoned=False)
    return dataclasses.replace(target, error=done.error)


def change(name: str, unschedulable: bool, order: Order) -> ChangeNode:
    """The write that cordons or uncordons."""
    stays = order.state != "drained" or order.leave_cordoned
    manager = (ON_PURPOSE if stays else FOR_A_DRAIN) if unschedulable else ""
    return ChangeNode(name, "", NodeChange(unschedulable=unschedulable, manager=manager))


def _writes(
    targets: Sequence[Target], unschedulable: bool, now: float, order: Order
) -> tuple[tuple[Command, ...], float]:
    """The writes still to be made to get these nodes there, and when to make those that failed."""
    wanted = [target for target in targets if target.cordoned != unschedulable]
    later = min((target.next_try for target in wanted if target.next_try > now), default=math.inf)
    return tuple(
        change(target.name, unschedulable, order) for target in wanted if target.next_try <= now
    ), later


def _set_cordon(memory: RunMemory, view: View, now: float, order: Order) -> Step[RunMemory]:
    wanted = order.state == "cordoned"
    targets = list((memory.targets or {}).values())
    left = [
        target
        for target in targets
        if target.before is not None and target.error is None and target.cordoned != wanted
    ]
    if not left:
        return Step(
            memory, (), tuple(_told(view)), feeds=order.feeds, result=RunResult(tuple(targets))
        )
    commands, later = _writes(left, wanted, now, order)
    return Step(memory, commands, tuple(_told(view)), later, order.feeds)


def _drain(memory: RunMemory, view: View, now: float, order: Order) -> Step[RunMemory]:
    targets = dict(memory.targets or {})
    waiting = [target for target in targets.values() if not target.over]
    commands, later = _writes(waiting, True, now, order)
    # Evicting begins when all are cordoned; the pods of the first nodes, and budgets, are read
    # meanwhile.
    ready = [target.name for target in waiting[: order.max_parallel]]
    names = ready if all(target.cordoned for target in waiting) else []
    step = advance(memory.drain, names, view, now, order.policy)
    for name, status in step.status.items():
        targets[name] = dataclasses.replace(targets[name], status=status)
    back, put_back = _put_back(targets, now, order)
    memory = dataclasses.replace(memory, targets=targets, drain=step.memory)
    feeds = (
        step.feeds
        | order.feeds
        | drain_feeds([n for n in ready if not targets[n].over], order.policy, step.memory)
    )
    over = all(target.over for target in targets.values()) and not back and math.isinf(put_back)
    again = any(status.final for status in step.status.values())
    return Step(
        memory,
        (*commands, *step.commands, *back),
        (*_told(view), *step.events),
        now if again and not over else min(later, put_back, step.wake),
        feeds,
        RunResult(tuple(targets.values())) if over else None,
    )


def _told(view: View) -> list[Event]:
    """The cordons that were changed by now."""
    changes = [
        done.command
        for done in view.done
        if isinstance(done.command, ChangeNode) and done.error is None
    ]
    return [Event("cordoned" if c.change.unschedulable else "uncordoned", c.name) for c in changes]


def _put_back(
    targets: Mapping[str, Target], now: float, order: Order
) -> tuple[tuple[Command, ...], float]:
    """Uncordon what could not be drained and was not cordoned before."""
    if order.leave_cordoned:
        return (), math.inf
    spoilt = [
        t for t in targets.values() if t.over and _spoilt(t) and t.cordoned and t.error is None
    ]
    return _writes([t for t in spoilt if t.before is False or _left_behind(t)], False, now, order)


def _left_behind(target: Target) -> bool:
    """Whether the cordon is of a drain of ours that was killed: one that came to its end left no
    pods."""
    return target.ours and target.status is not None and target.status.total > 0


def _spoilt(target: Target) -> bool:
    return target.status is not None and target.status.phase in ("failed", "skipped")


def _stop(memory: RunMemory, view: View, now: float, order: Order, reason: str) -> Step[RunMemory]:
    """Somebody wants us to end: ask for nothing more, uncordon what lost no pod, say how far we
    came."""
    limit = memory.stop_at if memory.stop_at is not None else now + STOP_TIMEOUT
    memory = dataclasses.replace(memory, stop_at=limit)
    drained = _statuses(memory, view, now, order)
    targets = {
        name: dataclasses.replace(t, status=drained.status.get(name, t.status))
        for name, t in (memory.targets or {}).items()
    }
    memory = dataclasses.replace(memory, targets=targets, drain=drained.memory)
    touched = {
        name
        for name, node in drained.memory.nodes.items()
        if any(pod.accepted_at is not None for pod in node.pods.values())
    }
    back = [
        target
        for target in targets.values()
        if _is_put_back(target, order) and target.name not in touched
    ]
    if order.state != "drained" or not back or now >= limit:
        return Step(
            memory, feeds=order.feeds, result=RunResult(tuple(targets.values()), stopped=reason)
        )
    commands, later = _writes(back, False, now, order)
    return Step(memory, commands, wake=min(later, limit), feeds=order.feeds)


def _is_put_back(target: Target, order: Order) -> bool:
    """Return whether a stop uncordons this node: we cordoned it and it is not drained."""
    drained = target.status is not None and target.status.phase == "drained"
    ours = target.cordoned and target.before is False and target.error is None
    return ours and not order.leave_cordoned and not drained


def _statuses(memory: RunMemory, view: View, now: float, order: Order) -> DrainStep:
    """Where the nodes that were being drained are; what the drain would ask for next is not
    asked."""
    return advance(memory.drain, list(memory.drain.nodes), view, now, order.policy)
