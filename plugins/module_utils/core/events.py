# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what happens while work goes on: one line for each change."""

from __future__ import annotations

import dataclasses
from typing import Literal

EventPhase = Literal[
    "balancer",
    "blocked",
    "canary",
    "closing",
    "cluster",
    "cordoned",
    "dead",
    "deleted",
    "done",
    "drained",
    "draining",
    "earlier",
    "evicted",
    "failed",
    "kept",
    "launched",
    "left",
    "lock",
    "ready",
    "resized",
    "restored",
    "settle",
    "skipped",
    "start",
    "surge",
    "template",
    "terminated",
    "undone",
    "uncordoned",
    "volumes",
    "waiting",
    "warning",
    "way_back",
]
"""What an event tells, as the column of that name shows it."""


@dataclasses.dataclass(frozen=True)
class About:
    """An instance that an event is about.

    `leaves`: whether it is one that is to be replaced. All are None where it is about no instance.
    """

    instance_id: str | None = None
    zone: str | None = None
    leaves: bool | None = None


NOBODY = About()


@dataclasses.dataclass(frozen=True)
class Event:
    """One change, for people.

    `subject` is the node, pod or group it is about, `text` the rest of the line. `progress` is
    "4/12" where it is known. `since` and `until` are moments of the engine's clock, None if they
    mean nothing: since when something has lasted, and when it will be given up.
    """

    phase: EventPhase
    subject: str
    text: str = ""
    progress: str = ""
    since: float | None = None
    until: float | None = None
    about: About = NOBODY
