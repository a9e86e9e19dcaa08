# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Format progress for an operator: one line for each event.

The columns are always the same: node group, progress, node, phase, text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import duration

GAP = "  "
PROGRESS_WIDTH, SUBJECT_WIDTH, PHASE_WIDTH = 5, 19, 10
"""SUBJECT_WIDTH is the length of an instance id."""
CLOSING: Literal["closing"] = "closing"
EARLIER: Literal["earlier"] = "earlier"
"""Phases of events whose texts are whole lines, see core.report.closing."""


def short(subject: str) -> str:
    """Return a node's name, a private DNS name of EC2 without its domain."""
    return subject.split(".", 1)[0] if subject.startswith("ip-") else subject


def line(group: str, event: Mapping[str, Any]) -> str:
    """Return an event (core.events.Event as a mapping) as a line.

    For example `blue  4/12  ip-10-0-1-7  drained  14 pods, 31 s`. `group` may be padded; "" leaves
    its column out. A subject that is the node group itself is left blank. A text that is a whole
    line stays as it is.
    """
    if event.get("phase") in (CLOSING, EARLIER):
        return str(event.get("text") or "").rstrip()
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
    """Return the line shown when nothing has happened for a while.

    `seconds`: since the module began. `last`: the last event, None if there was none.
    """
    told = " ".join(line("", last).split()) if last else "no event yet"
    columns = [
        group,
        "".rjust(PROGRESS_WIDTH),
        "".ljust(SUBJECT_WIDTH),
        "waiting".ljust(PHASE_WIDTH),
    ]
    return GAP.join(
        [*(columns if group else columns[1:]), f"running for {duration(seconds)}; last: {told}"]
    )
