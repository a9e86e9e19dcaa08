# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look before anything is touched, refuse what cannot succeed, announce the rest."""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import (
    OVERRIDES_IMAGE,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ReadGroup
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    FailedError,
    RefusedError,
    RotatorError,
    TemporaryError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    CSINODES,
    DAEMONSETS,
    NODES,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import REFRESH_AGE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    foreign,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import gone
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import (
    is_shut_out,
    tell_denied,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
    STALE_READ_TIMEOUT,
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.target_reads import (
    repeat_refused,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.unknown import STRAY

MOVED = "moved"
FIRST_CONTACT = 15.0
"""Seconds within which both APIs must have answered once."""
NEEDED = frozenset((DAEMONSETS, CSINODES, BUDGETS))
"""Feeds besides the nodes that a rotation cannot do without."""
ACCESS_TIMEOUT = 70.0
"""Seconds for which a run may be refused a read before that is final; refused credentials suspend
it a little earlier."""
OUT_OF_SIGHT = 300.0
"""Seconds without any answer of an API after which a run gives up."""
AWAITED, ENDING = 5.0, 30.0
"""Seconds until the next read while only that shows what is awaited, and when the run ends."""
SERVES, SERVES_AT_END = 300.0, 15.0
"""Seconds for which what hardly changes is not read again: in mid-rotation, and at its end."""


def look(ctx: RotationContext, also: tuple[str, ...]) -> bool:
    """Read the group if a read is due; return True once group and nodes are known.

    `also`: instances whose end is awaited. Raises the error that keeps us from knowing.
    """
    _note_turned(ctx)
    looked_up = tuple(sorted({*also, *ctx.memory.reads.turned}))
    age = _max_age(ctx)
    survey = ctx.memory.reads.group is None or ctx.memory.mode == "survey"
    ctx.read = ReadGroup(ctx.policy.group, looked_up, age, max(REFRESH_AGE, age), survey)
    due = _due(ctx)
    if ctx.now >= due:
        ctx.do(ctx.read)
    else:
        ctx.look_at(due)
    _raise_if_blind(ctx)
    return ctx.memory.reads.group is not None and ctx.view.cache.synced(NODES)


def _note_turned(ctx: RotationContext) -> None:
    """Note the members that are not Ready any more: their instances may have failed."""
    reads = ctx.memory.reads
    if reads.group is None:
        return
    ready = ctx.situation.ready_ids
    if ready != reads.ready:
        members = {member.id for member in ctx.situation.members}
        ctx.note(ready=ready, turned=(reads.turned | reads.ready - ready) & members)


def _max_age(ctx: RotationContext) -> float:
    """Return for how many seconds earlier reads serve for what hardly changes.

    Not while our raise of desired is to be told from others', nor where somebody else is at work on
    the group: desired is in doubt, an instance ends that we have not ended, or the template moves.
    """
    reads, mode = ctx.memory.reads, ctx.memory.mode
    if reads.group is None or mode not in ("rotate", "release") or ctx.policy.keep_failed:
        return 0.0
    others = not ctx.group.ending <= reads.ended_by_us
    raising = ctx.journal.account.raise_from is not None
    if others or raising or reads.doubt or moving(ctx) or STRAY in ctx.memory.timers:
        return 0.0
    going_on = ctx.situation.outdated or ctx.situation.leaving
    return SERVES if mode == "rotate" and going_on else SERVES_AT_END


def _due(ctx: RotationContext) -> float:
    """Return when to read the group next.

    On the slow tick, which waits while nothing but targets drain; soon after an act of ours; every
    few seconds while something is awaited that only a read shows; and at once when a node joins
    that no read has shown, or is not Ready any more. Replacement nodes and the ends of pods are
    seen by watches.
    """
    memory = ctx.memory
    if memory.reads.group is None or memory.reads.turned:
        return ctx.now
    made_of = (ctx.node_instances, memory.reads.outside, memory.reads.group.by_id)
    if unknown := ctx.shelved(foreign, *made_of) - memory.nodes.marks.gone:
        ctx.note(outside=memory.reads.outside | unknown)
        return ctx.now
    pause, began = _pause(memory), memory.reads.read_began
    due = began + min(pause, ctx.policy.poll_interval)
    if math.isinf(pause):
        due = max(due, min(memory.quiet_until, began + SERVES))
    shown = began >= memory.outbox.acted
    return due if shown else min(due, memory.reads.read_due)


def _pause(memory: Memory) -> float:
    """Return the seconds after which what is awaited has to be looked at."""
    if memory.reads.poll_soon or memory.unseen or memory.reads.doubt or memory.mode == "survey":
        return AWAITED
    return math.inf if memory.mode == "rotate" else ENDING


def _raise_if_blind(ctx: RotationContext) -> None:
    retry = ctx.refused(ReadGroup(ctx.policy.group))
    errors = [*([retry.error] if retry else []), *repeat_refused(ctx)]
    errors += [ctx.view.cache.broken[NODES]] if NODES in ctx.view.cache.broken else []
    denied = [error for error in errors if isinstance(error, AccessError)]
    absent = gone.gone_for_now(ctx)
    for error in errors:
        if isinstance(error, AccessError):
            tell_denied(ctx, error)
            if ctx.over("not let in", ACCESS_TIMEOUT):
                raise error
        elif not isinstance(error, TemporaryError) and error is not absent:
            raise error
    if not denied:
        ctx.forget("not let in")
    if not errors:
        _raise_if_silent(ctx)
    if len(denied) == len(errors):
        ctx.forget("blind")
        return
    first = ctx.memory.reads.group is None or not ctx.view.cache.synced(NODES)
    if ctx.over("blind", FIRST_CONTACT if first else patience(ctx, OUT_OF_SIGHT)):
        raise next(error for error in errors if error not in denied)


def patience(ctx: RotationContext, limit: float) -> float:
    """Return for how many seconds the API may be silent.

    An outage that people have allowed is judged by its own limit.
    """
    allowed = ctx.policy.allow_api_outage and ctx.memory.lock.held
    return max(limit, ctx.policy.api_outage_timeout + 2 * limit) if allowed else limit


def _raise_if_silent(ctx: RotationContext) -> None:
    """Raise if the nodes are not listed and nobody says why."""
    if ctx.view.cache.synced(NODES):
        ctx.forget("silent")
    elif ctx.over("silent", patience(ctx, OUT_OF_SIGHT)):
        raise _silence([NODES])


def permitted(ctx: RotationContext) -> bool:
    """Return True once everything that drains and judgements need can be read.

    It is asked before anything is touched. Raises the error that prevents it.
    """
    return listed(ctx, NEEDED)


def listed(ctx: RotationContext, feeds: frozenset[Feed], timer: str = "unread") -> bool:
    """Return True once these feeds are listed; raise the error that prevents it.

    `timer`: since when they are waited for. Feeds that are waited for apart need one each.
    """
    ctx.feeds |= feeds
    broken = ctx.view.cache.broken
    for feed in sorted(feeds & broken.keys()):
        passes = isinstance(broken[feed], (AccessError, TemporaryError))
        if is_shut_out(ctx, str(feed), broken[feed]) or not passes:
            raise broken[feed]
    unread = sorted(feed for feed in feeds if not ctx.view.cache.synced(feed))
    if not unread:
        ctx.forget(timer)
        return True
    errors = [broken[feed] for feed in unread if feed in broken]
    errors = [error for error in errors if not isinstance(error, AccessError)]
    if errors and ctx.over(timer, FIRST_CONTACT):
        raise errors[0]
    if ctx.over(timer, OUT_OF_SIGHT):
        raise _silence(unread)
    return False


def _silence(feeds: list[Feed]) -> RotatorError:
    kinds = ", ".join(feed.kind for feed in feeds)
    return UnreachableError(f"Cannot list {kinds}: no answer within {OUT_OF_SIGHT:.0f} s")


def stale(ctx: RotationContext) -> bool:
    """Return whether the read is older than the template's change that we know of.

    Describe* calls lag behind writes. Raises RefusedError when the version does not come to be
    seen.
    """
    found = ctx.group.resolved
    if found is None:
        return False
    unseen = sorted(_known(ctx, found) - found.sources)
    if not unseen:
        ctx.forget("stale")
        return False
    if ctx.over("stale", STALE_READ_TIMEOUT):
        template, version = unseen[0]
        way = next((one for one in found.ways if one.template == template), None)
        raise RefusedError(
            f"Auto Scaling group {ctx.group.name} launches from {(way or found).named}, not"
            f" {version if way else f'{template} {version}'.rstrip()}",
            "Point the group at that version, or leave out launch_template_version",
        )
    return True


def _known(ctx: RotationContext, found: Target) -> set[tuple[str, str]]:
    """Return templates and versions that the group is known to launch from."""
    main = ctx.journal.target[:2] if ctx.handed else ("", "")
    if ctx.policy.version:
        main = (found.template, ctx.policy.version)
    others = (one[:2] for one in ctx.journal.target_others) if ctx.handed else ()
    return {main, *others} - {("", "")}


def target_error(ctx: RotationContext) -> RotatorError | None:
    """Return the error if somebody moved or deleted the group's template, or None.

    To override it for some instance types is to move it as well.
    One read is no proof: it may be older than the change that we were started for.
    """
    found, started = ctx.group.resolved, ctx.journal.target_sources
    override = OVERRIDES_IMAGE in ctx.group.unsupported
    if found is not None and found.sources == started and not override:
        ctx.forget(MOVED)
        return None
    ctx.poll_soon = True
    if not ctx.over(MOVED, REPEAT):
        return None
    if override:
        return FailedError(
            f"Auto Scaling group {ctx.group.name} {OVERRIDES_IMAGE} since it is being rotated, so"
            " new instances do not come from the target",
            "Remove that from the overrides and run again",
        )
    now = _move(started, found.sources) if found else "was deleted"
    again = "Run again to rotate to the new target"
    return FailedError(
        f"The launch template of Auto Scaling group {ctx.group.name} {now} while it was being"
        " rotated",
        again if found else "Point the group at a template that exists and run again",
    )


def _move(before: frozenset[tuple[str, str]], now: frozenset[tuple[str, str]]) -> str:
    """Say which template is launched from instead of which, as the end of a sentence."""
    went, come = (
        " and ".join(f"{one[0]} version {one[1]}" for one in sorted(found))
        for found in (before - now, now - before)
    )
    return f"moved from {went or 'nothing'} to {come or 'nothing'}"


def moving(ctx: RotationContext) -> bool:
    """Return whether the last read shows another template than we began with.

    Then nothing new is started.
    """
    return MOVED in ctx.memory.timers
