# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name outdated instances in standby: with one a rotation is not complete."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    outdated,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def error_of_outdated(ctx: RotationContext) -> RotatorError | None:
    """Return the error when somebody has an outdated instance in standby, or None.

    It serves nobody now, and comes back as it is.
    """
    for one, why in _outdated(ctx):
        if not _is_kept(ctx, one):
            return FailedError(
                f"Instance {one.id} of {ctx.group.name} is in standby and outdated ({why})",
                "End it, or move it out of standby and run again",
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


def _is_kept(ctx: RotationContext, instance: Instance) -> bool:
    return instance.kept or instance.id in ctx.journal.kept


def _outdated(ctx: RotationContext) -> list[tuple[Instance, str]]:
    """Return the instances in standby that do not run the target, with the reason."""
    now = ctx.memory.reads.first_read_at or ctx.group.read_at
    age = None if ctx.memory.turned_back else ctx.policy.max_node_age
    found = (
        (one, outdated(one, ctx.by_instance.get(one.id), ctx.target, now, age))
        for one in ctx.group.instances
        if one.lifecycle.endswith("Standby") and not one.ending
    )
    return [(one, why) for one, why in found if why]
