# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run node_drain and show each eviction as it happens."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.plugin_utils.forked import main_of
from ansible_collections.nodeops.rotator.plugins.plugin_utils.live import LiveAction


class ActionModule(LiveAction):
    """Runs the module of the same name, see LiveAction."""

    main = main_of("node_drain")
