# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run asg_node_replace and show each step of the rotation as it happens."""

from __future__ import annotations

import sys
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.progress import AGAIN
from ansible_collections.nodeops.rotator.plugins.plugin_utils.again import again
from ansible_collections.nodeops.rotator.plugins.plugin_utils.forked import main_of
from ansible_collections.nodeops.rotator.plugins.plugin_utils.live import LiveAction


class ActionModule(LiveAction):
    """Runs the module of the same name, see LiveAction.

    The module gets to know what to type to resume it when it is interrupted.
    """

    main = main_of("asg_node_replace")

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """See LiveAction."""
        self._set_environment(AGAIN, again(sys.argv, task_vars or {}))
        return super().run(tmp, task_vars)
