# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report a drain to people, each thing once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.coverage import (
    Budgets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event, EventPhase
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, duration
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.blocked import (
    Told,
    blocked,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.budgets import (
    BUDGET_REFUSALS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.progress import NextStep

LINES = 4
"""So many reasons fit on a line for people; the result has them all."""


def tell(
    memory: DrainMemory,
    steps: Mapping[str, NextStep],
    budgets: Budgets,
    now: float,
    policy: DrainPolicy = DrainPolicy(),
) -> tuple[tuple[Event, ...], DrainMemory]:
    """Return the events of this look that were not reported before.

    The second value is the memory with them.
    """
    events: list[Event] = []
    nodes = dict(memory.nodes)
    for name, step in steps.items():
        told = nodes[name].told
        news = {
            key: event
            for key, event in (
                *_of_node(name, step, memory, budgets, now, policy),
                *_too_long(name, step, policy),
            )
            if key not in told
        }
        if news:
            nodes[name] = dataclasses.replace(nodes[name], told=told | news.keys())
            events.extend(news.values())
    return tuple(events), dataclasses.replace(memory, nodes=MappingProxyType(nodes))


def _too_long(name: str, step: NextStep, policy: DrainPolicy) -> Iterator[Told]:
    """Report pods that may take longer to end than the drain may last."""
    if not policy.timeout or step.status.final:
        return
    for uid, pod in step.memory.pods.items():
        own = pod.pod.grace_period
        asked = policy.grace(own)
        grace = own if asked is None else asked
        if grace > policy.timeout and pod.gone_at is None:
            yield (
                f"grace {uid}",
                Event(
                    "warning",
                    name,
                    f"{pod.pod.id} may take {grace:.0f} s to end, longer than the"
                    f" {policy.timeout:.0f} s of a drain",
                ),
            )


def _of_node(
    name: str,
    step: NextStep,
    memory: DrainMemory,
    budgets: Budgets,
    now: float,
    policy: DrainPolicy,
) -> Iterator[Told]:
    status = step.status
    if status.phase == "waiting":
        yield from ((reason, Event("waiting", name, reason)) for reason in status.reasons)
        return
    if status.total and status.phase not in ("failed", "skipped"):
        has = "has" if status.total == 1 else "have"
        text = f"{counted(status.total, 'pod')} {has} to go"
        yield "begun", Event("draining", name, text, f"0/{status.total}")
    for uid, pod in step.memory.pods.items():
        if pod.gone_at is not None and pod.accepted_at is not None:
            done: EventPhase = "deleted" if pod.deleted else "evicted"
            yield uid, Event(done, name, pod.pod.id, f"{status.evicted}/{status.total}")
    if not status.final:
        yield from blocked(name, step, memory, budgets, now, policy)
        yield from _in_trouble(name, step)
    if status.phase == "volumes" and status.reasons:
        number = len(status.reasons)
        yield (
            "volumes",
            Event(
                "volumes",
                name,
                f"{counted(number, 'volume')} {'is' if number == 1 else 'are'} still attached",
            ),
        )
    elif status.final:
        yield (
            "ended",
            Event(status.phase, name, _ending(status), f"{status.evicted}/{status.total}"),
        )


def _in_trouble(name: str, step: NextStep) -> Iterator[Told]:
    """Report errors, and refusals that are not a budget's."""
    for pod in step.memory.pods.values():
        if pod.gone_at is None and not pod.lost:
            refused = pod.answer is not None and pod.answer.verdict not in BUDGET_REFUSALS
            text = pod.answer.text if refused and pod.answer is not None else pod.trouble
            if text:
                yield f"trouble {text}", Event("blocked", name, f"{pod.pod.id}: {text}")


def _ending(status: NodeStatus) -> str:
    if status.phase == "drained":
        return f"{counted(status.evicted, 'pod')}, {duration(status.seconds)}"
    lines = status.reasons if status.error is None else (str(status.error), *status.reasons)
    shown = [line for index, line in enumerate(lines) if line not in lines[:index]]
    more = len(shown) - LINES
    return "; ".join(shown[:LINES]) + (f"; and {more} more" if more > 0 else "")
