# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check what a drain would do: the same filters, and dry runs on the server."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    DeletePod,
    Evict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    Verdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import Fate
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import Order
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainPhase,
    NodeStatus,
    PodState,
    PodStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.observe import (
    budgets_of,
    learn,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.order import (
    read_nodes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import (
    Entry,
    NodeLook,
    look_at,
    reason,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    OrderMemory,
    RunResult,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, Step, View

CHECK_RETRY = 1.0
"""Seconds to wait when the server has too many requests and does not say how long."""
TRIES = 3
"""So often a pod is asked for when the server does not answer; then that is the answer."""


@dataclasses.dataclass(frozen=True)
class CheckMemory(OrderMemory):
    """Memory of a check.

    `answers` by the pod's UID. `tries`: requests that failed for it. Nothing is requested before
    `not_before`.
    """

    answers: Mapping[str, Answer | RotatorError] = dataclasses.field(default_factory=dict)
    tries: Mapping[str, int] = dataclasses.field(default_factory=dict)
    not_before: float = -math.inf


def decide_check(
    memory: CheckMemory, view: View, now: float, order: Order
) -> Step[CheckMemory, RunResult]:
    """Decide what to request as a dry run at this look, or return the result."""
    memory, waiting = read_nodes(memory, view, now, order)
    if waiting is not None:
        return waiting
    ordered = memory.nodes or {}
    if view.stop is not None:
        return Step(
            memory,
            feeds=order.feeds,
            result=RunResult(tuple(ordered.values()), stopped=view.stop.reason),
        )
    if order.state != "drained":
        return Step(memory, feeds=order.feeds, result=RunResult(tuple(ordered.values())))
    return _ask(_hear(memory, view), view, now, order)


def _hear(memory: CheckMemory, view: View) -> CheckMemory:
    answers, tries, pause = dict(memory.answers), dict(memory.tries), memory.not_before
    for done in view.done:
        uid = done.command.uid if isinstance(done.command, (Evict, DeletePod)) else ""
        if isinstance(done.answer, Answer) and done.answer.verdict is Verdict.THROTTLED:
            pause = max(pause, done.ended + (done.answer.retry_after or CHECK_RETRY))
        elif (
            done.error is not None
            and not isinstance(done.error, AccessError)
            and tries.get(uid, 0) < TRIES
        ):
            tries[uid] = tries.get(uid, 0) + 1
            pause = max(pause, done.ended + CHECK_RETRY)
        else:
            answers[uid] = _said(done)
    return dataclasses.replace(memory, answers=answers, tries=tries, not_before=pause)


def _said(done: Done) -> Answer | RotatorError:
    if done.error is not None:
        return done.error
    answer: Answer = done.answer
    return answer


def _ask(memory: CheckMemory, view: View, now: float, order: Order) -> Step[CheckMemory, RunResult]:
    ordered, budgets = memory.nodes or {}, budgets_of(view.cache)
    names = [name for name, node in ordered.items() if node.before is not None]
    drain = learn(memory.drain, names, view, budgets, now, order.policy)
    memory = dataclasses.replace(memory, drain=drain)
    looks = {
        name: look_at(name, drain.nodes[name], view.cache, now, order.policy) for name in names
    }
    feeds = order.feeds | {Feed("pods", name) for name in names}
    feeds |= {feed for look in looks.values() for feed in look.wanted}
    limit = (memory.began or 0.0) + (order.policy.timeout or math.inf)
    unread_feeds = [
        look for look in looks.values() if look.missing and not isinstance(look.broken, AccessError)
    ]
    open_entries = [
        e
        for look in looks.values()
        for e in _to_ask(look)
        if e.memory.pod.uid not in memory.answers
    ]
    if (unread_feeds or open_entries) and now < limit:
        commands = (
            tuple(_dry_run(entry, order) for entry in open_entries)
            if now >= memory.not_before
            else ()
        )
        wake = memory.not_before if memory.not_before > now and open_entries else limit
        return Step(memory, commands, wake=wake, feeds=frozenset(feeds))
    done = {name: _verdict(look, memory, budgets, now, order) for name, look in looks.items()}
    result = tuple(dataclasses.replace(t, status=done.get(name)) for name, t in ordered.items())
    return Step(memory, feeds=frozenset(feeds), result=RunResult(result))


def _to_ask(look: NodeLook) -> list[Entry]:
    """Return the pods to ask for.

    None if another pod keeps the node from being drained.
    """
    return [] if look.of(Fate.REFUSE, Fate.SKIP_NODE) else look.of(Fate.REMOVE)


def _dry_run(entry: Entry, order: Order) -> Command:
    pod = entry.memory.pod
    kind = DeletePod if order.policy.disable_eviction else Evict
    return kind(
        pod.namespace, pod.name, pod.uid, order.policy.grace(pod.grace_period), dry_run=True
    )


def _verdict(
    look: NodeLook, memory: CheckMemory, budgets: Budgets, now: float, order: Order
) -> NodeStatus:
    if look.missing:
        lines = (str(look.broken),) if look.broken is not None else ("its pods could not be read",)
        return NodeStatus("failed", reasons=lines, error=look.broken)
    pods = tuple(
        sorted((_pod(e, memory, order) for e in look.entries), key=lambda p: (p.namespace, p.name))
    )
    stopped = look.of(Fate.REFUSE) or look.of(Fate.SKIP_NODE)
    reasons = [reason(entry, look, budgets, now) for entry in stopped]
    reasons += [f"{pod.namespace}/{pod.name}: {pod.why}" for pod in pods if pod.state == "blocked"]
    phase: DrainPhase = (
        "skipped" if stopped and not look.of(Fate.REFUSE) else "failed" if stopped else "drained"
    )
    going = [
        pod
        for pod in pods
        if pod.state in ("evicted", "deleted", "blocked", "terminating", "waiting")
    ]
    blockers = sorted(
        {pod.why.removeprefix("PDB ").split(":")[0] for pod in pods if pod.why.startswith("PDB ")}
    )
    return NodeStatus(phase, 0, len(going), tuple(sorted(reasons)), tuple(blockers), pods)


def _pod(entry: Entry, memory: CheckMemory, order: Order) -> PodStatus:
    pod = entry.memory.pod
    answer = memory.answers.get(pod.uid)
    if entry.decision.fate is Fate.REMOVE:
        state, why = _would(answer, pod.namespace)
        state = "deleted" if state == "evicted" and order.policy.disable_eviction else state
    else:
        names: dict[Fate, PodState] = {
            Fate.LEAVE: "left",
            Fate.REFUSE: "refused",
            Fate.SKIP_NODE: "refused",
            Fate.AWAIT: "waiting",
        }
        state, why = names[entry.decision.fate], entry.decision.why
        state = "terminating" if entry.going and state == "waiting" else state
    return PodStatus(pod.namespace, pod.name, pod.uid, state, why)


def _would(answer: Answer | RotatorError | None, namespace: str) -> tuple[PodState, str]:
    """Return the state and the reason that the server's answer means for the pod."""
    if answer is None:
        return "pending", "not asked, because its node would not be drained"
    if isinstance(answer, RotatorError):
        return "blocked", str(answer)
    if answer.verdict in (Verdict.ACCEPTED, Verdict.GONE, Verdict.REPLACED):
        return ("evicted" if answer.verdict is Verdict.ACCEPTED else "gone"), ""
    if answer.verdict in (Verdict.BUDGET, Verdict.LAGGING) and answer.by:
        return "blocked", f"PDB {namespace}/{answer.by}: {answer.text}"
    return "blocked", answer.text
