# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look for the group's Lease in other namespaces in which a run could hold it.

Each run writes its own Lease first and then reads the others, so that of two runs at least one sees
the other. The usual namespace is one of them, and that which the tag of the group names. Only by
this tag can others find a Lease elsewhere, and reads of AWS lag behind it. So a run whose Lease is
elsewhere sets the tag first, and begins only once everybody can have read it and nobody has taken a
Lease before he could.
"""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadLease,
    SetTag,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    LockedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    SIGNPOST,
    USUAL_NAMESPACE,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    held_elsewhere,
    other_namespaces,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import (
    Signpost,
    read_signpost,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import (
    raise_if_given_up,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import tried
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.lock import (
    WATCH_OTHER,
    keep,
    release,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.observe import (
    FIRST_CONTACT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import left

SEEN_BY_ALL = 30.0
"""Seconds after which every other run has read our tag or has taken its Lease: reads lag by up to
20 seconds, and who is about to take a Lease reads the group every 5 seconds."""


def free_elsewhere(ctx: RotationContext) -> bool:
    """Look before the Lease is taken; return True once no other namespace holds one.

    A plan only tells of one. Raises LockedError when one is held and was waited for.
    """
    if not _read(ctx, ctx.now - WATCH_OTHER):
        return False
    error = _conflict(ctx)
    if error is None:
        return True
    if ctx.policy.plan_only:
        ctx.tell("lock", ctx.group.name, error.message, once="elsewhere")
        return True
    if ctx.now - ctx.memory.began >= ctx.policy.lock_wait:
        raise error
    ctx.look_at(ctx.now + WATCH_OTHER)
    return False


def alone(ctx: RotationContext) -> bool:
    """Look after the Lease was taken; return True once it is the only one.

    If another one is held, ours is given up.
    """
    if not _read(ctx, ctx.memory.lock.confirmed):
        return False
    return not _gives_way(ctx)


def _gives_way(ctx: RotationContext) -> bool:
    """Give our Lease up if another one is held; return whether it is."""
    error = _conflict(ctx)
    if error is not None:
        ctx.note(problem=error)
        if withdrawn(ctx):
            release(ctx)
    return error is not None


def claimed(ctx: RotationContext) -> bool:
    """Let others know where our Lease is before we begin; return True once they do.

    That takes no time in the usual namespace, where everybody looks. If another Lease is held, or
    the tag cannot be set, ours is given up.
    """
    if ctx.policy.lock_namespace == USUAL_NAMESPACE or ctx.policy.restore_only:
        return True
    ctx.may_act, sign = keep(ctx), own_sign(ctx)
    if ctx.group.tags.get(SIGNPOST) != sign:
        command = SetTag(ctx.group.name, SIGNPOST, sign)
        if _read(ctx, _seen_since(ctx)) and not _gives_way(ctx) and tried(ctx, command):
            ctx.note(problem=ctx.memory.outbox.retries[command].error)
        return False
    everybody = _seen_since(ctx) + SEEN_BY_ALL
    ctx.look_at(everybody)
    if ctx.now < everybody or not _read(ctx, everybody):
        return False
    return not _gives_way(ctx)


def withdrawn(ctx: RotationContext) -> bool:
    """Take our tag off again; return True once that is done or cannot be done.

    Where another run holds a Lease it stays: that run writes its own one over it, or already has
    where our read does not show it yet.
    """
    if ctx.group.tags.get(SIGNPOST) != own_sign(ctx):
        return True
    if _conflict(ctx) is None:
        ctx.may_act = keep(ctx)
        if not tried(ctx, SetTag(ctx.group.name, SIGNPOST, None)):
            return False
    left(ctx, f"Tag {SIGNPOST} of Auto Scaling group {ctx.group.name} stays")
    return True


def own_sign(ctx: RotationContext) -> str:
    """Return the value of the tag that names this run."""
    policy = ctx.policy
    return Signpost(policy.run, policy.lock_namespace, ctx.memory.lock.cluster_uid).text


def look_again(ctx: RotationContext) -> None:
    """Look once more when the tag has come to be seen, by which others find us.

    Raises LockedError when another run holds a Lease too.
    """
    if _read(ctx, _seen_since(ctx)) and (error := _conflict(ctx)):
        raise error


def pending(ctx: RotationContext) -> str:
    """Return why nothing may begin before the other namespaces have been read."""
    since = _seen_since(ctx)
    unread = [name for name in _others(ctx) if _known(ctx, name)[1] < since]
    return f"Lease {ctx.lease} is being looked up in namespace {unread[0]}" if unread else ""


def _others(ctx: RotationContext) -> list[str]:
    sign = read_signpost(ctx.group.tags.get(SIGNPOST, ""))
    return other_namespaces(ctx.policy.lock_namespace, sign)


def _seen_since(ctx: RotationContext) -> float:
    """Return since when the tag is as it is, by our clock."""
    text = ctx.group.tags.get(SIGNPOST, "")
    ctx.since(f"tag {text}")
    return ctx.memory.timers[f"tag {text}"]


def _known(ctx: RotationContext, namespace: str) -> tuple[object, float]:
    return ctx.memory.lock.elsewhere.get(namespace, (None, -math.inf))


def _read(ctx: RotationContext, since: float) -> bool:
    """Read what was last read before this moment; return True once nothing is left."""
    late = [name for name in _others(ctx) if _known(ctx, name)[1] < since]
    for namespace in late:
        command = ReadLease(ctx.lease, namespace)
        ctx.do(command)
        raise_if_given_up(ctx, command, f"in {namespace}", FIRST_CONTACT)
    return not late


def _conflict(ctx: RotationContext) -> LockedError | None:
    for namespace in _others(ctx):
        lease, _read_at = ctx.memory.lock.elsewhere.get(namespace, (None, 0.0))
        if error := held_elsewhere(lease, ctx.policy.group, namespace, ctx.policy.run):
            return error
    return None
