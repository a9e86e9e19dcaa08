# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace the only node of a control plane, with leave for an outage.

Its API is down from the end of the old node until the new one is whole. So the way back is written
to a file before, the Leases last longer than the outage, and what is decided without the API is one
thing only: whether the launch template goes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import PointBack
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    WriteWayBack,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shape import (
    control_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.way_back import (
    Exit,
    way_back,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import WAY_BACK
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.reading import (
    cluster,
    machines_of,
    read_lately,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import Known

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
        RotationContext,
    )

OUTAGE = "api outage"
"""Timer: since when the API of the control plane has been silent."""
BACK_TRIES = 120.0
"""Seconds within which the launch template has to be taken back."""


def is_only_node(known: Known) -> bool:
    """Return whether ours is the only control plane node and may be missing."""
    if not (known.policy.allow_api_outage and kind_of(known.group.tags).needs_quorum):
        return False
    return len(control_groups(machines_of(known).groups)) == 1


def written(ctx: RotationContext) -> bool:
    """Write the way back, once; return True when that is done.

    Raises the error that prevents it: nothing is touched then.
    """
    if not is_only_node(ctx) or ctx.memory.plane.way_back or ctx.policy.plan_only:
        return True
    member = next(iter(ctx.situation.outdated), None)
    if member is None:  # it is out already, by an earlier run
        return True
    name = f"way-back-{ctx.group.name}-{ctx.policy.run}.txt"
    command = WriteWayBack(name, _text(ctx, member))
    ctx.do(command)
    if (retry := ctx.refused(command)) is not None:
        raise retry.error
    return False


def _text(ctx: RotationContext, member: Member) -> str:
    """Return the way back for the node that is to go."""
    return way_back(
        Exit(
            cluster(ctx),
            ctx.group.name,
            member.id,
            tuple(sorted(one.id for one in machines_of(ctx).volumes)),
            ctx.target.template,
            member.instance.source[1],
            ctx.target.version,
            ctx.policy.again,
        )
    )


def told(ctx: RotationContext) -> None:
    """Show all of the way back in the progress too.

    The file may be gone with its machine.
    """
    path, member = ctx.memory.plane.way_back, next(iter(ctx.situation.outdated), None)
    if not path or member is None or WAY_BACK in ctx.memory.report.told:
        return
    text = f"the API will be down until the next node is whole; the way back is in {path}"
    ctx.tell("warning", ctx.group.name, text, once=WAY_BACK)
    for line in _text(ctx, member).splitlines():
        ctx.tell(WAY_BACK, ctx.group.name, line)


def judge_outage(ctx: RotationContext) -> None:
    """End the run when the API does not come back in time.

    The launch template goes back or stays, as on_outage says. The new instance stays in any case:
    it may have the volumes of etcd. Raises FailedError.
    """
    if not is_only_node(ctx) or not _is_out(ctx):
        ctx.forget(OUTAGE)
        return
    if "blind" not in ctx.memory.timers and read_lately(ctx):
        ctx.forget(OUTAGE)
        return
    limit = ctx.policy.api_outage_timeout
    if not ctx.over(OUTAGE, limit):
        return
    back = _back(ctx)
    if back is None:
        return
    raise FailedError(
        f"The API of kops cluster {cluster(ctx)} has been down for {limit:.0f} s since its only"
        f" control plane node was replaced; {back}, and the new instance stays as it is",
        f"The way back is in {ctx.memory.plane.way_back or 'docs/control_plane.md'}",
    )


def _is_out(ctx: RotationContext) -> bool:
    """Return whether we have ended the old node and the new one does not count yet."""
    members = ctx.situation.members
    ended = any(record.phase == "terminated" for record in ctx.memory.nodes.records.values())
    return ended and not (members and all(member.joined for member in members))


def _back(ctx: RotationContext) -> str | None:
    """Return what became of the launch template, None while not known."""
    command = PointBack(ctx.group.name, ctx.journal.ways_back)
    if ctx.policy.on_outage == "leave" or not command.ways:
        return "its launch template was left as it is"
    if command in ctx.memory.outbox.acts:
        ctx.note(launches_from=command.ways[0])
        return f"its launch template was rolled back to version {command.ways[0][1]}"
    if ctx.over("outage pointer", BACK_TRIES):
        return "its launch template could not be rolled back"
    ctx.do(command)
    ctx.look_at(ctx.now + 1)
    return None
