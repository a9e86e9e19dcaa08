# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know where reports and their templates are."""

from __future__ import annotations

import os
from pathlib import Path

TEMPLATE_FOLDER = str(Path(__file__).parents[2] / "roles" / "report" / "templates")
"""They belong to the role report."""


def whole_path(path: str) -> str:
    """Return a path of the control node as an absolute one.

    A relative one is meant from where Ansible was started. Modules run in the folder of the
    playbook, which may be that of an installed collection.
    """
    started = os.environ.get("PWD") or os.getcwd()
    return os.path.normpath(os.path.join(started, os.path.expanduser(path)))
