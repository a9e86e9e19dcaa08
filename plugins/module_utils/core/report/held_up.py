# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Know from the events of a rotation for how long something is held up."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

HOLDS = frozenset(("blocked", "waiting"))
"""Phases of events that say that something is held up."""
MOVES = frozenset(("evicted", "deleted"))
"""Phases of events that say that a drain moves on, though pods may still be held back."""
NO_NEWS = frozenset(("warning", "lock"))
"""Phases of events that say nothing about whether something is held up."""


@dataclasses.dataclass(frozen=True)
class Hold:
    """What holds a node, or the whole node group, up.

    `since`: when it began or last moved, in seconds since the epoch. `until`: when it is given up,
    likewise, None if that is not known. `of_group`: it holds every further replacement up.
    """

    subject: str
    text: str
    since: float
    until: float | None = None
    of_group: bool = False


Holds = Mapping[str, Hold]
"""By the subject of the events: a node, or the node group."""
NOTHING: Holds = MappingProxyType({})


def after(holds: Holds, event: Mapping[str, Any]) -> Holds:
    """Return what is held up after an event.

    `event`: a record of the progress file (see edge.progress).

    A further event about what is held up already renews the reason, not the time. An eviction
    renews the time: a queue that moves is not held up. Any other event about a node ends its hold,
    and a node that is cordoned shows that nothing holds the node group up any more.
    """
    subject, phase = str(event.get("subject") or ""), event["phase"]
    if phase in NO_NEWS:
        return holds
    known = holds.get(subject)
    if phase in HOLDS:
        found = _hold(event)
        since = found.since if known is None else min(known.since, found.since)
        return {**holds, subject: dataclasses.replace(found, since=since)}
    if phase in MOVES:
        moved = {subject: dataclasses.replace(known, since=_at(event))} if known else {}
        return {**holds, **moved}
    ends_all = phase == "cordoned"
    return {
        name: hold
        for name, hold in holds.items()
        if name != subject and not (ends_all and hold.of_group)
    }


def too_long(holds: Holds, limit: float, now: float) -> list[Hold]:
    """Return what is held up for longer than a limit in seconds, the longest first.

    `now`: in seconds since the epoch.
    """
    found = [hold for hold in holds.values() if now - hold.since > limit]
    return sorted(found, key=lambda hold: hold.since)


def _hold(event: Mapping[str, Any]) -> Hold:
    until = event.get("until")
    return Hold(
        subject=str(event.get("subject") or ""),
        text=str(event.get("text") or ""),
        since=_began(event) + event["since"] if event.get("since") is not None else _at(event),
        until=None if until is None else _began(event) + until,
        of_group=not event.get("instance_id"),
    )


def _at(event: Mapping[str, Any]) -> float:
    return float(event.get("at") or 0.0)


def _began(event: Mapping[str, Any]) -> float:
    """Return when the first event of the module was, in seconds since the epoch."""
    return _at(event) - float(event.get("seconds") or 0.0)
