# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the targets of one target group, and keep what reads have shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import ClassVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    TargetHealth,
    Targets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports


@dataclasses.dataclass(frozen=True)
class ReadTargets:
    """Read the targets of a target group with their health. Returns Targets."""

    target_group: str
    service: ClassVar[str] = "aws"

    def apply(self, ports: Ports) -> Targets:
        """Send the request."""
        return ports.cloud.read_targets(self.target_group)


def with_targets(group: Group, target_group: str, found: Iterable[TargetHealth]) -> Group:
    """Return the group with these targets in place of those of one target group."""
    others = (target for target in group.targets if target.group != target_group)
    return dataclasses.replace(group, targets=(*others, *found))


def with_targets_of(group: Group, known: Group | None) -> Group:
    """Return a group that was read without its targets with those that are known.

    Those of target groups that are no longer attached are not among them.
    """
    before = known.targets if known is not None else ()
    kept = tuple(target for target in before if target.group in group.target_groups)
    return dataclasses.replace(group, targets=kept)


def draining(
    group: Group, target_group: str, targets: Iterable[tuple[str, int]]
) -> tuple[TargetHealth, ...]:
    """Return the targets of the group after these (ID, port) were deregistered."""
    gone = set(targets)
    return tuple(
        dataclasses.replace(target, state="draining")
        if target.group == target_group and (target.id, target.port) in gone
        else target
        for target in group.targets
    )
