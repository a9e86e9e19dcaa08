# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the control plane, and note for how long its nodes have been whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.backups import (
    stores,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ReadBackups,
    ReadComponents,
    ReadMachines,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Components,
    Hardware,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.policy import (
    settle_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shape import (
    serving_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.streaks import (
    extended,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.whole import (
    Asked,
    Place,
    stale_leases,
    why_not_whole,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    KOPS_CLUSTER_TAG,
    kind_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import lasts
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import Known

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
        RotationContext,
    )

PERIOD = 10.0
"""Seconds between two reads, unless the group itself is read more often."""
FRESH = 30.0
"""Seconds for which a read counts."""
JUST_NOW = 3.0
"""Seconds for which a read counts before a node is ended."""
LEASE_LIMIT = 60.0
"""Seconds without a renewal of its Lease after which a kubelet counts as silent; it renews every
ten (kubelet: nodeLeaseDurationSeconds)."""
PATIENCE = 60.0
"""Seconds within which the control plane must have been read once."""


def concerns(known: Known) -> bool:
    """Return whether the group is part of a control plane."""
    return kind_of(known.group.tags).serves_api


def cluster(known: Known) -> str:
    """Return the name of the kops cluster."""
    return known.group.tags.get(KOPS_CLUSTER_TAG, "")


def look(ctx: RotationContext) -> bool:
    """Read what is due; return True while what was read last still counts.

    Raises the error that has kept us from reading for too long.
    """
    plane, period = ctx.memory.plane, min(PERIOD, ctx.policy.poll_interval)
    machines = ReadMachines(cluster(ctx))
    if ctx.now - plane.machines_at >= period:
        ctx.do(machines)
    components = _components(ctx)
    if plane.machines is not None and ctx.now - plane.components_at >= period:
        ctx.do(components)
    # What does not answer is asked again as its retries say, not at every look.
    ctx.look_at(max(min(plane.machines_at, plane.components_at) + period, ctx.now + 1))
    refused = [found for one in (machines, components) if (found := ctx.refused(one))]
    if not refused:
        ctx.forget("no control plane")
    for retry in refused if ctx.memory.mode == "survey" else ():
        if ctx.over("no control plane", lasts(retry.error, PATIENCE)):
            raise retry.error
    note_streaks(ctx)
    return read_lately(ctx)


def read_just_now(ctx: RotationContext) -> bool:
    """Return whether the control plane was read just now; read it anew if not.

    Asked before a node is ended: others may end nodes too, and know nothing of our Lease.
    """
    plane = ctx.memory.plane
    if ctx.now - min(plane.machines_at, plane.components_at) <= JUST_NOW:
        return True
    ctx.do(ReadMachines(cluster(ctx)))
    ctx.do(_components(ctx))
    return False


def _components(known: Known) -> ReadComponents:
    nodes = [place.node for place in places(known) if place.node is not None]
    addresses = ((node.name, node.internal_ip) for node in nodes if node.internal_ip)
    return ReadComponents(tuple(sorted(node.name for node in nodes)), tuple(sorted(addresses)))


def read_lately(known: Known) -> bool:
    """Return whether what was read of the control plane still counts."""
    plane = known.memory.plane
    return known.now - min(plane.machines_at, plane.components_at) <= FRESH


def machines_of(known: Known) -> Hardware:
    """Return what AWS showed of the control plane last."""
    return known.memory.plane.machines or Hardware()


def components_of(known: Known) -> Components:
    """Return what Kubernetes showed of the control plane last."""
    return known.memory.plane.components or Components()


def places(known: Known) -> list[Place]:
    """Return the places of the control plane, and of API servers beside it.

    Our own group is as the rotation knows it, which may be more than the last read.
    """
    return [
        place
        for group in serving_groups(machines_of(known).groups)
        for place in _places(known, group)
    ]


def _places(known: Known, group: DescribedGroup) -> list[Place]:
    """Return the places of one group.

    One whose node is to be launched still has no instance.
    """
    instances, etcd = (
        [i.id for i in group.instances if i.launched],
        kind_of(group.tags).needs_quorum,
    )
    desired = group.desired
    if group.name == known.group.name:
        instances, desired = [member.id for member in known.situation.members], known.desired
    missing = (1 if etcd else desired) - len(instances)
    zones = {one.id: one.zone for entry in machines_of(known).groups for one in entry.instances}
    nodes = known.by_instance
    return [
        Place(group.name, one, zones.get(one, ""), nodes.get(one), etcd)
        for one in [*instances, *[""] * missing]
    ]


def others(known: Known, leaving: str) -> list[Place]:
    """Return the places that remain while a node of our group is out.

    `leaving`: its instance ID or its name. A group with etcd has no other node.
    """
    own = known.group.name
    return [
        place
        for place in places(known)
        if place.group != own or not (place.etcd or leaving in (place.instance, place.name))
    ]


def flaw(known: Known, place: Place) -> str:
    """Return what the node at this place lacks by the last read, "" if it is whole."""
    policy, plane = known.policy, known.memory.plane
    asked = Asked(
        unanswered=policy.control_plane_check == "indirect",
        settle=settle_of(policy),
        stale=stale_leases(plane.renewals, known.now, LEASE_LIMIT),
    )
    return why_not_whole(place, components_of(known), machines_of(known).volumes, asked)


def note_streaks(ctx: RotationContext) -> None:
    """Count a look, once for each read of the components."""
    plane = ctx.memory.plane
    if plane.components is None or plane.components_at <= plane.judged_at:
        return
    flaws: Mapping[str, str] = {place.instance: flaw(ctx, place) for place in places(ctx)}
    streaks = extended(plane.streaks, flaws, plane.components_at)
    ctx.note(streaks=streaks, judged_at=plane.components_at)


def backups_read(ctx: RotationContext) -> bool:
    """Read the backups of etcd once; return True once that is done, or cannot be.

    Raises the error where they are required.
    """
    if ctx.policy.etcd_backup_check == "off" or ctx.memory.plane.backups is not None:
        return True
    named = tuple(sorted({one for one in stores(components_of(ctx).pods).values() if one}))
    command = ReadBackups(named)
    ctx.do(command)
    retry = ctx.refused(command)
    if retry is None:
        return False
    if not ctx.over("no backups", lasts(retry.error, PATIENCE)):
        return False
    if ctx.policy.etcd_backup_check == "require":
        raise retry.error
    ctx.tell("warning", ctx.group.name, str(retry.error), once="backups")
    return True
