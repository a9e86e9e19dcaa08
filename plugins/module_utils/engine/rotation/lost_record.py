# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say that the record of an earlier run is gone, and what to check.

Its tag on the group outlives the Lease in which the record was. Without the record nobody can tell
what was found from what was set, so nothing is put back, and people are told where to look.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    SCALE_DOWN_DISABLED,
    SIGNPOST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import (
    read_signpost,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import left


def note_lost_record(ctx: RotationContext) -> None:
    """Name once what a run may have left whose tag is there and whose record is not."""
    sign = read_signpost(ctx.group.tags.get(SIGNPOST, ""))
    told = f"record of {sign.run}"
    if not sign.run or sign.run == ctx.policy.run or not ctx.journal.clean:
        return
    if told in ctx.memory.timers:
        return
    ctx.since(told)
    name = ctx.group.name
    left(
        ctx,
        f"Run {sign.run} has not ended its rotation of Auto Scaling group {name}, and its record is"
        f" gone. Check what it may have changed: {', '.join(_suspects(ctx))}",
    )


def _suspects(ctx: RotationContext) -> Iterator[str]:
    group = ctx.group
    yield f"desired ({group.desired})"
    yield f"MaxSize ({group.max_size})"
    if group.suspended:
        yield f"suspended processes ({', '.join(sorted(group.suspended))})"
    protected = sum(one.protected for one in group.launched)
    if protected or group.protects_new:
        new = " and new ones" if group.protects_new else ""
        yield f"scale-in protection ({protected} instances{new})"
    there = {(target.group, target.id) for target in group.targets}
    for arn in group.target_groups:
        missing = [one.id for one in group.launched if (arn, one.id) not in there]
        if missing:
            yield f"instances that are not registered in {arn} ({', '.join(sorted(missing))})"
    yield from _suspect_nodes(ctx)


def _suspect_nodes(ctx: RotationContext) -> Iterator[str]:
    """Yield what nodes may have of that run where somebody has taken off its marks."""
    nodes = sorted(ctx.mine.values(), key=lambda node: node.name) if ctx.kind.carries_pods else []
    for what, found in (
        ("cordoned", [one for one in nodes if one.unschedulable]),
        ("excluded from load balancers", [one for one in nodes if EXCLUDE in one.labels]),
        (
            "hidden from Cluster Autoscaler's scale-down",
            [one for one in nodes if SCALE_DOWN_DISABLED in one.annotations],
        ),
    ):
        if found:
            yield f"nodes that are {what} ({', '.join(one.name for one in found)})"
