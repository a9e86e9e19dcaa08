# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a table of the node groups that were rotated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible.utils.display import Display

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.summary import (
    row,
    summarize,
    table,
    totals,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.controller import (
    ControllerAction,
    Values,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.narrator import may_show, screen


class ActionModule(ControllerAction):
    """Does all of the work of the module of the same name, on the control node."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "hosts": {"type": "list", "elements": "str"},
        "plan": {"type": "bool"},
    }

    def act(self, options: Values, variables: Values) -> Values:
        """Show the table and return its content."""
        plan = self._task.check_mode if options["plan"] is None else options["plan"]
        hosts = options["hosts"] or variables["ansible_play_hosts_all"]
        found = [summarize(host, variables["hostvars"][host], plan) for host in hosts]
        known = [summary for summary in found if summary is not None]
        rows, last = [row(summary) for summary in known], totals(known, plan)
        lines = [*table(rows), "", last]
        if known and may_show(variables):
            fitted = table(rows, screen(0).width)
            Display().display("\n".join(["", *fitted, "", last, ""]))
        return {"node_groups": known, "table": lines if known else []}
