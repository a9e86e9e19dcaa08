# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how an update ended, as eks_nodegroup_replace reports it."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    SOURCE_VERSION,
    ManagedMember,
    Nodegroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.progress import (
    ManagedRecord,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import Status
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.track import (
    remaining,
)


@dataclasses.dataclass(frozen=True)
class ManagedResult:
    """How a run ended.

    `values`: the result of eks_nodegroup_replace as documented there. `warnings`: what was found
    before it began.
    """

    status: Status
    error: RotatorError | None
    changed: bool
    values: dict[str, Any]
    warnings: tuple[str, ...]


def conclude_update(
    ctx: ManagedContext, status: Status, error: RotatorError | None
) -> ManagedResult:
    """Return the result as of this look."""
    memory, policy = ctx.memory, ctx.policy
    known = memory.nodegroup
    members = ctx.members if known is not None else ()
    old = [record for record in memory.records.values() if record.is_old]
    noted = {record.instance_id for record in old}
    nodes = [_node(record, ctx.now) for record in old]
    nodes += [_waiting(one) for one in members if one.outdated and one.id not in noted]
    seen = memory.seen[-1] if memory.seen else ""
    update = known.updates.get(seen) if known is not None else None
    values: dict[str, Any] = {
        "status": status,
        "eks_nodegroup": policy.nodegroup,
        "autoscaling_group_name": known.group.name if known is not None else "",
        "base": memory.desired_before,
        "desired": known.group.desired if known is not None else 0,
        "launches": _launches(known) if known is not None else "",
        "target": dataclasses.asdict(policy.target),
        "old_image_ids": sorted({node["image_id"] for node in nodes if node["image_id"]}),
        "nodes": nodes,
        "running": [_running(one) for one in members],
        "replaced": sum(node["replaced"] for node in nodes),
        "outdated": sum(bool(one.outdated) for one in members),
        "evictions": sum(node["evictions"] for node in nodes),
        "blocked_by": sorted({budget for node in nodes for budget in node["blocked_by"]}),
        "seconds": round(ctx.now - memory.began, 1),
        "estimate": remaining(ctx) if known is not None else "",
        "foreseen": _foreseen(ctx) if known is not None and status == "planned" else {},
        "update_id": seen,
        "update_status": update.status if update is not None else "",
        "not_restored": list(memory.left),
        "canary": "none",
        "resumed": bool(set(memory.seen) - set(memory.begun)),
        "rolled_back_to": "",
    }
    replaced = bool(values["replaced"])
    return ManagedResult(status, error, memory.changed or replaced, values, memory.warnings)


def _launches(nodegroup: Nodegroup) -> str:
    """Return what EKS says that the nodes run.

    After an update that failed, some of them may run a newer release.
    """
    words = [f"release {nodegroup.release_version}"] if nodegroup.release_version else []
    if nodegroup.template is not None:
        _id, name, version = nodegroup.template
        words.append(f"version {version} of {name}")
    return f"EKS records {' and '.join(words) or 'no release'} for {nodegroup.name}"


def _foreseen(ctx: ManagedContext) -> dict[str, Any]:
    """Return what EKS would do at one time. It tells nobody its order."""
    group, config = ctx.nodegroup.group, ctx.wanted_config
    return {
        "surge": config.surge(group.desired, len(group.zones)),
        "unavailable": config.at_once(group.desired),
        "canaries": 0,
        "soak": ctx.policy.soak,
        "maintenance": "",
        "order": [],
    }


def _node(record: ManagedRecord, now: float) -> dict[str, Any]:
    gone, began = record.phase == "terminated", record.began
    ended = record.ended if record.ended is not None else now
    return {
        "name": record.name,
        "instance_id": record.instance_id,
        "image_id": record.image_id,
        "zone": record.zone,
        "reason": record.reason,
        "phase": record.phase,
        "replaced": gone,
        "seconds": round(ended - began, 1) if began is not None else 0.0,
        "evictions": record.pods - record.left,
        "blocked_by": list(record.blocked_by),
        "console_output": "",
    }


def _waiting(member: ManagedMember) -> dict[str, Any]:
    record = ManagedRecord(
        *(member.name, member.id, member.instance.zone, member.instance.image_id),
        reason=member.outdated,
        phase="outdated",
    )
    return _node(record, 0.0)


def _running(member: ManagedMember) -> dict[str, Any]:
    node = member.node
    return {
        "name": member.name,
        "instance_id": member.id,
        "image_id": member.instance.image_id,
        "template_version": node.labels.get(SOURCE_VERSION, "") if node is not None else "",
        "current": not member.outdated,
    }


def diff_of(result: ManagedResult) -> dict[str, str]:
    """Return the images of the outdated nodes before and after, as a diff."""
    nodes, target = result.values["nodes"], result.values["target"]["image_id"]
    planned = result.status == "planned"
    before = "".join(f"{node['name']}: {node['image_id']}\n" for node in nodes)
    after = "".join(
        f"{node['name']}:"
        f" {'replaced by ' + target if node['replaced'] or planned else node['image_id']}\n"
        for node in nodes
    )
    return {"before": before, "after": after}
