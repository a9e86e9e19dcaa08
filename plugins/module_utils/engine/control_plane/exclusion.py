# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate a control plane and node groups of its cluster never at one time."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ListLeases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    CONTROL_PLANES,
    NAME,
    NODE_GROUPS,
    WATCHES,
    living,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.whole import (
    leads,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    LockedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    Actor,
    kind_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    shared_lease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.reading import (
    components_of,
    concerns,
    places,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import lock, turns
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import (
    raise_if_shut_out,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

GATHERING = 5.0
"""Seconds for which a run on a node that leads waits for others to come."""
ARN_NOTE = PREFIX + "autoscaling-group-arn"
"""Annotation of a group's Lease."""


def granted(ctx: RotationContext) -> bool:
    """Return True once nobody is at work on what excludes this group.

    It is asked after our own Lease was written. If somebody goes on for longer than lock_wait,
    everything is given back.
    """
    busy = None
    if kind_of(ctx.group.tags).template_owner is Actor.KOPS:
        busy = _control_plane_is_free(ctx) if not concerns(ctx) else _plane_is_ours(ctx)
    if busy is None and not concerns(ctx):
        busy = turns.busy(ctx)
    if busy is None:
        return True
    lock.keep(ctx)
    shared_lease.kept(ctx)
    if busy:
        _wait(ctx, busy)
    return False


def _control_plane_is_free(ctx: RotationContext) -> str | None:
    """Return who rotates the control plane, None for nobody, "" if not known."""
    since = max(ctx.memory.lock.confirmed, ctx.now - shared_lease.WATCH)
    if not shared_lease.read_since(ctx, since):
        return ""
    holder = shared_lease.held_by_other(ctx)
    return f"{holder} is rotating the control plane (Lease {NAME})" if holder else None


def _plane_is_ours(ctx: RotationContext) -> str | None:
    """Return who is in the way of a run on the control plane, None for nobody."""
    if not ctx.memory.plane.shared_held:
        if not shared_lease.read_since(ctx, ctx.now - shared_lease.WATCH):
            return ""
        holder, forced = shared_lease.held_by_other(ctx), ctx.policy.force_takeover
        if holder and not forced:
            return f"{holder} is rotating the control plane (Lease {NAME})"
        if not holder and (first := _goes_first(ctx)) is not None:
            return first
    if not shared_lease.taken(ctx):
        return ""
    plane = ctx.memory.plane
    since = max(plane.first_confirmed, ctx.now - shared_lease.WATCH)
    if plane.others_at < since:
        return _listing(ctx, NODE_GROUPS)
    alive = [one for one in plane.others if living(one, plane.holders, ctx.now)]
    return f"{alive[0].holder} is rotating a node group (Lease {alive[0].name})" if alive else None


def _listing(ctx: RotationContext, labels: str) -> str:
    """List Leases, and wait for the answer.

    Raises the error that keeps us from it for good.
    """
    command = ListLeases(labels)
    ctx.do(command)
    raise_if_shut_out(ctx, command)
    ctx.look_at(ctx.now + shared_lease.WATCH)
    return ""


def _goes_first(ctx: RotationContext) -> str | None:
    """Return who goes before us since our node leads, None for nobody.

    Where runs on several nodes of a control plane wait for one another, the nodes that hold the
    Leases of controller-manager and scheduler go last: each end of one is a new election. "" while
    it is not known yet.
    """
    mine = _rank(ctx, ctx.group.name)
    if not mine[0]:
        return None
    plane = ctx.memory.plane
    gathered = ctx.over("leads", GATHERING)
    if plane.rivals_at < ctx.now - shared_lease.WATCH:
        return _listing(ctx, CONTROL_PLANES)
    if not gathered:
        return ""
    for lease in plane.rivals:
        group = dict(lease.notes).get(ARN_NOTE, "").rpartition("/")[2]
        known = lease.name != ctx.lease and living(lease, plane.holders, ctx.now)
        if known and _rank(ctx, group) < mine:
            return f"{lease.holder} goes first with {group}, since {ctx.group.name} leads"
    return None


def _rank(ctx: RotationContext, group: str) -> tuple[int, str]:
    """Return when the node of a group goes among others, the lowest first."""
    nodes = [one.node.name for one in places(ctx) if one.group == group and one.node is not None]
    return sum(leads(components_of(ctx), name) for name in nodes), group


def _wait(ctx: RotationContext, busy: str) -> None:
    """Wait for the end of another run; give everything back when that lasts too long."""
    ctx.look_at(ctx.now + shared_lease.WATCH)
    ctx.tell("lock", ctx.group.name, f"waiting: {busy}", once=busy)
    waited = ctx.now - ctx.memory.began >= ctx.policy.lock_wait
    # Whether the other one is alive shows only once its Lease could have run out.
    shared = ctx.memory.plane.shared
    lasts = max(ctx.policy.lease_duration, shared.duration if shared is not None else 0)
    if not ctx.over("beside another", lasts * WATCHES) or not waited:
        return
    error = LockedError(
        f"Node group {ctx.group.name} is not rotated: {busy}",
        "A control plane and the node groups of its cluster take turns, and so do node groups above"
        " cluster_parallel: wait for the end of that run, or set lock_wait",
    )
    ctx.note(problem=ctx.memory.report.problem or error)
    lock.release(ctx)
