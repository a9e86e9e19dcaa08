# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold a rotation to its plan, on the control node."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.departures import (
    departures,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import whole_path
from ansible_collections.nodeops.rotator.plugins.plugin_utils.signed import options_of

SPEC: Mapping[str, Any] = {
    "file": {"type": "str"},
    "plan": {"type": "dict"},
    "info": {"type": "dict", "required": True},
    "image_id": {"type": "str", "default": ""},
}
PLAN_AGAIN = "Make a new plan with the playbook plan"


class ActionModule(ActionBase):
    """Does all of the work of the module of the same name."""

    _supports_check_mode = True
    _requires_connection = False

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Fail if the node group is not as it was planned."""
        result = super().run(tmp, task_vars)
        known = task_vars or {}
        _checked, options = self.validate_argument_spec(SPEC)
        name = known["inventory_hostname"]
        try:
            plan = _read(options)
            now = options_of(known["hostvars"][name])
            found = departures(plan, name, options["info"], options["image_id"], now)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            found = (f"it cannot be read: {error!r}",)
        if found:
            said = f"The rotation is not what was planned: {'; '.join(found)}. {PLAN_AGAIN}"
            return {**result, "failed": True, "msg": said, "departures": list(found)}
        return {**result, "changed": False, "departures": []}


def _read(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the plan: the data, or what the file holds."""
    if options["plan"]:
        return options["plan"]  # type: ignore[no-any-return]
    if not options["file"]:
        raise ValueError("no plan is given")
    path = Path(whole_path(options["file"]))
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
