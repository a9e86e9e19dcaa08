# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs asg_node_replace and shows each step of the rotation as it happens."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.plugin_utils.live import LiveAction


class ActionModule(LiveAction):
    """The module of the same name does the work; see LiveAction."""
