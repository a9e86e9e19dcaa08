# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace nodes last on which a budget lets no pod go now.

The budget may come to allow it meanwhile, and a drain that fails then costs least.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    counts_nothing,
    rule,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Context,
    Fate,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

EXAMINED = 20
"""Maximum number of nodes whose pods are looked at for one that is not blocked."""
LASTING = 30.0
"""Seconds for which a budget has to allow nothing once this run has begun: the pods that it evicts
use budgets up for a while."""
SHUT = "shut "
"""How the name of the timer of a budget that allows nothing begins; its id follows."""
UNLISTED = 20.0
"""Seconds to wait for budgets and pods before a node counts as not blocked: its drain tells."""


def unblocked_first(
    ctx: RotationContext, skipped: frozenset[str], choose: Callable[[frozenset[str]], Member | None]
) -> Member | None:
    """Return the first choice that no budget blocks, or else the very first.

    None while budgets or pods are being listed. `choose`: returns the first member besides those
    skipped.
    """
    note_shut(ctx)
    if not _is_read(ctx, BUDGETS):
        return None
    shut, blocked = _shut(ctx), skipped
    for _number in range(EXAMINED if shut else 0):
        found = choose(blocked)
        if found is None:
            break
        if found.node is not None and not _is_read(ctx, Feed("pods", node=found.name)):
            return None
        if not _is_blocked(ctx, found, shut):
            return found
        blocked |= {found.id}
    return choose(skipped)


def _is_read(ctx: RotationContext, feed: Feed) -> bool:
    """Return whether this is listed, or will not be in time."""
    ctx.feeds.add(feed)
    if ctx.view.cache.synced(feed):
        ctx.forget(f"unread {feed.kind}")
        return True
    return ctx.over(f"unread {feed.kind}", UNLISTED)


def _is_blocked(ctx: RotationContext, member: Member, shut: list[Budget]) -> bool:
    """Return whether one of these budgets refuses a pod of this node."""
    return any(
        _is_evicted(ctx, pod) and not rule(pod, shut, {}).admitted
        for pod in ctx.view.cache.items(Feed("pods", node=member.name)).values()
    )


def _is_evicted(ctx: RotationContext, pod: Pod) -> bool:
    """Return whether the drain evicts this pod, so that its budgets count."""
    drain = ctx.policy.drain
    override = drain.override(pod)
    deleted = override is not None and override.action == "delete"
    return not deleted and decide(pod, Context(drain)).fate is Fate.REMOVE


def note_shut(ctx: RotationContext) -> None:
    """Note since when budgets that cover pods have allowed no eviction."""
    ctx.feeds.add(BUDGETS)
    if not ctx.view.cache.synced(BUDGETS):
        return
    shut = ctx.shelved(_shut_timers, ctx.view.cache.items(BUDGETS))
    for timer in shut:
        ctx.since(timer)
    for timer in [name for name in ctx.memory.timers if name.startswith(SHUT)]:
        if timer not in shut:
            ctx.forget(timer)


def _shut_timers(budgets: Mapping[str, Budget]) -> frozenset[str]:
    """Return the timers of the budgets that cover pods and allow no eviction."""
    return frozenset(
        _timer(budget)
        for budget in budgets.values()
        if budget.disruptions_allowed <= 0 and (budget.expected_pods > 0 or counts_nothing(budget))
    )


def _shut(ctx: RotationContext) -> list[Budget]:
    """Return the budgets that cover pods and have allowed no eviction for a while."""
    timers, least = ctx.memory.timers, LASTING if ctx.begun else 0.0
    if ctx.policy.drain.disable_eviction:
        return []
    return [
        budget
        for budget in ctx.view.cache.items(BUDGETS).values()
        if ctx.now - timers.get(_timer(budget), math.inf) >= least
    ]


def _timer(budget: Budget) -> str:
    return SHUT + budget.id
