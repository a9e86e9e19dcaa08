# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Note which rights our own code makes use of.

Many processes append to one file, a line for each right, which a test run holds against the rights
that the collection ships (tools/rights.py).
"""

from __future__ import annotations

import os

VARIABLE = "NODEOPS_ROTATOR_USED"
"""Environment variable that names the file. Without it nothing is noted."""
_noted: set[str] = set()


def note(right: str) -> None:
    """Append a right to the file, once in each process."""
    path = os.environ.get(VARIABLE)
    if path is None or right in _noted:
        return
    _noted.add(right)
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{right}\n")


def note_action(action: str) -> None:
    """Note an IAM action, such as "ec2:DescribeImages"."""
    note(f"aws {action}")


def note_request(group: str, resource: str, verb: str) -> None:
    """Note what a request to the cluster asked for.

    `group`: "" for the core API group.
    """
    note(f"kubernetes {resource}.{group} {verb}".replace(". ", " "))
