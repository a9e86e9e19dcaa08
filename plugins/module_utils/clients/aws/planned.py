# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a group as it will be after a planned update of its launch template."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import REFRESH_AGE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.planned import (
    planned_target,
)


class PlannedAutoScaling(AutoScaling):
    """AutoScaling for check mode, in which the update has not been made."""

    def __init__(self, aws: Aws, update: Mapping[str, Any]) -> None:
        """`update`: see core.rotation.planned."""
        super().__init__(aws)
        self._update = update

    def read_group(
        self,
        name: str,
        also: tuple[str, ...] = (),
        max_age: float = 0.0,
        refresh_age: float = REFRESH_AGE,
        targets: bool = True,
    ) -> Group:
        """Return the group with the target that is planned, see AutoScaling.read_group."""
        group = super().read_group(name, also, max_age, refresh_age, targets)
        if group.resolved is None:
            return group
        return dataclasses.replace(group, resolved=planned_target(group.resolved, self._update))
