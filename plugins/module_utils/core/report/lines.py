# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator reads while work goes on: a line for each event. Private: may change in any
release.

One line per change, the same columns each time: node group, progress, node, phase, the rest. No
JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GAP = "  "
PROGRESS_WIDTH, SUBJECT_WIDTH, PHASE_WIDTH = 5, 19, 10
"""A subject is at its longest an instance id."""


def short(subject: str) -> str:
    """A node's name as people say it: EC2's private DNS name without its domain; anything else as
    it is."""
    return subject.split(".", 1)[0] if subject.startswith("ip-") else subject


def line(group: str, event: Mapping[str, Any]) -> str:
    """One event (core.events.Event as a mapping) as a line: `blue  4/12  ip-10-0-1-7  drained  14
    pods, 31 s`. `group` may be padded; it is left out where it is empty, and so is a subject that
    is the node group itself."""
    subject = short(str(event.get("subject") or ""))
    columns = [
        group,
        str(event.get("progress") or "").rjust(PROGRESS_WIDTH),
        ("" if subject == group.strip() else subject).ljust(SUBJECT_WIDTH),
        str(event.get("phase") or "").ljust(PHASE_WIDTH),
        " ".join(str(event.get("text") or "").split()),
    ]
    return GAP.join(columns if group else columns[1:]).rstrip()


def reminder(group: str, seconds: float, last: Mapping[str, Any] | None) -> str:
    """The line that says "still at work" when nothing happened for a while; `seconds` since the
    module began."""
    told = " ".join(line("", last).split()) if last else "nothing to tell yet"
    columns = [
        group,
        "".rjust(PROGRESS_WIDTH),
        "".ljust(SUBJECT_WIDTH),
        "waiting".ljust(PHASE_WIDTH),
    ]
    return GAP.join(
        [*(columns if group else columns[1:]), f"at work for {duration(seconds)}; last: {told}"]
    )


def duration(seconds: float) -> str:
    """Seconds as people say them: 31 s, 4 min 5 s, 1 h 2 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def counted(number: int, thing: str) -> str:
    """A number and its noun: 1 node, 4 nodes."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
