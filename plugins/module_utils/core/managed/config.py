# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How EKS updates a node group: how many nodes at one time, and in which order.

Source: EKS API reference, NodegroupUpdateConfig.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX

Strategy = Literal["default", "minimal"]
"""Whether new nodes are launched before old ones end, or after."""
CONFIG_TAG = PREFIX + "update-config"
"""Tag of a node group: what its update config was before we changed it."""
MOST_AT_ONCE = 100
"""Nodes that EKS updates at one time at most."""
_TEXT = re.compile(r"max-unavailable(-percentage)?=(\d+) strategy=([A-Z]+)")
_BOTH = " then "


@dataclasses.dataclass(frozen=True)
class UpdateConfig:
    """How many nodes, or percent of them, may be unavailable in an update."""

    max_unavailable: int = 1
    percent: bool = False
    strategy: str = "DEFAULT"

    @property
    def params(self) -> dict[str, Any]:
        """Return it as UpdateNodegroupConfig takes it."""
        name = "maxUnavailablePercentage" if self.percent else "maxUnavailable"
        return {name: self.max_unavailable, "updateStrategy": self.strategy}

    @property
    def text(self) -> str:
        """Return it as a tag's value, and for people."""
        name = "max-unavailable-percentage" if self.percent else "max-unavailable"
        return f"{name}={self.max_unavailable} strategy={self.strategy}"

    def at_once(self, size: int) -> int:
        """Return how many nodes of a group of this size are updated at one time.

        Source: EKS API reference, NodegroupUpdateConfig: a percentage is up to 100 nodes.
        """
        if not self.percent:
            return self.max_unavailable
        return min(MOST_AT_ONCE, max(1, math.floor(size * self.max_unavailable / 100)))

    def surge(self, size: int, zones: int) -> int:
        """Return by how many instances EKS enlarges the group for an update.

        Source: EKS user guide, "Understand each phase of node updates": twice the zones or max
        unavailable, whichever is more, and none by strategy MINIMAL.
        """
        return 0 if self.strategy == "MINIMAL" else max(2 * zones, self.at_once(size))


def read_config(shown: Mapping[str, Any]) -> UpdateConfig:
    """Return an updateConfig as shown; what it lacks is EKS's default."""
    strategy = shown.get("updateStrategy") or "DEFAULT"
    if percent := shown.get("maxUnavailablePercentage"):
        return UpdateConfig(int(percent), True, strategy)
    return UpdateConfig(int(shown.get("maxUnavailable") or 1), False, strategy)


def config_tag(before: UpdateConfig, after: UpdateConfig) -> str:
    """Return the value of the tag: what was found, and what we set instead."""
    return before.text + _BOTH + after.text


def read_config_tag(text: str) -> tuple[UpdateConfig, UpdateConfig] | None:
    """Return what was found and what was set, None if the tag is not as we write it."""
    parts = [_TEXT.fullmatch(part) for part in text.split(_BOTH)]
    made = [UpdateConfig(int(one[2]), bool(one[1]), one[3]) for one in parts if one is not None]
    return (made[0], made[1]) if len(parts) == len(made) == 2 else None


def wanted_config(
    found: UpdateConfig, number: int | None, percentage: int | None, strategy: str | None
) -> UpdateConfig:
    """Return the config with what is asked for; None leaves it as it is."""
    made = dataclasses.replace(found, strategy=strategy.upper() if strategy else found.strategy)
    if number is not None:
        return dataclasses.replace(made, max_unavailable=number, percent=False)
    if percentage is not None:
        return dataclasses.replace(made, max_unavailable=percentage, percent=True)
    return made
