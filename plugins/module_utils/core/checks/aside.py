# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find outdated instances in the warm pool and in standby."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import outdated
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.warm_pool import behind
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed


def to_come(look: Look) -> Iterator[str]:
    """Yield what a rotation will do about outdated instances that are not in service."""
    if pooled := _pooled(look):
        yield (
            f"The warm pool of Auto Scaling group {look.group.name} has"
            f" {counted(len(pooled), 'outdated instance')}: {listed(pooled)}. A rotation ends what"
            " is outdated there first, and the group fills the pool again"
        )
    if aside := _in_standby(look):
        yield (
            f"Auto Scaling group {look.group.name} has {counted(len(aside), 'outdated instance')}"
            f" in standby: {listed(aside)}. A rotation does nothing to what is in standby, and"
            " is not complete while it is outdated"
        )


def left(look: Look) -> Iterator[str]:
    """Yield what is outdated there after a rotation: it may serve again as it is."""
    name = look.group.name
    if pooled := _pooled(look):
        found = counted(len(pooled), "outdated instance")
        yield f"The warm pool of Auto Scaling group {name} has {found}: {listed(pooled)}"
    if aside := _in_standby(look):
        found = counted(len(aside), "outdated instance")
        yield f"Auto Scaling group {name} has {found} in standby: {listed(aside)}"


def _pooled(look: Look) -> list[str]:
    """Return the outdated instances of the warm pool."""
    group = look.group
    if group.resolved is None:
        return []
    found = behind(group, look.nodes, group.resolved, group.read_at, look.max_age)
    return sorted(one.id for one, _why in found)


def _in_standby(look: Look) -> list[str]:
    """Return the outdated instances in standby that no run has left or keeps."""
    group = look.group
    if group.resolved is None:
        return []
    aside = [one for one in group.instances if one.in_standby]
    return sorted(
        one.id
        for one in aside
        if not (one.ending or one.kept or one.id in look.left_outdated)
        and outdated(one, look.nodes.get(one.id), group.resolved, group.read_at, look.max_age)
    )
