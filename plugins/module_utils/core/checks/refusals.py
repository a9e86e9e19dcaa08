# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a node group cannot be rotated, judged before anything is touched."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group


def refusal(group: Group) -> RotatorError | None:
    """Return why this group cannot be rotated now, None if it can."""
    name = group.name
    if group.resolved is None:
        return NotFoundError(
            f"What Auto Scaling group {name} launches from ({group.source[0] or 'no template'}"
            f" {group.source[1]}) does not exist",
            "Create the launch template or version, or point the group at one that exists",
        )
    if stopped := sorted({"Launch", "Terminate"} & group.suspended):
        return RefusedError(
            f"Auto Scaling group {name} has its process {stopped[0]} suspended, so no node can"
            " be replaced",
            "Find out who suspended it and resume it: aws autoscaling resume-processes"
            f" --scaling-processes {stopped[0]}",
        )
    if group.refreshing:
        return RefusedError(
            f"An instance refresh is running on Auto Scaling group {name}",
            "Wait for its end or cancel it",
        )
    if group.unsupported:
        return RefusedError(
            f"Auto Scaling group {name} {group.unsupported[0]}, which a rotation does not handle",
            "Rotate it by hand",
        )
    return None
