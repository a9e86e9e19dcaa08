# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the plan of a rotation, the document that people sign.

docs/plan.md describes its fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan_group import (
    plan_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted

SCHEMA = 1
"""Version of the document. It rises when a field goes or changes its meaning."""
PLAN_FAILED, PLAN_DUE, PLAN_NOTHING = "failed", "due", "nothing"
"""Outcomes of a plan as a whole."""


def plan_document(
    hosts: Mapping[str, Mapping[str, Any]],
    made_at: str,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the plan of all node groups.

    `hosts`: the variables of each host, in the order of the rotation. `made_at`: in UTC, as ISO
    8601. `options`: by host, the variables of the roles that it was made with.
    """
    groups = [plan_group(name, variables) for name, variables in hosts.items()]
    given = options or {}
    whole = [{**group, "options": dict(given.get(group["node_group"], {}))} for group in groups]
    due = [group for group in groups if group["due"]]
    failed = [group for group in groups if group["failed"]]
    outcome = PLAN_FAILED if failed or not groups else PLAN_DUE if due else PLAN_NOTHING
    return {
        "schema": SCHEMA,
        "made_at": made_at,
        "outcome": outcome,
        "line": _line(outcome, groups, due, failed),
        "totals": _totals(groups, due),
        "node_groups": whole,
        "others": _others(hosts.values()),
    }


def going(group: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the nodes of a group that would be replaced."""
    return [node for node in group["nodes"] if not node["left"]]


def _totals(
    groups: Sequence[Mapping[str, Any]], due: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "node_groups": len(groups),
        "node_groups_due": len(due),
        "nodes": sum(len(going(group)) for group in due),
        "evictions": sum(group["evictions"] for group in due),
        "volumes": sum(group["volumes"] for group in due),
        "surge": max((group["window"]["surge"] or 0 for group in due), default=0),
    }


def _line(
    outcome: str,
    groups: Sequence[Mapping[str, Any]],
    due: Sequence[Mapping[str, Any]],
    failed: Sequence[Mapping[str, Any]],
) -> str:
    """Return the last line, which pipelines read."""
    if outcome == PLAN_FAILED:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        reason = f"{failed[0]['node_group']}: {failed[0]['failed']}" if failed else "no node group"
        return f"plan: failed, {' '.join(reason.split())}{more}"
    if outcome == PLAN_NOTHING:
        return "plan: nothing to do"
    nodes = sum(len(going(group)) for group in due)
    return (
        f"plan: due, {counted(nodes, 'node')} in {len(due)} of {counted(len(groups), 'node group')}"
    )


def _others(hosts: Any) -> list[dict[str, Any]]:
    """Return by cluster the nodes that something else carries."""
    found = []
    for variables in hosts:
        others = (variables.get("_others") or {}).get("others")
        if others:
            found.append({"cluster": str(variables.get("cluster_name") or ""), "lines": others})
    return found
