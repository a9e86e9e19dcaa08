# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the report of rotations from their event log.

The report is what report.json holds; docs/report.md describes it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import words_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.timeline import (
    NodeLife,
    Record,
    Span,
    capacity,
    lives,
    soak,
)

SCHEMA = 1
"""Version of the report. It rises when a field goes or changes its meaning."""
GOOD = frozenset(("complete", "unchanged", "planned", "restored"))
"""Statuses of a node group with which all is well."""
UNFINISHED = "unfinished"
"""Status of a rotation whose end the log does not tell: it runs, or it was killed."""
FINDINGS = frozenset(("warning", "left", "kept", "undone", "dead", "failed", "settle"))
"""Phases of events that a report names apart from the lives of nodes."""


def document(records: Iterable[Record]) -> dict[str, Any]:
    """Return the report of all rotations that the records of an event log tell of."""
    known = sorted((record for record in records if "at" in record), key=lambda r: r["at"])
    rotations: dict[tuple[str, str], list[Record]] = {}
    for record in known:
        rotations.setdefault((record["autoscaling_group_name"], record["run"]), []).append(record)
    groups = [_rotation(name, run, told) for (name, run), told in rotations.items()]
    return {
        "schema": SCHEMA,
        "began": known[0]["at"] if known else None,
        "ended": known[-1]["at"] if known else None,
        "totals": _totals(groups),
        "node_groups": groups,
    }


def _totals(groups: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "node_groups": len({group["autoscaling_group_name"] for group in groups}),
        "failed": [group["autoscaling_group_name"] for group in groups if not group["ok"]],
        "replaced": sum(group["replaced"] for group in groups),
        "outdated": sum(group["outdated"] or 0 for group in groups),
        "evictions": sum(group["evictions"] for group in groups),
        "blocked_seconds": round(sum(group["blocked_seconds"] for group in groups), 1),
    }


def _rotation(name: str, run: str, told: Sequence[Record]) -> dict[str, Any]:
    """Return the report of one rotation of one node group."""
    result: Mapping[str, Any] = next(
        (record["result"] for record in reversed(told) if "result" in record), {}
    )
    events = [record for record in told if "phase" in record]
    nodes, watched = lives(events, told[-1]["at"]), soak(events, told[-1]["at"])
    status = result.get("status", UNFINISHED)
    return {
        "autoscaling_group_name": name,
        "run": run,
        "status": status,
        "words": words_of(status, bool(result.get("not_restored"))),
        "ok": status in GOOD and not result.get("not_restored"),
        "error": result.get("error", ""),
        "began": told[0]["at"],
        "ended": told[-1]["at"],
        "replaced": result.get("replaced", sum(node.outcome == "replaced" for node in nodes)),
        "outdated": result.get("outdated"),
        "evictions": result.get("evictions", sum(node.evicted for node in nodes)),
        "blocked_seconds": round(sum(node.blocked_seconds for node in nodes), 1),
        "blocked_by": result.get("blocked_by", []),
        "old_image_ids": result.get("old_image_ids", []),
        "target": result.get("target", {}),
        "launches": result.get("launches", ""),
        "desired": result.get("desired"),
        "canary": "" if result.get("canary") in (None, "none") else result["canary"],
        "soak": watched,
        "not_restored": result.get("not_restored", []),
        "api_calls": result.get("api_calls", {}),
        "findings": _findings(events),
        "nodes": [_node(node, watched) for node in nodes],
        "capacity": capacity(events, result.get("base", 0)),
    }


def _node(node: NodeLife, watched: Span | None) -> dict[str, Any]:
    """Return a node of the report.

    Those that began before the canary was watched are its own.
    """
    values = dataclasses.asdict(node)
    first = node.spans[0].began if node.spans else None
    return {
        **values,
        "spans": list(values["spans"]),
        "canary": watched is not None and first is not None and first < watched.began,
        "blocked_seconds": round(node.blocked_seconds, 1),
    }


def _findings(events: Iterable[Record]) -> list[dict[str, Any]]:
    return [
        {name: event.get(name, "") for name in ("at", "phase", "subject", "text")}
        for event in events
        if event["phase"] in FINDINGS
    ]
