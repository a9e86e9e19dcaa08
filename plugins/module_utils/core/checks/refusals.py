# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse node groups that cannot be rotated, before anything is touched."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    not_rotated,
    replaced_by_eks,
)

OVERRIDES_IMAGE = "names an image of its own for some instance types"
"""With that, new instances do not run the image of any launch template."""


def unsupported(group: DescribedGroup) -> Iterator[str]:
    """Yield what a rotation does not handle, as ends of sentences about the group."""
    if why := not_rotated(group.tags):
        yield why
    yield from group.leftovers
    if group.deleting:
        yield "is being deleted"
    if group.capacity_type:
        yield f"counts its capacity in {group.capacity_type}, not in instances"
    overrides = group.source.overrides
    templates = [use.template_id for use in group.source.uses]
    if twice := sorted({one for one in templates if templates.count(one) > 1}):
        yield f"launches more than one version of launch template {twice[0]}"
    if any(override.image_id for override in overrides):
        yield OVERRIDES_IMAGE
    if any(override.weight for override in overrides):
        yield "counts its instances by weight"


def refusal(group: Group) -> RotatorError | None:
    """Return why this group cannot be rotated now, None if it can."""
    name = group.name
    if group.resolved is None:
        return NotFoundError(
            f"What Auto Scaling group {name} launches from ({group.source[0] or 'no template'}"
            f" {group.source[1]}) does not exist",
            "Create the launch template or version, or point the group at one that exists",
        )
    needed = {"Launch", "Terminate", *(("AddToLoadBalancer",) if group.target_groups else ())}
    if stopped := sorted(needed & group.suspended):
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
            "Let EKS do it: nodeops.rotator.eks_nodegroup_replace"
            if replaced_by_eks(group.tags)
            else "Rotate it by hand",
        )
    return None
