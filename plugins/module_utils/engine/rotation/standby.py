# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leave and name what somebody has put into standby.

Such an instance serves nobody, does not count to desired, and comes back as it is: while an
outdated one is there, a rotation is not complete. Nothing is done to it, since it is in the hands
of who has put it there.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    outdated,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def refusal(ctx: RotationContext) -> RotatorError | None:
    """Return why nothing may begin beside an instance in standby, None if it may.

    What a rotation keeps there itself is no reason.
    """
    found = [one.id for one in ctx.group.in_standby if not _is_kept(ctx, one)]
    if not found or ctx.policy.standby_instances == "leave":
        return None
    return RefusedError(
        f"Auto Scaling group {ctx.group.name} has an instance in standby ({listed(found)})",
        "Put it back into service or end it"
        if ctx.kind.serves_api
        else "Put it back into service, end it, or leave it (standby_instances: leave)",
    )


def here(ctx: RotationContext) -> list[dict[str, str]]:
    """Return name and instance ID of each that is left there.

    With why it is outdated, "" if it is not. Those that a rotation keeps itself are not among them.
    """
    found = dict(_outdated(ctx))
    return [
        {"name": _name(ctx, one), "instance_id": one.id, "outdated": found.get(one, "")}
        for one in ctx.group.in_standby
        if not (one.ending or _is_kept(ctx, one))
    ]


def left_outdated(ctx: RotationContext) -> list[dict[str, str]]:
    """Return name, instance ID and reason of each that is left on purpose."""
    if ctx.policy.standby_instances != "leave":
        return []
    return [
        {key: one[key] for key in ("name", "instance_id")} | {"why": f"in standby, {why}"}
        for one in here(ctx)
        if (why := one["outdated"])
    ]


def error_of_outdated(ctx: RotationContext) -> RotatorError | None:
    """Return the error when somebody has an outdated instance in standby, or None.

    Not where it is left on purpose.
    """
    for one, why in () if ctx.policy.standby_instances == "leave" else _outdated(ctx):
        if not _is_kept(ctx, one):
            return FailedError(
                f"Instance {one.id} of {ctx.group.name} is in standby and outdated ({why})",
                "End it, or move it out of standby and run again",
            )
    return None


def error_of_returned(ctx: RotationContext) -> RotatorError | None:
    """Return the error when an outdated node has come back at the end, or None.

    Somebody has put it back when all others had been replaced.
    """
    left, gone = ctx.memory.report.left_out, ctx.memory.nodes.marks.gone
    for member in ctx.situation.outdated:
        if not (member.id in left or member.id in gone or member.id in ctx.passed_over):
            return FailedError(
                f"Node {member.name} of {ctx.group.name} is outdated ({member.outdated}), and came"
                " into service when all others had been replaced",
                "Run again to replace it",
            )
    return None


def kept_and_outdated(ctx: RotationContext) -> list[str]:
    """Return a sentence for each outdated instance that an earlier run has kept."""
    return [
        f"Instance {one.id}, which an earlier run has kept in standby, is outdated ({why}): end it"
        " when you have looked into it"
        for one, why in _outdated(ctx)
        if one.kept and one.id not in ctx.journal.kept
    ]


def _name(ctx: RotationContext, instance: Instance) -> str:
    node = ctx.by_instance.get(instance.id)
    return instance.id if node is None else node.name


def _is_kept(ctx: RotationContext, instance: Instance) -> bool:
    return instance.kept or instance.id in ctx.journal.kept


def _outdated(ctx: RotationContext) -> list[tuple[Instance, str]]:
    """Return the instances in standby that do not run the target, with the reason."""
    now = ctx.memory.reads.first_read_at or ctx.group.read_at
    age = None if ctx.memory.turned_back else ctx.policy.max_node_age
    found = (
        (one, outdated(one, ctx.by_instance.get(one.id), ctx.target, now, age))
        for one in ctx.group.in_standby
        if not one.ending
    )
    return [(one, why) for one, why in found if why]
