# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse in one line to run a module with an old Python or ansible-core.

Modules import this first. What they import next would fail by a missing module or name.
"""

from __future__ import annotations

import json
import sys

from ansible.module_utils.ansible_release import __version__

from ansible_collections.nodeops.rotator.plugins.module_utils.edge.requirements import shortfall

if _PROBLEM := shortfall(sys.version_info, __version__):
    sys.stdout.write(json.dumps({"failed": True, "msg": _PROBLEM}) + "\n")
    raise SystemExit(1)
