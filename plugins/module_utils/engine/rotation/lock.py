# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take, keep and release the Lease, which is lock and record.

Takeover follows client-go's rule (tools/leaderelection): a lease counts as expired when its
renewTime has not changed for its duration by the *observer's* clock; clocks of different machines
are never compared.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    ReadCluster,
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    WriteShared,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    LockedError,
    NotFoundError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import dump
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    ACT_UNTIL,
    RENEW_AFTER,
    lease_labels,
    lease_notes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.paces import learned
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    shared_lease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import turns
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import (
    is_shut_out,
    raise_if_given_up,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    FREE,
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.observe import (
    FIRST_CONTACT,
    patience,
)

WATCH_OTHER = 2.0
"""Seconds between looks at a lease that somebody else holds."""
LOST = 300.0
"""Seconds without renewing the lease after which a run gives up."""


def known(ctx: RotationContext) -> bool:
    """Read the Lease and which cluster it is in; return True once that is done.

    Raises the error that has prevented it for too long.
    """
    missing: list[Command] = []
    if ctx.memory.lock.lease_read < ctx.memory.began:
        missing.append(ReadLease(ctx.lease))
    if not ctx.memory.lock.cluster_uid:
        missing.append(ReadCluster())
    for read in missing:
        ctx.do(read)
        limit = LOST if ctx.memory.lock.held else FIRST_CONTACT
        raise_if_given_up(ctx, read, "no lease", limit)
    if not missing:
        ctx.forget("no lease")
    return not missing


def acquire(ctx: RotationContext) -> bool:
    """Take the Lease if it is free; return True once it is ours.

    If somebody holds it, it is watched until the holder is proven dead, or taken at once if people
    force that. Raises LockedError when the holder renews it, and the refusal when we may not write.
    """
    if ctx.memory.lock.held:
        if whom := ctx.memory.lock.taken_from:
            ctx.tell("lock", ctx.policy.group, f"taken over from {whom}", once="takeover")
        return _is_quiet(ctx)
    lease = ctx.memory.lock.lease
    refused = {
        command: retry.error
        for command, retry in ctx.memory.outbox.retries.items()
        if isinstance(command, WriteLease)
    }
    for command, error in refused.items():
        no_namespace = isinstance(error, NotFoundError) and not command.lease.resource_version
        if is_shut_out(ctx, ctx.lease, error) or no_namespace:
            raise error
    _raise_if_never_taken(ctx, lease, list(refused.values()))
    if lease is None or lease.holder in ("", ctx.policy.holder) or ctx.handed:
        _write(ctx, ctx.policy.holder)
    elif ctx.policy.force_takeover:
        ctx.note(forced_wait=float(lease.duration))
        _take_over(ctx, f"{lease.holder} by force_takeover")
    elif _watch_holder(ctx, lease):
        _take_over(ctx, f"{lease.holder}, who no longer renews it")
    elif ctx.now - ctx.memory.lock.lease_read >= WATCH_OTHER:
        ctx.do(ReadLease(ctx.lease))
    else:
        ctx.look_at(ctx.memory.lock.lease_read + WATCH_OTHER)
    return False


def _take_over(ctx: RotationContext, whom: str) -> None:
    """Take the Lease from another holder; `whom` ends the sentence for people."""
    ctx.note(taken_from=whom)
    _write(ctx, ctx.policy.holder)


def _is_quiet(ctx: RotationContext) -> bool:
    """Return whether the holder from whom we took the Lease by force has stopped.

    He may send commands until the time for which he last renewed it, and cannot renew it any more.
    """
    if not ctx.memory.lock.forced_wait:
        return True
    return keep(ctx) and ctx.over("forced", ctx.memory.lock.forced_wait)


def _raise_if_never_taken(
    ctx: RotationContext, lease: Lease | None, refused: list[RotatorError]
) -> None:
    """Raise once we have tried for too long, apart from the time of another holder."""
    other = lease is not None and lease.holder not in ("", ctx.policy.holder)
    limit = LOST + ctx.policy.lock_wait + (lease.duration if lease is not None and other else 0)
    if not ctx.over("no lock", limit):
        return
    never = UnreachableError(
        f"Lease {ctx.lease} could not be taken in {limit:.0f} s: it changes whenever it is written",
        "See who writes it (metadata.managedFields)",
    )
    raise next(iter(refused), never)


def other_holder(ctx: RotationContext) -> str:
    """Return who holds the Lease besides this run, "" for nobody."""
    lease = ctx.memory.lock.lease
    return "" if lease is None or ctx.handed else lease.holder


def handed_back(ctx: RotationContext) -> bool:
    """Give up a Lease that was left to us in vain; return True once that is done.

    One that we may not write ends by itself.
    """
    refused = any(isinstance(command, WriteLease) for command in ctx.memory.outbox.retries)
    if not ctx.handed or refused:
        return True
    _write(ctx, "")
    return False


def _watch_holder(ctx: RotationContext, lease: Lease) -> bool:
    """Return whether the holder has not renewed the Lease for its duration.

    Raises LockedError when it lives and was waited for.
    """
    first = f"lease of {lease.holder}"
    if first not in ctx.memory.timers:
        ctx.note(timers={**ctx.memory.timers, first: ctx.memory.lock.seen})
        ctx.tell(
            "lock",
            ctx.policy.group,
            f"held by {lease.holder}; waiting up to {lease.duration} s to see whether it lives",
        )
    waited = ctx.now - ctx.memory.began >= ctx.policy.lock_wait
    if ctx.memory.lock.seen > ctx.memory.timers[first] and waited:
        raise LockedError(
            f"Node group {ctx.policy.group} is being rotated by {lease.holder}, which renewed"
            f" Lease {lease.name} just now",
            "Wait for that run to end, or stop it",
        )
    ends = ctx.memory.lock.seen + max(lease.duration, 1)
    ctx.look_at(ends)
    return ctx.now >= ends - 1e-6


def keep(ctx: RotationContext) -> bool:
    """Renew the Lease when it is due; return whether we may act.

    That is while it is ours and was renewed in time. It is also written when the record changed.
    Raises LockedError when somebody has taken it from us.
    """
    memory, duration = ctx.memory, ctx.policy.lease_duration
    age, due = ctx.now - memory.lock.confirmed, memory.lock.confirmed + duration * RENEW_AFTER
    if memory.lock.lease is not None and memory.lock.lease.holder != ctx.policy.holder:
        raise LockedError(
            f"Lease {ctx.lease} was taken over by {memory.lock.lease.holder or 'nobody'}",
            "See what that run does",
        )
    if memory.lock.lease is None and memory.lock.lease_read >= memory.began:
        return _create_again(ctx)
    if memory.lock.lease_unproven and not memory.lock.lease_read < memory.began:
        ctx.do(ReadLease(ctx.lease))
        return False
    if memory.lock.lease_read < memory.began:  # a write met a conflict: see who wrote
        ctx.do(ReadLease(ctx.lease))
    elif not turns.is_told(ctx) or not ctx.recorded or ctx.now >= due:
        _write(ctx, ctx.policy.holder)
    # Counted from the first look at which it was due, since a machine may have slept till then.
    if ctx.now <= due:
        ctx.forget("renewal")
    elif ctx.over("renewal", lost := patience(ctx, LOST)):
        raise UnreachableError(
            f"Lease {ctx.lease} could not be renewed for {lost:.0f} s: nothing was done meanwhile",
            "Run again to resume",
        )
    ctx.look_at(due if due > ctx.now else ctx.now + 1)
    return age < duration * ACT_UNTIL and not _is_being_released(ctx)


def _create_again(ctx: RotationContext) -> bool:
    """Create the Lease that somebody has deleted, once and while it would be ours.

    Nothing begins until a read shows it. Raises FailedError when that is not possible any more.
    """
    if ctx.memory.lock.lease_losses > 1:
        raise FailedError(
            f"Lease {ctx.lease} was deleted twice while the group was being rotated",
            "Find out who deletes it, and run again to resume",
        )
    if ctx.now - ctx.memory.lock.confirmed >= ctx.policy.lease_duration * ACT_UNTIL:
        raise FailedError(
            f"Lease {ctx.lease} was deleted while the group was being rotated and could not be"
            " created again in time",
            "Find out who deleted it, and run again to resume",
        )
    ctx.tell("lock", ctx.policy.group, "its Lease was deleted by somebody", once="lease lost")
    _write(ctx, ctx.policy.holder)
    ctx.look_at(ctx.now + 1)
    return False


def release(ctx: RotationContext) -> bool:
    """Release the Lease; return True once that is done.

    The journal stays in it for the next run if anything is left to restore. What we have asked for
    has to be answered before: it could take effect when the Lease is somebody else's.
    """
    if ctx.memory.lock.released or not ctx.memory.lock.held:
        return True
    free = (*FREE, WriteLease, WriteShared)
    answered = all(isinstance(one, free) for one in (*ctx.view.in_flight, *ctx.commands))
    if answered and shared_lease.released(ctx):
        _write(ctx, "")
    return False


def _is_being_released(ctx: RotationContext) -> bool:
    writes = (command for command in ctx.view.in_flight if isinstance(command, WriteLease))
    return any(not write.lease.holder for write in writes)


def _write(ctx: RotationContext, holder: str) -> None:
    if any(isinstance(command, WriteLease) for command in ctx.view.in_flight):
        return
    old = ctx.memory.lock.lease or Lease(ctx.lease)
    journal = ctx.journal
    if not holder and journal.clean:
        journal = journal.emptied
        ctx.note(journal=journal)
    if not holder:
        nodes = ctx.memory.nodes
        journal = learned(journal, nodes.boots.values(), nodes.drains)
    moves = int(bool(holder) and holder != old.holder)
    policy, kind = ctx.policy, kind_of(ctx.group.tags).name
    ctx.do(
        WriteLease(
            Lease(
                name=ctx.lease,
                resource_version=old.resource_version,
                holder=holder,
                duration=int(ctx.policy.lease_lasts),
                transitions=old.transitions + moves,
                journal=dump(journal),
                uid=old.uid,
                acquired=old.acquired,
                labels=lease_labels(policy.cluster, policy.group, kind, policy.run),
                notes=lease_notes(
                    ctx.group.arn,
                    policy.cluster,
                    ctx.memory.lock.cluster_uid,
                    old,
                    bool(holder) and turns.is_waiting(ctx),
                ),
            )
        )
    )
