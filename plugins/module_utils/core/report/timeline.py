# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the life of each node from the events of a rotation."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import node_name

Record = Mapping[str, Any]
BEGINS: Mapping[str, str] = {
    "launched": "booting",
    "ready": "ready",
    "cordoned": "cordoned",
    "draining": "draining",
    "blocked": "blocked",
    "evicted": "draining",
    "deleted": "draining",
    "volumes": "volumes",
    "drained": "ending",
    "uncordoned": "ready",
    "restored": "ready",
}
"""The stage that a node is in after an event of this phase."""
TAKING = "taking"
STANDINGS: Mapping[str, str] = {
    "launched": "booting",
    "ready": TAKING,
    "cordoned": "cordoned",
    "uncordoned": TAKING,
    "restored": TAKING,
    "terminated": "gone",
}
"""What an instance is to its cluster after an event of this phase: TAKING if it takes pods."""
CANARY_PHASE, SOAK_STAGE = "canary", "soak"
"""The phase of events about the canary, and the stage of a node group that watches it."""
FAILURES = frozenset(("failed", "settle"))
"""Phases that end the watching of the canary before it has passed."""
RESTING = frozenset(("ready",))
"""Stages in which nothing is awaited. They are no spans."""
OUTCOMES: Mapping[str, str] = {"terminated": "replaced", "failed": "failed", "kept": "kept"}
"""The outcome of a node after an event of this phase."""


@dataclasses.dataclass(frozen=True)
class Span:
    """A stage in a node's life. Moments are in seconds since the epoch."""

    stage: str
    began: float
    ended: float
    text: str = ""


@dataclasses.dataclass(frozen=True)
class NodeLife:
    """What happened to one instance and its node.

    `leaves`: whether it was to be replaced; otherwise it is a replacement node. `outcome`:
    "replaced", "failed", "kept", "ready" for a replacement node that takes pods, "surplus" for one
    that was ended to restore the size, else "open". `failed_at`: when it failed, None if it did
    not.
    """

    name: str
    instance_id: str
    zone: str
    leaves: bool
    outcome: str
    reason: str
    evicted: int
    spans: tuple[Span, ...]
    failed_at: float | None = None

    @property
    def blocked_seconds(self) -> float:
        """Return for how long its drain was blocked."""
        return sum(span.ended - span.began for span in self.spans if span.stage == "blocked")


def lives(records: Iterable[Record], until: float) -> list[NodeLife]:
    """Return the lives of all nodes in the order of their first event.

    `records`: events with the fields of the event log. `until`: when the last thing was heard; a
    stage that has not ended ends then.
    """
    by_instance: dict[str, list[Record]] = {}
    for record in records:
        if record.get("instance_id"):
            by_instance.setdefault(record["instance_id"], []).append(record)
    return [_life(instance, events, until) for instance, events in by_instance.items()]


def _life(instance: str, events: Sequence[Record], until: float) -> NodeLife:
    named = [event["subject"] for event in events if event.get("subject") != instance]
    # Once the template is rolled back, a new node that has failed is itself to go.
    leaves = events[0]["phase"] != "launched" and any(event.get("leaves") for event in events)
    cordons = [event.get("text", "") for event in events if event["phase"] == "cordoned"]
    return NodeLife(
        name=node_name(named[-1]) if named else instance,
        instance_id=instance,
        zone=str(events[-1].get("zone") or ""),
        leaves=leaves,
        outcome=_outcome([event["phase"] for event in events], leaves),
        reason=cordons[-1] if cordons else "",
        evicted=sum(event["phase"] in ("evicted", "deleted") for event in events),
        spans=_spans(events, until),
        failed_at=next((event["at"] for event in events if event["phase"] == "failed"), None),
    )


def _outcome(phases: Sequence[str], leaves: bool) -> str:
    """Return how the life of an instance went.

    A replacement node that has failed stays so.
    """
    outcomes = [OUTCOMES[phase] for phase in phases if phase in OUTCOMES]
    if not outcomes:
        return "ready" if "ready" in phases else "open"
    if leaves or outcomes[-1] != "replaced":
        return outcomes[-1]
    return "failed" if "failed" in outcomes else "surplus"


def _spans(events: Sequence[Record], until: float) -> tuple[Span, ...]:
    """Return the stages of one instance that lasted."""
    spans: list[Span] = []
    for event, following in zip(events, [*events[1:], None], strict=True):
        stage = BEGINS.get(event["phase"])
        if stage is None or stage in RESTING:
            continue
        ended = following["at"] if following else until
        if spans and spans[-1].stage == stage and spans[-1].ended == event["at"]:
            spans[-1] = dataclasses.replace(spans[-1], ended=ended)
        else:
            spans.append(Span(stage, _began(event), ended, str(event.get("text") or "")))
    return tuple(spans)


def _began(event: Record) -> float:
    """Return when an event happened, or an instance was launched.

    A launch is seen some time after it was made.
    """
    if event["phase"] != "launched" or "since" not in event:
        return float(event["at"])
    return float(event["at"] - (event["seconds"] - event["since"]))


def soak(records: Sequence[Record], until: float) -> Span | None:
    """Return when the canary was watched after it was replaced, None if it was not.

    It ends when the canary has passed or something has failed, or at `until`.
    """
    told = [record for record in records if record["phase"] in (CANARY_PHASE, *FAILURES)]
    began = next((n for n, record in enumerate(told) if record["phase"] == CANARY_PHASE), None)
    if began is None or told[began].get("text") == "passed":
        return None
    ended = told[began + 1]["at"] if began + 1 < len(told) else until
    return Span(SOAK_STAGE, told[began]["at"], ended, str(told[began].get("text") or ""))


def capacity(records: Iterable[Record], base: int) -> list[tuple[float, int, int]]:
    """Return moments, and how many nodes were launched and took pods from then on.

    `base`: how many there were at the beginning, all of which took pods.
    """
    changes: list[tuple[float, int, int]] = []
    states: dict[str, str] = {}
    for record in records:
        phase, instance = record["phase"], record.get("instance_id")
        if phase == "start":
            changes.append((record["at"], 0, 0))
        elif instance and phase in STANDINGS:
            before = states.get(instance, "" if phase in ("launched", "ready") else TAKING)
            states[instance] = STANDINGS[phase]
            taking = (states[instance] == TAKING) - (before == TAKING)
            launched = (phase == "launched") - (phase == "terminated")
            changes.append((_began(record), launched, taking))
    curve: list[tuple[float, int, int]] = []
    for moment, launched, taking in sorted(changes, key=lambda change: change[0]):
        so_far = curve[-1][1:] if curve else (base, base)
        curve.append((moment, so_far[0] + launched, so_far[1] + taking))
    return curve
