# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run cluster_health_info without packing it, if it may."""

from __future__ import annotations

from ansible.plugins.action.normal import ActionModule as Usual

from ansible_collections.nodeops.rotator.plugins.plugin_utils.forked import ForkedModule, main_of


class ActionModule(ForkedModule, Usual):
    """Runs the module of the same name, see ForkedModule."""

    main = main_of("cluster_health_info")
