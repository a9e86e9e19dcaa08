# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold a rotation to its plan, on the control node."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.departures import (
    departures,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.controller import (
    ControllerAction,
    Values,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import whole_path
from ansible_collections.nodeops.rotator.plugins.plugin_utils.signed import options_of

PLAN_AGAIN = "Make a new plan with the playbook plan"


class ActionModule(ControllerAction):
    """Does all of the work of the module of the same name."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "file": {"type": "str"},
        "plan": {"type": "dict"},
        "info": {"type": "dict", "required": True},
        "image_id": {"type": "str", "default": ""},
    }

    def act(self, options: Values, variables: Values) -> Values:
        """Fail if the node group is not as it was planned."""
        name = variables["inventory_hostname"]
        try:
            plan = _read(options)
            now = options_of(variables["hostvars"][name])
            found = departures(plan, name, options["info"], options["image_id"], now)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            found = (f"it cannot be read: {error!r}",)
        if found:
            said = f"The rotation is not what was planned: {'; '.join(found)}. {PLAN_AGAIN}"
            return {"failed": True, "msg": said, "departures": list(found)}
        return {"departures": []}


def _read(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the plan: the data, or what the file holds."""
    if options["plan"]:
        return options["plan"]  # type: ignore[no-any-return]
    if not options["file"]:
        raise ValueError("no plan is given")
    path = Path(whole_path(options["file"]))
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
