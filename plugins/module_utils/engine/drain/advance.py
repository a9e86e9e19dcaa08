# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide which pods of which nodes to evict now, and how far each node is.

`advance` is pure and serves one node or many, alone or inside a rotation. It neither cordons nor
uncordons. What it decides may be held back by the loop's request budget and is then decided again
at the next look; only outcomes count.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    DeletePod,
    Evict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    ATTACHMENTS,
    BUDGETS,
    CLAIMS,
    DAEMONSETS,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.blocked import (
    BLOCKED_FOR,
    looked_into,
    stuck_since,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.budgets import (
    Allotment,
    Candidate,
    allot,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.explain import tell
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeMemory,
    NodeStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.node import (
    next_step,
    reopened,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.observe import (
    budgets_of,
    learn,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import (
    NodeLook,
    look_at,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.progress import NextStep
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View


@dataclasses.dataclass(frozen=True)
class DrainStep:
    """What one look led to.

    `wake`: the next moment worth a look. `feeds`: what must be followed until then.
    """

    memory: DrainMemory
    commands: tuple[Command, ...] = ()
    events: tuple[Event, ...] = ()
    status: Mapping[str, NodeStatus] = dataclasses.field(default_factory=dict)
    wake: float = math.inf
    feeds: frozenset[Feed] = frozenset()


def feeds(
    nodes: Iterable[str], policy: DrainPolicy, memory: DrainMemory | None = None
) -> frozenset[Feed]:
    """Return the feeds that a drain of these nodes reads.

    With the memory of a drain, only those that turned out to be needed: DaemonSets where a pod
    belongs to one, claims and attachments where a pod has volumes.
    """
    wanted = {Feed("pods", name) for name in nodes}
    if not wanted:
        return frozenset()
    if not policy.disable_eviction:
        wanted.add(BUDGETS)
    kinds = {DAEMONSETS.kind, CLAIMS.kind, ATTACHMENTS.kind} if memory is None else memory.kinds
    if not policy.wait_for_volumes:
        kinds = kinds & {DAEMONSETS.kind}
    return frozenset(wanted | {Feed(kind) for kind in kinds})


def advance(
    memory: DrainMemory,
    nodes: Sequence[str],
    view: View,
    now: float,
    policy: DrainPolicy,
    until_left_out: bool = False,
) -> DrainStep:
    """Return the next step of draining these nodes; others are forgotten.

    `until_left_out`: follow drained nodes too, and drain them again when pods come to them.
    """
    budgets = budgets_of(view.cache, memory.indexed)
    memory = learn(memory, nodes, view, budgets, now, policy)
    looks = {name: look_at(name, memory.nodes[name], view.cache, now, policy) for name in nodes}
    if until_left_out:
        memory = _reopened(memory, looks)
    steps = {
        name: next_step(memory, looks[name], view.cache, budgets, now, policy) for name in nodes
    }
    allotment = allot(memory, _candidates(steps, view), view, budgets, now, policy)
    known = {name: _next_node(steps[name], allotment) for name in nodes}
    memory = dataclasses.replace(
        memory, nodes=MappingProxyType(known), kinds=_kinds(memory, looks, steps)
    )
    # What is held back only now has limits of its own, which the next look knows.
    newly_held = any(known[name] is not steps[name].memory for name in nodes)
    events, memory = tell(memory, steps, budgets, now, policy)
    status = {name: steps[name].status for name in nodes}
    into, later = looked_into(memory, steps, budgets, now)
    memory = dataclasses.replace(memory, followed=into)
    moments = (*(entry.wake for entry in steps.values()), *_news(memory, steps, now), later)
    wake = min(now if newly_held else allotment.wake, *moments)
    followed = feeds(_followed(status, until_left_out), policy, memory) | into
    return DrainStep(memory, allotment.commands, events, status, wake, followed)


def _followed(status: Mapping[str, NodeStatus], drained: bool) -> list[str]:
    """Return the nodes to follow; `drained`: also those whose drain is done."""
    return [
        name
        for name, one in status.items()
        if not one.final or (drained and one.phase == "drained")
    ]


def _reopened(memory: DrainMemory, looks: Mapping[str, NodeLook]) -> DrainMemory:
    """Return the memory with the drains that pods which came later open again."""
    nodes = {name: reopened(memory.nodes[name], look) for name, look in looks.items()}
    return dataclasses.replace(memory, nodes=MappingProxyType(nodes))


def _candidates(steps: Mapping[str, NextStep], view: View) -> list[Candidate]:
    """Return the pods that could be evicted now.

    Nodes take turns, by how many pods each has lost already, so that a budget that several share
    serves all.
    """
    busy = {command.uid for command in view.in_flight if isinstance(command, (Evict, DeletePod))}
    found = []
    for order, entry in enumerate(steps.values()):
        served = sum(
            1
            for uid, pod in entry.memory.pods.items()
            if pod.accepted_at is not None or uid in busy
        )
        asking = [candidate for candidate in entry.candidates if candidate.pod.pod.uid not in busy]
        found += [(served + index, order, candidate) for index, candidate in enumerate(asking)]
    return [candidate for _index, _order, candidate in sorted(found, key=lambda item: item[:2])]


def _news(memory: DrainMemory, steps: Mapping[str, NextStep], now: float) -> list[float]:
    """Return the moments at which budgets that block become worth a line."""
    moments = (
        stuck_since(budget, step, memory) + BLOCKED_FOR
        for step in steps.values()
        for budget in step.status.blocked_by
    )
    return [moment for moment in moments if moment > now]


def _next_node(entry: NextStep, allotment: Allotment) -> NodeMemory:
    """Return the node's memory with the moments since when its pods are held back."""
    pods = entry.memory.pods
    held = {
        uid: dataclasses.replace(pods[uid], held_since=since)
        for uid, since in allotment.held.items()
        if uid in pods and pods[uid].held_since != since
    }
    if not held:
        return entry.memory
    return dataclasses.replace(entry.memory, pods=MappingProxyType({**pods, **held}))


def _kinds(
    memory: DrainMemory, looks: Mapping[str, NodeLook], steps: Mapping[str, NextStep]
) -> frozenset[str]:
    kinds = set(memory.kinds)
    for name, look in looks.items():
        kinds.update(feed.kind for feed in look.wanted if feed == DAEMONSETS)
        kinds.update(steps[name].kinds)
    return frozenset(kinds)
