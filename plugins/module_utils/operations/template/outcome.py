# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record what an update of a node group's launch source did, or would do."""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Source,
    Use,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.configurations import (
    ConfigurationPlan,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import (
    Plan,
)


@dataclasses.dataclass(frozen=True)
class Part:
    """One template of the node group, its plan and the versions to delete."""

    use: Use
    name: str
    plan: Plan
    prune: tuple[int, ...] = ()

    @property
    def changed(self) -> bool:
        """Return whether anything of it changes."""
        return self.plan.changed or bool(self.prune)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What was done to launch templates, or in check mode would be.

    `verified`: EC2 confirmed a launch; None: it was not asked. `groups`: the Auto Scaling groups of
    the region, as they were read before anything was written; None if they were not.
    """

    source: Source
    parts: tuple[Part, ...]
    warnings: tuple[str, ...] = ()
    verified: bool | None = None
    groups: tuple[DescribedGroup, ...] | None = None

    @property
    def changed(self) -> bool:
        """Return whether anything changes."""
        return any(part.changed for part in self.parts)


@dataclasses.dataclass(frozen=True)
class ConfigurationOutcome:
    """What was done to a launch configuration, or in check mode would be."""

    source: Source
    plan: ConfigurationPlan
    prune: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    verified: bool | None = None

    @property
    def changed(self) -> bool:
        """Return whether anything changes."""
        return self.plan.changed or bool(self.prune)
