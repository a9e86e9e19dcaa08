# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep what kops_instance_group_image has done so far, however it ends."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.handover import unfinished_of
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result


@dataclasses.dataclass
class SetSoFar:
    """What was done so far, also where it ends with an error."""

    rows: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    diff: list[str] = dataclasses.field(default_factory=list)
    warnings: list[str] = dataclasses.field(default_factory=list)
    changed: bool = False

    def result(self, dry: bool, error: RotatorError | None = None) -> Result:
        """Return it as the module reports it."""
        if error is not None:
            status = "failed" if self.changed else "refused"
        else:
            status = "unchanged" if not self.changed else "planned" if dry else "complete"
        values = {"status": status, "instance_groups": self.rows, **unfinished_of(error)}
        diff = {"before": "", "after": "".join(self.diff)} if self.diff else None
        return Result(values, self.changed, diff, tuple(self.warnings), error)
