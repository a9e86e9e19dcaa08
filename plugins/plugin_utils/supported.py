# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse in one line to load a plugin that lacks what it needs.

That is a new enough Python and ansible-core, and the collection amazon.aws, whose base class is
handed on. Only SystemExit ends the command: Ansible turns every exception of an inventory plugin
into a warning, and ends with status 0.
"""

from __future__ import annotations

import sys

from ansible.release import __version__
from ansible.utils.display import Display

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.requirements import shortfall

_problem = shortfall(sys.version_info, __version__)
if not _problem:
    try:
        from ansible_collections.amazon.aws.plugins.plugin_utils.inventory import AWSInventoryBase
    except ImportError as error:
        _problem = (
            f"nodeops.rotator requires the collection amazon.aws, which cannot be loaded: {error}."
            " Install it: ansible-galaxy collection install amazon.aws"
        )
if _problem:
    Display().error(_problem, wrap_text=False)
    raise SystemExit(2)

__all__ = ["AWSInventoryBase"]
