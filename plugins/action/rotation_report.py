# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the reports of rotations on the control node."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.report import write_reports
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import (
    TEMPLATE_FOLDER,
    whole_path,
)


class ActionModule(ActionBase):
    """Does all of the work of the module of the same name."""

    _supports_check_mode = True
    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Write the reports and return their paths."""
        result = super().run(tmp, task_vars)
        _checked, options = self.validate_argument_spec(
            {
                "report_dir": {"type": "str", "required": True},
                "templates": {"type": "str", "default": TEMPLATE_FOLDER},
            }
        )
        if self._task.check_mode:
            return {**result, "changed": False, "skipped": True, "files": []}
        directory, templates = (whole_path(options[name]) for name in ("report_dir", "templates"))
        try:
            files = write_reports(directory, templates)
        except (OSError, RotatorError) as error:
            return {**result, "failed": True, "msg": f"No report was written: {error}"}
        return {**result, "changed": False, "files": files}
