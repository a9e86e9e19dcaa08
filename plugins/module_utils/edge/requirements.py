# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Python and ansible-core have to be.

This file has to be readable by Python 3.8, which is the oldest that Ansible still manages.
"""

from __future__ import annotations

import re
from typing import Any

PYTHON, ANSIBLE = (3, 11), (2, 19)


def shortfall(python: tuple[Any, ...], ansible: str) -> str:
    """Return what is too old, in one line, or "".

    `python` is sys.version_info, `ansible` the version of ansible-core as text.
    """
    if tuple(python[:2]) < PYTHON:
        return (
            f"nodeops.rotator requires Python {_text(PYTHON)} or newer, and this is"
            f" {_text(python[:2])}. Set ansible_python_interpreter to such a Python"
        )
    if tuple(int(part) for part in re.findall(r"\d+", ansible)[:2]) < ANSIBLE:
        return (
            f"nodeops.rotator requires ansible-core {_text(ANSIBLE)} or newer, and this is"
            f" {ansible}. Install a newer one"
        )
    return ""


def _text(version: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in version)
