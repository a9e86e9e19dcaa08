# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say why the control plane may not lose a node, and what a new one lacks."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.backups import (
    outdated_backups,
    stores,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    EtcdVolume,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.policy import (
    settle_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shape import (
    misshapen,
    volume_flaws,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    out_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.streaks import (
    has_settled,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.volumes import (
    held_by,
    left_behind,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.whole import (
    Place,
    indirect,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    naming,
    outage,
    shared_lease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.reading import (
    backups_read,
    cluster,
    components_of,
    concerns,
    flaw,
    look,
    machines_of,
    places,
    read_lately,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import lock
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

REPAIR = "See what keeps it from that, and run again once it is whole"


def surveyed(ctx: RotationContext) -> bool:
    """Read the control plane first; return True once that is done.

    Raises the refusal: a control plane is not touched unless all of it is whole. Where an earlier
    run has taken out the node of this very group, that is what has to be brought to its end. While
    another run is at work on the control plane it is not judged: that run has a node out. Once the
    Lease is ours it is read anew.
    """
    work = ctx.situation.outdated or not ctx.journal.clean
    if not concerns(ctx) or ctx.policy.restore_only or not work:
        return True
    read = look(ctx)
    since = ctx.memory.began if ctx.memory.plane.shared_held else ctx.now - shared_lease.WATCH
    if not shared_lease.read_since(ctx, since):
        return False
    if shared_lease.held_by_other(ctx):
        return True
    plane = ctx.memory.plane
    if not read or (plane.shared_held and plane.components_at < plane.first_confirmed):
        return False
    if not backups_read(ctx):
        return False
    error = _misshapen(ctx) or _broken(ctx) or _backups(ctx)
    if error is None and not outage.written(ctx):
        return False
    if error is None:
        outage.told(ctx)
        _tell_indirect(ctx)
        if volumes := _own_volumes(ctx):
            ctx.note(volumes=volumes)
        return True
    if not ctx.memory.lock.held:
        raise error
    ctx.note(problem=error)
    lock.release(ctx)
    return False


def _own_volumes(ctx: RotationContext) -> tuple[EtcdVolume, ...]:
    """Return the volumes of the node that is to go."""
    outdated = {member.id for member in ctx.situation.outdated}
    return held_by(machines_of(ctx).volumes, outdated)


def _misshapen(ctx: RotationContext) -> RotatorError | None:
    found = misshapen(machines_of(ctx), ctx.policy.allow_api_outage)
    if not found:
        return None
    return RefusedError(
        f"The control plane of kops cluster {cluster(ctx)} cannot be rotated: {found[0]}",
        "Rotate it by hand" if len(found) == 1 else f"Besides, {'; '.join(found[1:])}",
    )


def _broken(ctx: RotationContext) -> RotatorError | None:
    for place in places(ctx):
        resumes = place.group == ctx.group.name and not ctx.journal.clean
        if not resumes and (why := flaw(ctx, place)):
            return RefusedError(
                f"Control plane node {place.name} of Auto Scaling group {place.group} is not"
                f" whole: {why}{_taken_out(ctx, place)}",
                REPAIR,
            )
    return None


def _taken_out(ctx: RotationContext, place: Place) -> str:
    """Say if a run has taken the node of this group out and not brought it back."""
    group, instance = out_of(ctx.memory.plane.shared)
    if group != place.group:
        return ""
    return f". A run has taken its instance {instance} out: run {group} again first"


def _backups(ctx: RotationContext) -> RotatorError | None:
    check, known = ctx.policy.etcd_backup_check, ctx.memory.plane.backups
    if check == "off" or known is None:
        return None
    components = components_of(ctx)
    found = outdated_backups(
        stores(components.pods), known, components.read_at, ctx.policy.etcd_backup_max_age
    )
    if not found:
        return None
    if check == "warn":
        ctx.tell("warning", ctx.group.name, "; ".join(found), once="backups")
        return None
    return RefusedError(
        f"The control plane of kops cluster {cluster(ctx)} is not touched: {found[0]}",
        "See why etcd-manager writes no backups, or set etcd_backup_check: warn",
    )


def _tell_indirect(ctx: RotationContext) -> None:
    if names := list(indirect(components_of(ctx))):
        what = f"cluster {names[0]} is" if len(names) == 1 else f"clusters {listed(names)} are"
        text = f"etcd {what} judged indirectly, by pods and volumes"
        ctx.tell("cluster", ctx.group.name, text, once="indirect")


def observed(ctx: RotationContext) -> None:
    """Go on reading the control plane."""
    if concerns(ctx):
        look(ctx)


def obstacle(ctx: RotationContext) -> str:
    """Return why no node of the control plane may go now, "" if one may."""
    if not concerns(ctx):
        return ""
    name = f"the control plane of kops cluster {cluster(ctx)}"
    if not read_lately(ctx):
        return f"{name} has not been read lately"
    if found := misshapen(machines_of(ctx), ctx.policy.allow_api_outage):
        return f"{name} has changed: {found[0]}"
    for place in places(ctx):
        if why := flaw(ctx, place):
            return f"control plane node {place.name} is not whole: {why}"
    settle = settle_of(ctx.policy)
    for place in places(ctx):
        if not has_settled(ctx.memory.plane.streaks.get(place.instance), settle):
            return f"control plane node {place.name} has not been whole for {settle:.0f} s yet"
    return ""


def lacks(ctx: RotationContext, member: Member) -> str:
    """Return what a new node of the control plane lacks, "" if it lacks nothing."""
    if not concerns(ctx):
        return ""
    if not read_lately(ctx):
        return "the control plane to be read"
    etcd = kind_of(ctx.group.tags).needs_quorum
    place = Place(ctx.group.name, member.id, member.instance.zone, member.node, etcd)
    if why := flaw(ctx, place):
        return f"the control plane node to be whole: {why}"
    if etcd and (why := _other_volumes(ctx, member)):
        return f"the volumes of the old node: {why}"
    old = [one.id for one in ctx.group.former if one.state not in ("", "terminated")]
    if old:
        return f"the end of instance {old[0]}"
    if member.node is not None and (why := naming.lacks(ctx, member.id, member.node)):
        return why
    settle = settle_of(ctx.policy)
    if has_settled(ctx.memory.plane.streaks.get(member.id), settle):
        return ""
    return f"{settle:.0f} s in which it is whole"


def _other_volumes(ctx: RotationContext, member: Member) -> str:
    """Return why a new node may have other volumes than the old one had, or "".

    After a kill it is not known any more which they were, but that there are none beside.
    """
    machines = machines_of(ctx)
    why = left_behind(ctx.memory.plane.volumes, machines.volumes, member.id)
    return why or next(iter(volume_flaws(machines)), "")


def too_long_held(ctx: RotationContext, member: Member, why: str) -> RotatorError | None:
    """Return the error if a drained node has been held back for too long, or None."""
    if not ctx.over(f"held {member.id}", ctx.policy.terminate_timeout):
        return None
    return FailedError(f"Control plane node {member.name} is drained and was not ended: {why}")
