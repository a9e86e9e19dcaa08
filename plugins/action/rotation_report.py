# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the reports of rotations on the control node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.report import write_reports
from ansible_collections.nodeops.rotator.plugins.plugin_utils.controller import (
    ControllerAction,
    Values,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import (
    TEMPLATE_FOLDER,
    whole_path,
)


class ActionModule(ControllerAction):
    """Does all of the work of the module of the same name."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "report_dir": {"type": "str", "required": True},
        "templates": {"type": "str", "default": TEMPLATE_FOLDER},
    }

    def act(self, options: Values, variables: Values) -> Values:
        """Write the reports and return their paths."""
        if self._task.check_mode:
            return {"skipped": True, "files": []}
        directory, templates = (whole_path(options[name]) for name in ("report_dir", "templates"))
        try:
            files = write_reports(directory, templates)
        except (OSError, RotatorError) as error:
            raise InputError(f"No report was written: {error}") from error
        return {"files": files}
