# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look before anything is touched: refuse, end, or take the lock and begin."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import refusal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import Status
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    all_at_once,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    exclusion,
    judging,
    shared_lease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    following,
    foreign_kops,
    lock,
    namespaces,
    observe,
    own_pod,
    pause,
    pointer,
    right_cluster,
    selecting,
    standby,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.closing import (
    show_earlier,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.first_record import (
    write_first_record,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.launching import (
    refusal_to_launch,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.lost_record import (
    note_lost_record,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import Mode
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
    conclude,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.standing import (
    is_marked,
)


def survey(ctx: RotationContext) -> RotationResult | None:
    """Refuse, or end if nothing is to be done; else take the lock and begin."""
    if observe.stale(ctx) or not own_pod.is_known(ctx):
        return None
    if ctx.memory.report.problem is not None and ctx.memory.lock.held:
        raise ctx.memory.report.problem  # the Lease is given up first
    work, holder = selecting.has_work(ctx), lock.other_holder(ctx)
    noted = shared_lease.notes_what_is_back(ctx)
    rest = holder or not ctx.journal.clean or is_marked(ctx) or noted
    if work or rest:
        show_earlier(ctx)
    note_lost_record(ctx)
    refused = refusal(ctx.group) or refusal_to_launch(ctx) or ctx.memory.lock.unread
    refused = refused or standby.refusal(ctx) or _too_many(ctx)
    if refused and not ctx.policy.restore_only:
        raise refused
    if error := right_cluster.refusal_of_cluster(ctx):
        raise error
    if (work or rest) and not (ctx.policy.restore_only or ctx.policy.plan_only):
        pause.refuse_closed(ctx)
    selecting.refuse_unknown(ctx)
    selecting.tell_left(ctx)
    if not work:
        foreign_kops.tell_left(ctx)
    if noted is None or (work and not judging.surveyed(ctx)):
        return None
    if not ctx.memory.lock.held and not namespaces.free_elsewhere(ctx):
        return None
    if ctx.policy.plan_only:
        if holder:
            ctx.tell("lock", ctx.group.name, f"held by {holder}")
        return conclude(ctx, "planned" if work or rest else idle(ctx))
    if not rest and (ctx.policy.restore_only or not work):
        return conclude(ctx, idle(ctx)) if lock.handed_back(ctx) else None
    _begin(ctx, bool(work))
    return None


def _begin(ctx: RotationContext, work: bool) -> None:
    """Take the lock and write the first record, once everything needed can be read."""
    readable = observe.permitted(ctx) and (ctx.policy.restore_only or following.known(ctx))
    if readable and lock.acquire(ctx) and _is_alone(ctx):
        if pointer.inherited(ctx):
            return
        mode = _mode(ctx, work)
        write_first_record(ctx)
        ctx.note(mode=mode, to_restore=ctx.journal)
        ctx.look_at(ctx.now)


def _mode(ctx: RotationContext, work: bool) -> Mode:
    """Return what a run that has taken the lock begins with.

    Where only the end of an earlier run is missing, its nodes were judged by it.
    """
    ends = ctx.policy.restore_only or (not work and ctx.journal.clean)
    return "release" if ends else "rotate"


def _is_alone(ctx: RotationContext) -> bool:
    """Return True once no other run can be at work on the group beside us."""
    return namespaces.alone(ctx) and namespaces.claimed(ctx) and exclusion.granted(ctx)


def idle(ctx: RotationContext) -> Status:
    """Return the status of a run that finds nothing to do."""
    left = ctx.passed_over or standby.left_outdated(ctx)
    return "partial" if left and not ctx.policy.restore_only else "unchanged"


def _too_many(ctx: RotationContext) -> RotatorError | None:
    """Return the refusal of all nodes at one time, unless that is confirmed."""
    if ctx.policy.confirm_sizes or not ctx.situation.outdated:
        return None
    return all_at_once(ctx.policy.max_unavailable, ctx.situation.base)
