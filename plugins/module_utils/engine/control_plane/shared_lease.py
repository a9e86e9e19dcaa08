# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take, keep and release the Lease that the groups of a control plane share."""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ReadShared,
    WriteShared,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    KIND,
    NAME,
    OUT,
    living,
    out_note,
    out_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    LockedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    ACT_UNTIL,
    RENEW_AFTER,
    lease_labels,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.reading import (
    concerns,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import (
    raise_if_shut_out,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.guard import (
    runs_pods,
)

WATCH = 2.0
"""Seconds between looks at the Lease while somebody else holds it."""


def read_since(ctx: RotationContext, moment: float) -> bool:
    """Read the Lease unless it was read after this moment; return True once it was.

    Raises the error that keeps us from it for good.
    """
    if ctx.memory.plane.shared_read >= moment:
        return True
    command = ReadShared(NAME)
    ctx.do(command)
    raise_if_shut_out(ctx, command)
    return False


def held_by_other(ctx: RotationContext) -> str:
    """Return who holds the Lease and may be alive, "" for nobody but us."""
    lease, seen = ctx.memory.plane.shared, ctx.memory.plane.shared_seen
    if lease is None or lease.holder == ctx.policy.holder or not living(lease, seen, ctx.now):
        return ""
    return lease.holder


def notes_what_is_back(ctx: RotationContext) -> bool | None:
    """Return whether one of this group is noted as out and is in; None: not known.

    So a run leaves it whose node somebody else has brought to its end. It is not looked at while
    another run is at work on the control plane.
    """
    if not concerns(ctx):
        return False
    if not read_since(ctx, ctx.memory.began):
        return None
    group, _instance = out_of(ctx.memory.plane.shared)
    return group == ctx.group.name and not (_out(ctx) or held_by_other(ctx))


def taken(ctx: RotationContext) -> bool:
    """Take the Lease if it is free or may be forced; return True once it is ours.

    Another holder from whom it was taken may send commands until the time for which he last renewed
    it: that time is waited for.
    """
    plane = ctx.memory.plane
    if plane.shared_held:
        if plane.shared_from:
            text = f"taken over from {plane.shared_from} by force_takeover"
            ctx.tell("lock", NAME, text, once="plane")
        return not plane.shared_wait or ctx.over("control plane forced", plane.shared_wait)
    if read_since(ctx, max(ctx.memory.began, ctx.now - WATCH)):
        other = held_by_other(ctx)
        if other and ctx.policy.force_takeover and plane.shared is not None:
            ctx.note(shared_wait=float(plane.shared.duration), shared_from=other)
        if not other or ctx.policy.force_takeover:
            _write(ctx, ctx.policy.holder)
    ctx.look_at(ctx.now + WATCH)
    return False


def kept(ctx: RotationContext) -> bool:
    """Renew the Lease when it is due; return whether we may act on the control plane.

    It is written, too, before another node goes, since it says which one is out. Raises LockedError
    when somebody has taken it from us.
    """
    plane, duration = ctx.memory.plane, ctx.policy.lease_duration
    if not concerns(ctx) or not plane.shared_held:
        return not concerns(ctx) or ctx.memory.mode == "release"
    if not read_since(ctx, -1e300):  # a write met another one
        return False
    if plane.shared is None or plane.shared.holder != ctx.policy.holder:
        by = plane.shared.holder if plane.shared is not None else ""
        raise LockedError(f"Lease {NAME} was taken over by {by or 'nobody'}", "See what it does")
    age, due = ctx.now - plane.shared_confirmed, plane.shared_confirmed + duration * RENEW_AFTER
    recorded = _out(ctx) == dict(plane.shared.notes).get(OUT, "")
    if ctx.now >= due or not recorded:
        _write(ctx, ctx.policy.holder)
    ctx.look_at(due if due > ctx.now else ctx.now + 1)
    return age < duration * ACT_UNTIL and recorded


def released(ctx: RotationContext) -> bool:
    """Give up the Lease; return True once it is not ours."""
    if not ctx.memory.plane.shared_held:
        return True
    if read_since(ctx, -1e300):
        _write(ctx, "")
    return False


def _out(ctx: RotationContext) -> str:
    """Return what the Lease says of the node of ours that is out.

    It is out from the moment that it is chosen until the one in its place is whole.
    """
    situation, lease = ctx.situation, ctx.memory.plane.shared
    leaving = next((member.id for member in situation.leaving), "")
    if leaving:
        return out_note(ctx.group.name, leaving, ctx.policy.run)
    well = situation.launched and all(_is_in(ctx, member) for member in situation.members)
    group, _instance = out_of(lease)
    text = dict(lease.notes).get(OUT, "") if lease is not None else ""
    return "" if well and group == ctx.group.name else text


def _is_in(ctx: RotationContext, member: Member) -> bool:
    """Return whether a node is whole, or in service where nothing is replaced."""
    idle = ctx.memory.mode in ("survey", "release") and not ctx.memory.nodes.records
    serves = member.node is not None and not member.node.unschedulable and runs_pods(member)
    return member.joined or (idle and serves)


def _write(ctx: RotationContext, holder: str) -> None:
    if any(isinstance(command, WriteShared) for command in ctx.view.in_flight):
        return
    old = ctx.memory.plane.shared or Lease(NAME)
    rest = {key: value for key, value in old.notes if key != OUT}
    out = _out(ctx)
    notes = {**rest, **({OUT: out} if out else {})}
    ctx.do(
        WriteShared(
            Lease(
                name=NAME,
                resource_version=old.resource_version,
                holder=holder,
                duration=math.ceil(ctx.policy.lease_lasts),
                transitions=old.transitions + int(bool(holder) and holder != old.holder),
                uid=old.uid,
                acquired=old.acquired,
                labels=lease_labels(ctx.policy.cluster, "", KIND, ctx.policy.run),
                notes=tuple(sorted(notes.items())),
            )
        )
    )
