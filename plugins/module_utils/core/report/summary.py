# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Summarize what happened to each node group, as data and as the closing table."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import shortened
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import (
    Status,
    failed_status,
    words_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.table import aligned
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, duration

NARROW_NAME = 18
"""Length of the names of node groups on a narrow screen."""
CHANGES = ("_prepare_template", "_prepare_kops", "_prepare_owed")
"""What the roles register of changes before the rotation, of launch template and state store."""
BLOCKERS_SHOWN = 2
"""How many blockers a row names; it counts the others."""


def _status(result: Mapping[str, Any], variables: Mapping[str, Any], plan: bool) -> Status:
    """Return the status of a rotation, or how it failed.

    One without a status was ended from outside: nobody knows what it has touched.
    """
    before = (variables.get(name) or {} for name in CHANGES)
    touched = (bool(result) or any(one.get("changed") for one in before)) and not plan
    status: Status = result.get("status") or failed_status(touched)
    return status


def summarize(name: str, variables: Mapping[str, Any], plan: bool) -> dict[str, Any] | None:
    """Return what happened to a node group, None if no role has run for it yet.

    `variables`: what the roles prepare, rotate and verify registered (`_prepare_ami`,
    `_prepare_info`, `_prepare_template`, `_rotate_result`, `_verify_info`, `_prepare_left_alone`).
    `plan`: only a plan was made. `status` is that of asg_node_replace; if that did not run,
    "partial" for a node group that was left alone on purpose, "failed" after a change of the launch
    template or the state store and "refused" otherwise. A rotation without a status has failed.
    """
    if "_prepare_ami" not in variables and "_rotate_result" not in variables:
        return None
    info: Mapping[str, Any] = variables.get("_prepare_info") or {}
    template, result, verified = (
        variables.get(key) or {} for key in ("_prepare_template", "_rotate_result", "_verify_info")
    )
    if result.get("skipped"):
        result = {}
    behind = sum(bool(node["outdated"]) for node in info.get("nodes", ()))
    problems = [*result.get("not_restored", ()), *verified.get("problems", ())]
    problems += [verified["msg"]] if "msg" in verified else []
    left = bool(variables.get("_prepare_left_alone")) and not result
    broken = "msg" in result or bool(result.get("failed"))
    failed = not (result or left) or broken or bool(problems)
    target = result.get("target") or info.get("target") or {}
    return {
        "node_group": name,
        "autoscaling_group_name": info.get("autoscaling_group_name", ""),
        "status": "partial" if left else _status(result, variables, plan),
        "failed": failed,
        "replaced": result.get("replaced", 0),
        "outdated": result.get("outdated", behind),
        "old_image_ids": result.get("old_image_ids") or info.get("image_ids", []),
        "image_id": template.get("image_id") or target.get("image_id", ""),
        "seconds": result.get("seconds", 0.0),
        "evictions": result.get("evictions", 0),
        "blocked_by": result.get("blocked_by", []),
        "not_restored": list(result.get("not_restored", ())),
        "problems": problems,
    }


@dataclasses.dataclass(frozen=True)
class Row:
    """One node group in the closing table, as text."""

    group: str
    replaced: str
    images: str
    time: str
    evictions: str
    blocked_by: str
    outcome: str


HEADINGS = Row("NODE GROUP", "NODES REPLACED", "AMI", "TIME", "EVICTIONS", "BLOCKED BY", "OUTCOME")


def row(summary: Mapping[str, Any]) -> Row:
    """Return a summary of `summarize` as the cells of a row."""
    done, rest, problems = summary["replaced"], summary["outdated"], summary["problems"]
    blockers = summary["blocked_by"]
    more = f" +{len(blockers) - BLOCKERS_SHOWN}" if len(blockers) > BLOCKERS_SHOWN else ""
    outcome = words_of(summary["status"], bool(summary.get("not_restored")))
    return Row(
        group=summary["node_group"],
        replaced=f"{done} of {done + rest}" if rest else str(done),
        images=_images(summary["old_image_ids"], summary["image_id"]),
        time=duration(summary["seconds"])
        if summary["seconds"] and summary["status"] != "planned"
        else "-",
        evictions=str(summary["evictions"]),
        blocked_by=", ".join(blockers[:BLOCKERS_SHOWN]) + more or "-",
        outcome=f"{outcome}, {counted(len(problems), 'problem')}" if problems else outcome,
    )


def _images(old: Iterable[str], new: str) -> str:
    """Return the old images and the new one: "ami-1 -> ami-2"."""
    before = [image for image in old if image != new]
    return f"{', '.join(before)} -> {new}" if before else new or "-"


def table(rows: Iterable[Row], width: int = 0) -> list[str]:
    """Return the lines of a table: headings, then the rows, in aligned columns.

    `width`: columns of the terminal, 0 for a log. Where the lines do not fit, the images are left
    out and names are shortened.
    """
    shown = [HEADINGS, *rows]
    lines = aligned([dataclasses.astuple(row) for row in shown])
    if not 0 < width < max(len(text) for text in lines):
        return lines
    short = [dataclasses.replace(row, group=shortened(row.group, NARROW_NAME)) for row in shown]
    return aligned([[row.group, row.replaced, *dataclasses.astuple(row)[3:]] for row in short])


def totals(summaries: Iterable[Mapping[str, Any]], plan: bool) -> str:
    """Return the last line: a sentence with the figures of all node groups."""
    known = list(summaries)
    failed = [s["node_group"] for s in known if s["failed"]]
    ending = f" Failed: {', '.join(failed)}." if failed else ""
    if plan:
        count = sum(summary["outdated"] for summary in known)
        return (
            f"{counted(len(known), 'node group')} looked at, {counted(count, 'node')} would"
            f" be replaced. Nothing was changed.{ending}"
        )
    done, moved = sum(s["replaced"] for s in known), sum(s["evictions"] for s in known)
    return (
        f"{counted(len(known), 'node group')}, {counted(done, 'node')} replaced,"
        f" {counted(moved, 'pod')} evicted.{ending}"
    )
