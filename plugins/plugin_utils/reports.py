# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know where reports and their templates are."""

from __future__ import annotations

import os
from pathlib import Path

TEMPLATE_FOLDER = str(Path(__file__).parents[2] / "roles" / "report" / "templates")
"""They belong to the role report."""


def wrong_directory(path: str) -> str:
    """Return why no reports can be kept in a directory, "" if they can.

    Nothing is made there: a directory that does not exist is judged by the first one above it that
    does.
    """
    if not path:
        return ""
    whole = Path(whole_path(path))
    there = next(one for one in (whole, *whole.parents) if one.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return ""
    why = "may not be written" if there.is_dir() else "is no directory"
    return (
        f"rotation_report_dir is {path!r}, but {there} {why}. Name a directory of the control node"
        " that may be written"
    )


def whole_path(path: str) -> str:
    """Return a path of the control node as an absolute one.

    A relative one is meant from where Ansible was started. Modules run in the folder of the
    playbook, which may be that of an installed collection.
    """
    return os.path.abspath(os.path.expanduser(path))
