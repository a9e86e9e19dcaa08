# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse in one line to load a plugin with an old Python or ansible-core.

Only SystemExit ends the command: Ansible turns every exception of an inventory plugin into a
warning, and ends with status 0.
"""

from __future__ import annotations

import sys

from ansible.release import __version__
from ansible.utils.display import Display

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.requirements import shortfall

if _PROBLEM := shortfall(sys.version_info, __version__):
    Display().error(_PROBLEM, wrap_text=False)
    raise SystemExit(2)
