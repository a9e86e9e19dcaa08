# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learn from a look: outcomes, pods that come and go, budgets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import DeletePod, Evict
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
    index,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
    rule,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.holders import held_by
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    TemporaryError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    Cache,
    Feed,
    changed_items,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import ACCESS_GRACE
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    BudgetMemory,
    DrainMemory,
    NodeMemory,
    NodeStatus,
    PodMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View

LAGGING_RETRY = 10.0
"""Seconds after "still being processed", unless the budget changes before; the server itself
suggests as many."""
CHANGED_RETRY = 1.0
THROTTLED_RETRY = 1.0
LONGEST_BACKOFF = 30.0


def budgets_of(cache: Cache, known: Budgets | None = None) -> Budgets:
    """Return the budgets; one whose pods are followed names the pod that holds it.

    `known`: as they were indexed at the last look.
    """
    found = index(cache.items(BUDGETS), known)
    looked_into = [feed for feed in cache.feeds if feed.kind == "pods" and feed.namespace]
    held = {
        budget.id: dataclasses.replace(budget, held_by=held_by(budget, cache.items(feed).values()))
        for feed in looked_into
        for budget in found.of(feed)
    }
    return dataclasses.replace(found, by_id={**found.by_id, **held}) if held else found


def learn(
    memory: DrainMemory,
    nodes: Sequence[str],
    view: View,
    budgets: Budgets,
    now: float,
    policy: DrainPolicy,
) -> DrainMemory:
    """Return the memory after this look.

    A node that is no longer asked for is forgotten; a new one begins now.
    """
    known = {name: memory.nodes.get(name) or NodeMemory(now) for name in nodes}
    seen = _see_budgets(memory, budgets, now)
    indexed = index(budgets.items, memory.indexed)
    memory = dataclasses.replace(memory, nodes=known, budgets=seen, indexed=indexed)
    memory = _outcomes(memory, view.done, budgets, now, policy)
    nodes_now = {
        name: _see_pods(node, view.cache, Feed("pods", name), now)
        for name, node in memory.nodes.items()
    }
    return dataclasses.replace(memory, nodes=MappingProxyType(nodes_now))


def _see_budgets(memory: DrainMemory, budgets: Budgets, now: float) -> Mapping[str, BudgetMemory]:
    """Return when each budget has changed; only what is new is looked at."""
    known, before = memory.budgets, memory.indexed.items
    changed = changed_items(before, budgets.items) if len(known) == len(before) else None
    if changed is None:
        return _seen(known, budgets.items.values(), now)
    return MappingProxyType({**known, **_seen(known, changed.values(), now)}) if changed else known


def _seen(
    known: Mapping[str, BudgetMemory], budgets: Iterable[Budget], now: float
) -> Mapping[str, BudgetMemory]:
    seen: dict[str, BudgetMemory] = {}
    for budget in budgets:
        old = known.get(budget.id)
        if old is None:
            seen[budget.id] = BudgetMemory(budget.resource_version, now)
        elif old.version != budget.resource_version:
            seen[budget.id] = dataclasses.replace(
                old, version=budget.resource_version, changed_at=now
            )
        else:
            seen[budget.id] = old
    return MappingProxyType(seen)


def _see_pods(node: NodeMemory, cache: Cache, feed: Feed, now: float) -> NodeMemory:
    items = cache.items(feed)
    if not cache.synced(feed) or node.items is items:
        return node
    pods = {}
    for uid, known in node.pods.items():
        here: Pod | None = items.get(uid)
        if here is None:
            pods[uid] = (
                known if known.gone_at is not None else dataclasses.replace(known, gone_at=now)
            )
        elif here is known.pod:
            pods[uid] = known
        else:
            pods[uid] = _changed(known, here, now)
    returns = dict(node.returns)
    for uid in items.keys() - node.pods.keys():
        if owner := _came_back(items[uid], node):
            returns[owner] = returns.get(owner, 0) + 1
        pods[uid] = PodMemory(
            items[uid], terminating_since=None if items[uid].deleted_at is None else now
        )
    return dataclasses.replace(
        node, pods=MappingProxyType(pods), items=items, returns=MappingProxyType(returns)
    )


def _came_back(pod: Pod, node: NodeMemory) -> str:
    """Return the controller's key if this pod replaces one that we evicted from here."""
    if pod.owner is None:
        return ""
    evicted = (
        known.pod.owner.key
        for known in node.pods.values()
        if known.accepted_at is not None and known.pod.owner is not None
    )
    return pod.owner.key if pod.owner.key in set(evicted) else ""


def _changed(known: PodMemory, pod: Pod, now: float) -> PodMemory:
    since = known.terminating_since
    if since is None and pod.deleted_at is not None:
        since = now
    return dataclasses.replace(known, pod=pod, terminating_since=since)


def _outcomes(
    memory: DrainMemory, done: Iterable[Done], budgets: Budgets, now: float, policy: DrainPolicy
) -> DrainMemory:
    where = {uid: name for name, node in memory.nodes.items() for uid in node.pods} if done else {}
    for entry in done:
        command = entry.command
        if isinstance(command, (Evict, DeletePod)) and not command.dry_run and command.uid in where:
            memory = _outcome(memory, where[command.uid], command, entry, budgets, now, policy)
    return memory


def _outcome(
    memory: DrainMemory,
    name: str,
    command: Evict | DeletePod,
    done: Done,
    budgets: Budgets,
    now: float,
    policy: DrainPolicy,
) -> DrainMemory:
    before = memory.nodes[name]
    pod = before.pods[command.uid]
    node = _note_access(before, pod, done)
    memory = _with_node(memory, name, node)
    if node.ended is not before.ended:
        return memory
    if isinstance(done.answer, Answer) and done.answer.verdict is Verdict.THROTTLED:
        wait = done.answer.retry_after or THROTTLED_RETRY
        return dataclasses.replace(memory, paused_until=max(memory.paused_until, done.ended + wait))
    if done.error is None and done.answer.verdict is Verdict.ACCEPTED:
        pod = _accepted(pod, command, done, budgets, now)
        memory = _admitted(memory, pod.budget, now)
    else:
        pod = _refused(pod, done, policy)
    pods = MappingProxyType({**node.pods, command.uid: pod})
    return _with_node(memory, name, dataclasses.replace(node, pods=pods))


def _note_access(node: NodeMemory, pod: PodMemory, done: Done) -> NodeMemory:
    """Return the memory of a node after an answer.

    Its drain ends when access has been refused for ACCESS_GRACE.
    """
    if node.ended is not None or pod.accepted_at is not None:
        return node
    if done.error is None:
        return dataclasses.replace(node, not_let_in_since=None)
    if not isinstance(done.error, AccessError):
        return node
    since = done.ended if node.not_let_in_since is None else node.not_let_in_since
    node = dataclasses.replace(node, not_let_in_since=since)
    if done.ended - since < ACCESS_GRACE:
        return node
    seconds = done.ended - node.began
    status = NodeStatus("failed", reasons=(str(done.error),), seconds=seconds, error=done.error)
    return dataclasses.replace(node, ended=status)


def _with_node(memory: DrainMemory, name: str, node: NodeMemory) -> DrainMemory:
    return dataclasses.replace(memory, nodes={**memory.nodes, name: node})


def _accepted(
    pod: PodMemory, command: Evict | DeletePod, done: Done, budgets: Budgets, now: float
) -> PodMemory:
    budget = ""
    if isinstance(command, Evict):
        alive = dataclasses.replace(pod.pod, deleted_at=None)
        ruling = rule(alive, budgets.near(alive), {})
        budget = ruling.budgets[0].id if ruling.counts else ""
    return dataclasses.replace(
        pod,
        accepted_at=now,
        asked_at=done.began,
        deleted=isinstance(command, DeletePod),
        budget=budget,
        held_since=None,
        answer=None,
        trouble="",
        failures=0,
    )


def _admitted(memory: DrainMemory, budget: str, at: float) -> DrainMemory:
    if budget not in memory.budgets:
        return memory
    known = dataclasses.replace(memory.budgets[budget], admitted_at=at)
    return dataclasses.replace(memory, budgets=MappingProxyType({**memory.budgets, budget: known}))


def _refused(pod: PodMemory, done: Done, policy: DrainPolicy) -> PodMemory:
    if done.error is not None:
        return _troubled(pod, done, policy)
    answer: Answer = done.answer
    if answer.verdict in (Verdict.GONE, Verdict.REPLACED):
        return dataclasses.replace(pod, lost=True, held_since=None)
    if answer.verdict is Verdict.CHANGED:
        return dataclasses.replace(pod, next_try=done.ended + CHANGED_RETRY, answer=None)
    wait = policy.retry
    if answer.verdict in (Verdict.LAGGING, Verdict.CROWDED):
        wait = min(wait, answer.retry_after or LAGGING_RETRY)
    return dataclasses.replace(
        pod,
        refused_at=done.began,
        next_try=done.ended + wait,
        held_since=done.ended if pod.held_since is None else pod.held_since,
        answer=answer,
        trouble="",
    )


def _troubled(pod: PodMemory, done: Done, policy: DrainPolicy) -> PodMemory:
    """Return the pod's memory after a request that failed.

    It is tried again soon if the error may pass, else at the pace of refused pods.
    """
    passing = isinstance(done.error, TemporaryError)
    wait = min(2.0**pod.failures, LONGEST_BACKOFF) if passing else policy.retry
    return dataclasses.replace(
        pod,
        next_try=done.ended + wait,
        failures=pod.failures + 1,
        answer=None,
        trouble=str(done.error),
    )
