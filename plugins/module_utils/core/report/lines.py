# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Format progress for an operator: one line for each event.

The columns are always the same: clock, elapsed time, node group, progress, node, phase, text.
"""

from __future__ import annotations

import dataclasses
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import duration

CLOSING: Literal["closing"] = "closing"
EARLIER: Literal["earlier"] = "earlier"
WAY_BACK: Literal["way_back"] = "way_back"
"""Phases of events whose texts are whole lines, see core.report.closing and
core.control_plane.way_back."""
CLOCK_WIDTH, ELAPSED_WIDTH, PROGRESS_WIDTH, PHASE_WIDTH = 8, 7, 5, 10
NODE_WIDTH = 19
"""The length of an instance id."""
NARROW = 100
"""Terminals with fewer columns get shorter names and one blank between columns."""
NARROW_GROUP, NARROW_NODE = 12, 13
TEXT_WIDTH = 30
"""Columns that the name of a node group leaves to the text on a wide terminal."""
GAP = "  "
GLUE = "\N{NO-BREAK SPACE}"
_TOGETHER = re.compile(r"\b(\d+) (?=(?:h|min|s|d|pods?|nodes?|days?)\b)")
"""A number and its unit, which stay on one line."""


def no_clock(_at: float) -> str:
    """Return no time of day."""
    return ""


@dataclasses.dataclass(frozen=True)
class Screen:
    """What lines are fitted to.

    `width`: columns of the terminal; 0 for a log, whose lines are never cut. `group`: length of the
    longest name of a node group; 0 leaves that column out. `clock`: seconds since the epoch as the
    time of day (HH:MM:SS). `began`: when Ansible began, in seconds since the epoch; 0 counts the
    elapsed time from the beginning of each module.
    """

    width: int = 0
    group: int = 0
    clock: Callable[[float], str] = no_clock
    began: float = 0.0

    @property
    def narrow(self) -> bool:
        """Return whether names have to be shortened."""
        return 0 < self.width < NARROW

    @property
    def widths(self) -> tuple[int, int]:
        """Return the widths of the columns of the node group and of the node."""
        if self.narrow:
            return min(self.group, NARROW_GROUP), NARROW_NODE
        if not self.width:
            return self.group, NODE_WIDTH
        others = (CLOCK_WIDTH, ELAPSED_WIDTH, PROGRESS_WIDTH, NODE_WIDTH, PHASE_WIDTH)
        room = self.width - sum(others) - len(GAP) * (len(others) + 1) - TEXT_WIDTH
        return min(self.group, max(room, NARROW_GROUP)), NODE_WIDTH


PLAIN = Screen()


def node_name(subject: str) -> str:
    """Return a node's name, a private DNS name of EC2 without its domain."""
    return subject.split(".", 1)[0] if subject.startswith("ip-") else subject


def shortened(name: str, width: int) -> str:
    """Return a name of at most `width` characters.

    A "…" stands for what was left out of its middle: whole words, which end at - . _ and /. A name
    of one word is cut in its middle.
    """
    if len(name) <= width:
        return name
    words = re.findall(r"[^-._/]*[-._/]?", name)[:-1]
    for kept in range(len(words) - 1, 1, -1):
        head, tail = words[: (kept + 1) // 2], words[len(words) - kept // 2 :]
        text = f"{''.join(head)}…{''.join(tail)}"
        if len(text) <= width:
            return text
    head_length = width // 2
    return f"{name[:head_length]}…{name[len(name) - (width - head_length - 1) :]}"


def elapsed(seconds: float) -> str:
    """Return a time span in the form of a clock: 0:07, 12:05, 1:02:33."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def line(group: str, event: Mapping[str, Any], screen: Screen = PLAIN) -> str:
    """Return an event as a line: a record of the progress file (see edge.progress).

    For example `12:04:31    1:07  blue  4/12  ip-10-0-1-7  drained  14 pods, 31 s`. A subject that
    is the node group itself is left blank. A text that is a whole line stays as it is. On a
    terminal a long text goes on in lines below, indented.
    """
    if event.get("phase") in (CLOSING, EARLIER, WAY_BACK):
        return str(event.get("text") or "").rstrip()
    subject = node_name(str(event.get("subject") or ""))
    text = " ".join([str(event.get("text") or ""), _times(event, screen.clock)])
    return _columns(
        screen,
        _stamps(event, screen),
        group,
        str(event.get("progress") or ""),
        "" if subject == group else subject,
        str(event.get("phase") or ""),
        " ".join(text.split()),
    )


def _stamps(event: Mapping[str, Any], screen: Screen) -> tuple[str, str]:
    """Return the time of day and the elapsed time, "" where they are not known."""
    at, seconds = event.get("at"), event.get("seconds")
    if at is not None and screen.began:
        seconds = at - screen.began
    return (
        screen.clock(at) if at is not None else "",
        elapsed(seconds) if seconds is not None else "",
    )


def _times(event: Mapping[str, Any], clock: Callable[[float], str]) -> str:
    """Return since when something lasts and when it is given up, as words.

    Of a launch that is no news: the boot is told when it is over.
    """
    if "at" not in event or "seconds" not in event or event.get("phase") == "launched":
        return ""
    began = event["at"] - event["seconds"]
    words = [
        f"{word} {clock(began + event[name])}"
        for name, word in (("since", "since"), ("until", "gives up at"))
        if event.get(name) is not None
    ]
    return "; ".join(words)


def _columns(
    screen: Screen,
    stamps: tuple[str, str],
    group: str,
    progress: str,
    node: str,
    phase: str,
    text: str,
) -> str:
    wide_group, wide_node = screen.widths
    gap = " " if screen.narrow else GAP
    columns = [
        stamps[0].ljust(CLOCK_WIDTH) if screen.clock is not no_clock else "",
        stamps[1].rjust(ELAPSED_WIDTH),
        shortened(group, wide_group).ljust(wide_group) if wide_group else "",
        progress.rjust(PROGRESS_WIDTH),
        (shortened(node, wide_node) if screen.narrow else node).ljust(wide_node),
        phase.ljust(PHASE_WIDTH),
    ]
    head = gap.join(column for column in columns if column) + gap
    if not screen.width:
        return (head + text).rstrip()
    indent = " " * (len(head) - PHASE_WIDTH - wide_node - 2 * len(gap))
    if screen.narrow and " " not in text:
        text = shortened(text, max(screen.width - len(head), NARROW_NODE))
    return "\n".join(wrapped(head, text, indent, screen.width)).rstrip()


def wrapped(head: str, text: str, indent: str, width: int) -> list[str]:
    """Return a text in lines that fit, the first one after `head`.

    Neither words nor a number and its unit are broken.
    """
    lines = textwrap.wrap(
        _TOGETHER.sub(f"\\1{GLUE}", text),
        width,
        initial_indent=head,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
    return [line.replace(GLUE, " ") for line in lines] or [head]


def reminder(
    group: str,
    seconds: float,
    last: Mapping[str, Any] | None,
    at: float = 0.0,
    end: float | None = None,
    clock: Callable[[float], str] = no_clock,
) -> dict[str, Any]:
    """Return what is told when nothing has happened for a while, as an event.

    `seconds`: since the module began. `last`: the last event, None if there was none. `at`: now, in
    seconds since the epoch. `end`: when the last node is expected to be replaced, likewise; None if
    that is not known. `clock`: as of Screen.
    """
    told = "nothing yet"
    if last:
        node, text = node_name(str(last.get("subject") or "")), str(last.get("text") or "")
        known = node == group or node in text.split()
        words = ["" if known else node, str(last.get("phase") or ""), text]
        told = " ".join(" ".join(words).split())
    ends = f"; all nodes done at about {clock(end)[:5]}" if end is not None else ""
    return {
        "at": at,
        "seconds": seconds,
        "progress": (last or {}).get("progress", ""),
        "subject": group,
        "phase": "waiting",
        "text": f"for {duration(_since(last, seconds))}{ends}; last: {told}",
    }


def _since(last: Mapping[str, Any] | None, seconds: float) -> float:
    return max(seconds - float((last or {}).get("seconds") or 0.0), 0.0)
