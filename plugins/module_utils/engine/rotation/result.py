# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how a rotation ended, as the module reports it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.whole import (
    indirect,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import Status
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    store_sentence,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.restored import restored
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.reading import (
    components_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    standby,
    warm_pool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.foresight import (
    foreseen,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.left_lease import (
    left_to_us,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.lock import (
    other_holder,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    RETRACTED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.pointer import (
    launches_now,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.selecting import (
    left_outdated,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.standing import (
    inherited,
    standing,
)


@dataclasses.dataclass(frozen=True)
class RotationResult:
    """How a run ended.

    `status`: see core.report.status. `error`: what it failed with. `changed`: whether it changed
    anything. `values`: the result of asg_node_replace as documented there.
    """

    status: Status
    error: RotatorError | None
    changed: bool
    values: dict[str, Any]


def conclude(
    ctx: RotationContext, status: Status, error: RotatorError | None = None
) -> RotationResult:
    """Return the result as of this look."""
    memory, group = ctx.memory, ctx.memory.reads.group
    known = group is not None and (group.resolved is not None or memory.mode != "survey")
    situation = ctx.situation if known else None
    nodes, gone = _nodes(ctx, situation), memory.nodes.marks.gone
    values = {
        "status": status,
        "autoscaling_group_name": ctx.policy.group,
        "lease": ctx.lease if group is not None else "",
        "base": situation.base if situation else 0,
        "desired": situation.desired if situation else 0,
        "launches": launches_now(ctx) if known else "",
        "target": _target(ctx) if known else {},
        "old_image_ids": sorted(_old_images(nodes)),
        "nodes": nodes,
        "replaced": sum(node["replaced"] for node in nodes),
        "outdated": sum(one.id not in gone for one in situation.outdated) if situation else 0,
        "evictions": sum(node["evictions"] for node in nodes),
        "blocked_by": sorted({budget for node in nodes for budget in node["blocked_by"]}),
        "seconds": round(ctx.now - memory.began, 1),
        "left_outdated": left_outdated(ctx) if known else [],
        "standby": standby.here(ctx) if known else [],
        "foreseen": foreseen(ctx) if known and status == "planned" else {},
        "not_restored": [*(_not_restored(ctx) if known else _owed(ctx)), *left_to_us(ctx)],
        "restored": list(_restored(ctx)),
        "new_nodes": _new_nodes(ctx) if known else [],
        "warm_pool": {
            "ended": list(memory.report.pool_ended),
            "outdated": [one.id for one, _why in warm_pool.outdated(ctx)] if known else [],
        },
        "canary": memory.journal.canary or memory.report.canary,
        "resumed": memory.resumed,
        "state_store": _state_store(memory.journal),
        **_of_control_plane(ctx),
        "rolled_back_to": memory.report.launches_from[1] or memory.report.launches_from[0],
    }
    return RotationResult(status, error, memory.report.changed, values)


def _of_control_plane(ctx: RotationContext) -> dict[str, Any]:
    """Return what only a control plane of kops has."""
    return {
        "way_back": ctx.memory.plane.way_back,
        "indirect": list(indirect(components_of(ctx))),
    }


def _not_restored(ctx: RotationContext) -> tuple[str, ...]:
    """Return what the end of this run leaves as we set it.

    That is what it could not restore, and all that stands if it ended before it could: its own
    changes, or those of an earlier run that it would have resumed.
    """
    left = _owed(ctx)
    if ctx.memory.lock.held or ctx.view.stop is not None:
        return (*left, *standing(ctx))
    if ctx.memory.mode == "survey" and (not ctx.journal.clean or other_holder(ctx)):
        return (*left, *inherited(ctx))
    return left


def _owed(ctx: RotationContext) -> tuple[str, ...]:
    """Return what could not be restored, whatever is known of the group."""
    return (*ctx.memory.report.left, *store_sentence(ctx.journal))


def _state_store(journal: Journal) -> dict[str, str]:
    """Return what of a state store has to be written back, {} for nothing."""
    owner, group, image = journal.origin
    return {"owner": owner, "name": group, "image": image} if journal.store_owed else {}


def _target(ctx: RotationContext) -> dict[str, Any]:
    others = [{**_way(way), "types": list(way.types)} for way in ctx.target.others]
    return {**_way(ctx.target), "overrides": others}


def _way(target: Target) -> dict[str, str]:
    return {
        "template": target.template,
        "template_name": target.template_name,
        "version": target.version,
        "image_id": target.image_id,
    }


def _old_images(nodes: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the images of outdated nodes, without removed replacement nodes."""
    return {
        node["image_id"] for node in nodes if node["image_id"] and node["reason"] not in RETRACTED
    }


def _nodes(ctx: RotationContext, situation: Situation | None) -> list[dict[str, Any]]:
    """Return the nodes that were begun, and then those that wait."""
    records = ctx.memory.nodes.records
    outdated = situation.outdated if situation else ()
    waiting = (_waiting(member) for member in outdated if member.id not in records)
    return [*(_told(record, ctx.now) for record in records.values()), *waiting]


def _restored(ctx: RotationContext) -> Iterable[str]:
    """Return what the end of this run has restored."""
    memory = ctx.memory
    if memory.mode != "release" or memory.reads.group is None:
        return ()
    return restored(memory.report.to_restore, memory.journal, memory.reads.group)


def _new_nodes(ctx: RotationContext) -> list[dict[str, Any]]:
    """Return the nodes that were launched during this run and that stay."""
    boots = ctx.memory.nodes.boots
    return [
        {
            "name": member.name,
            "instance_id": member.id,
            "zone": member.instance.zone,
            "image_id": member.instance.image_id,
            "seconds": round(boots[member.id], 1),
        }
        for member in ctx.situation.members
        if member.id in boots and member.id not in ctx.memory.nodes.marks.gone
    ]


def _told(record: NodeRecord, now: float) -> dict[str, Any]:
    values = dataclasses.asdict(record)
    began, ended, _since, _spent = (values.pop(n) for n in ("began", "ended", "since", "spent"))
    spent = record.phase_seconds(now) if began else {}
    return {
        **values,
        "phase_seconds": {phase: round(seconds, 1) for phase, seconds in spent.items()},
        "blocked_by": list(record.blocked_by),
        "console_output": record.console_output or "",
        "seconds": round((ended or now) - began, 1),
    }


def _waiting(member: Member) -> dict[str, Any]:
    record = NodeRecord(
        member.name,
        member.id,
        member.instance.zone,
        member.outdated,
        "outdated",
        image_id=member.instance.image_id,
    )
    return _told(record, 0.0)


def diff(result: RotationResult) -> dict[str, str]:
    """Return the images of the outdated nodes before and after, as a diff."""
    nodes = result.values["nodes"]
    target = result.values["target"].get("image_id", "")
    planned = result.status == "planned"
    before = "".join(f"{node['name']}: {node['image_id']}\n" for node in nodes)
    after = "".join(
        f"{node['name']}:"
        f" {'replaced by ' + target if node['replaced'] or planned else node['image_id']}\n"
        for node in nodes
    )
    return {"before": before, "after": after}
