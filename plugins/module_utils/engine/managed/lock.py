# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold the Lease of a managed node group: that of its Auto Scaling group."""

from __future__ import annotations

import dataclasses
import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ReadLease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    TemporaryError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    SIZE_BEFORE,
    SOAK_OWED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    EKS_MANAGED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    ACT_UNTIL,
    RENEW_AFTER,
    lease_labels,
    lease_name,
    lease_notes,
    paused_by,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.decide import (
    LOCK_PATIENCE,
    LockOutcome,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
    LockMemory,
    LockOrder,
    LockStage,
    SeenLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Step
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed import turns
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.size import (
    SizeBefore,
    read_size,
)

RENEW_BACKOFF = 2.0
"""Seconds until the Lease is tried to be written again."""
LEASE_LOST = 300.0
"""Seconds without renewing the Lease after which a run gives up."""


def holder_now(ctx: ManagedContext) -> str | None:
    """Return who holds the Lease, "" for nobody, None until that is known."""
    seen = _seen(ctx)
    if seen is None:
        return None
    return seen.lease.holder if seen.lease is not None else ""


def size_now(ctx: ManagedContext) -> SizeBefore | None:
    """Return the size before an update that has not ended well, None for none.

    It counts once the Lease has been read (see holder_now).
    """
    entry = ctx.memory.lock.entries.get(_lease(ctx))
    return read_size(entry.lease.notes) if entry is not None and entry.lease is not None else None


def _size_note(ctx: ManagedContext) -> str:
    """Return what the Lease is to say of the size, "" for nothing.

    Of an update that somebody else has begun nobody knows the size before.
    """
    memory, running = ctx.memory, ctx.nodegroup.running
    status = memory.ending[0] if memory.ending is not None else ""
    same = running is None and ctx.nodegroup.group.desired == memory.desired_before
    if status in ("complete", "unchanged") or (status and same):
        return ""
    noted = size_now(ctx)
    if noted is None and not (memory.joined or ctx.policy.restore_only):
        noted = SizeBefore(memory.desired_before, ctx.policy.target.text)
    return noted.text if noted is not None else ""


def soak_owed_now(ctx: ManagedContext) -> str:
    """Return the update whose new nodes have not been watched to the end.

    It is "" for none. It counts once the Lease has been read (see holder_now).
    """
    entry = ctx.memory.lock.entries.get(_lease(ctx))
    return dict(entry.lease.notes).get(SOAK_OWED, "") if entry and entry.lease else ""


def _soak_note(ctx: ManagedContext) -> str:
    """Return what the Lease is to say of a soak that is owed, "" for nothing."""
    memory, policy, noted = ctx.memory, ctx.policy, soak_owed_now(ctx)
    if memory.ending is not None and memory.ending[0] in ("complete", "unchanged"):
        return ""
    owed = policy.soak and memory.seen and not policy.restore_only
    return noted or (policy.target.text if owed else "")


def paused_now(ctx: ManagedContext) -> str | None:
    """Return who has paused the rotation and why.

    It is "" for nobody, and None until that is known.
    """
    seen = _seen(ctx)
    if seen is None:
        return None
    return paused_by(seen.lease) if seen.lease is not None else ""


def _seen(ctx: ManagedContext) -> SeenLease | None:
    name = _lease(ctx)
    trouble = ctx.memory.lock.troubles.get(name)
    if trouble is not None and ctx.now - trouble.since > LOCK_PATIENCE:
        raise trouble.error
    entry = ctx.memory.lock.entries.get(name)
    if entry is None or entry.read == -math.inf:
        ctx.do(ReadLease(name))
        ctx.look_at(ctx.now + RENEW_BACKOFF)
        return None
    return entry


def own(ctx: ManagedContext) -> Lease | None:
    """Return our Lease as it was last seen, None if it was not."""
    entry = ctx.memory.lock.entries.get(_lease(ctx))
    return entry.lease if entry is not None else None


def acquire(ctx: ManagedContext) -> bool:
    """Take the Lease, and learn what it says of the size; True once it is ours.

    Raises the error that keeps it from us.
    """
    outcome = _stage(ctx, "take")
    if outcome is None:
        return False
    if outcome.error is not None:
        raise outcome.error
    ctx.note(held=True, sure_until=outcome.not_after, soak_owed=bool(soak_owed_now(ctx)))
    size = size_now(ctx)
    if size is not None:
        ctx.note(size=size, desired_before=size.desired)
    return True


def keep(ctx: ManagedContext) -> None:
    """Renew the Lease when it is due; note whether we may act.

    Raises LockedError when somebody has taken it, UnreachableError when it could not be renewed
    for a long time.
    """
    written = max((one.written for one in ctx.memory.lock.entries.values()), default=ctx.now)
    due = written + ctx.policy.lease_duration * RENEW_AFTER
    if not turns.is_told(ctx, own(ctx)):
        due = min(due, ctx.now)
    ctx.look_at(max(due, ctx.now + 1))
    if ctx.now >= due - 1e-6:
        if ctx.memory.lock.began <= written:
            ctx.note(lock=dataclasses.replace(ctx.memory.lock, began=ctx.now))
        _renew(ctx)
    # Counted from the first look at which it was due, since a machine may have slept till then.
    if ctx.now <= written + ctx.policy.lease_duration * RENEW_AFTER:
        ctx.forget("renewal")
    elif ctx.over("renewal", LEASE_LOST):
        raise UnreachableError(
            f"Lease {_lease(ctx)} could not be renewed for {LEASE_LOST:.0f} s",
            "EKS goes on with its update by itself. Run again to watch it",
        )
    ctx.note(sure_until=written + ctx.policy.lease_duration * ACT_UNTIL)
    ctx.may_act = ctx.now < ctx.memory.sure_until


def _renew(ctx: ManagedContext) -> None:
    """Go on with writing the Lease anew.

    What fails for now is begun again, and nothing given up.

    Raises LockedError when somebody has taken it.
    """
    step = _step(ctx, "hand_over")
    error = step.memory.error
    if isinstance(error, TemporaryError):
        again = dataclasses.replace(step.memory, began=ctx.now, error=None, troubles={})
        ctx.note(lock=again)
        ctx.look_at(ctx.now + RENEW_BACKOFF)
        return
    if error is not None:
        ctx.note(held=False)
        raise error
    _apply(ctx, step)


def release(ctx: ManagedContext) -> bool:
    """Give up the Lease; return True once that is done, or cannot be."""
    entries = ctx.memory.lock.entries.values()
    ours = any(one.lease is not None and one.lease.holder == ctx.policy.holder for one in entries)
    if not (ctx.memory.held or ours) or ctx.memory.released == "done":
        return True
    if ctx.memory.released == "":
        ctx.note(lock=dataclasses.replace(ctx.memory.lock, began=ctx.now, error=None))
        ctx.note(released="asked")
    if _stage(ctx, "give_up") is None:
        return False
    ctx.note(released="done", held=False)
    return True


def _stage(ctx: ManagedContext, stage: LockStage) -> LockOutcome | None:
    """Go on with a stage; return its outcome once it is over."""
    step = _step(ctx, stage)
    _apply(ctx, step)
    return step.result


def _step(ctx: ManagedContext, stage: LockStage) -> Step[LockMemory, LockOutcome]:
    """Decide a stage. What was heard at this look has been learnt already."""
    policy = ctx.policy
    order = LockOrder(
        stage, (_claim(ctx),), policy.run, policy.holder, policy.lease_duration, policy.lock_wait
    )
    view = dataclasses.replace(ctx.view, done=(), stop=None)
    return decide(ctx.memory.lock, view, ctx.now, order)


def _apply(ctx: ManagedContext, step: Step[LockMemory, LockOutcome]) -> None:
    ctx.note(lock=step.memory)
    ctx.commands.extend(step.commands)
    ctx.look_at(step.wake)


def _lease(ctx: ManagedContext) -> str:
    return lease_name(ctx.nodegroup.group.arn)


def _claim(ctx: ManagedContext) -> LeaseClaim:
    policy, group = ctx.policy, ctx.nodegroup.group
    target = (group.source[0], policy.target.template_version, policy.target.image_id)
    ours = ((SIZE_BEFORE, _size_note(ctx)), (SOAK_OWED, _soak_note(ctx)))
    waiting = turns.is_waiting(ctx)
    return LeaseClaim(
        _lease(ctx),
        policy.nodegroup,
        lease_labels(policy.cluster, group.name, EKS_MANAGED.name, policy.run),
        (*lease_notes(group.arn, policy.cluster, ctx.memory.cluster_uid, waiting=waiting), *ours),
        group.source,
        target,
    )
