# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare answers that hold a stream by its content."""

from __future__ import annotations

from typing import Any


def read(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with the content of its stream, if it has one."""
    return {**answer, "Body": answer["Body"].read()} if "Body" in answer else answer
