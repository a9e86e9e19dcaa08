# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a plan as Markdown for people, and as variables for a pipeline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan import (
    PLAN_DUE,
    PLAN_FAILED,
    going,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan_lines import (
    age_text,
    image_text,
    moves_text,
    roughly,
    template_text,
    time_text,
    window_text,
)

DUE_WORDS: Mapping[str, str] = {PLAN_DUE: "true", PLAN_FAILED: "unknown"}
"""What ROTATION_DUE says; "false" for any other outcome. A plan that failed does not know it."""


def variables(document: Mapping[str, Any]) -> str:
    """Return the plan in the format of dotenv: one NAME=value a line.

    GitLab takes that as a report of a job. No value has a blank, a quote or a line break.
    """
    totals = document["totals"]
    values = {
        "ROTATION_DUE": DUE_WORDS.get(document["outcome"], "false"),
        "ROTATION_OUTCOME": document["outcome"],
        "ROTATION_NODES": totals["nodes"],
        "ROTATION_NODE_GROUPS": totals["node_groups"],
        "ROTATION_NODE_GROUPS_DUE": totals["node_groups_due"],
        "ROTATION_EVICTIONS": totals["evictions"],
        "ROTATION_EC2_SURGE": totals["surge"],
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def markdown(document: Mapping[str, Any]) -> str:
    """Return the plan as Markdown: an overview, and each node group."""
    lines = ["# Rotation plan", "", f"**{_safe(document['line'])}** ({document['made_at']})", ""]
    rows = [_row(group) for group in document["node_groups"]]
    lines += _table(("Node group", "Nodes", "Evictions", "Time", "Outcome"), rows)
    for group in document["node_groups"]:
        if group["nodes"] or group["findings"] or group["due"]:
            lines += ["", *_group(group)]
    for other in document["others"]:
        lines += ["", f"Not replaced, in cluster {_safe(other['cluster'])}:", ""]
        lines += [f"- {_safe(text)}" for text in other["lines"]]
    return "\n".join([*lines, ""])


def _row(group: Mapping[str, Any]) -> tuple[str, ...]:
    time, nodes = group["estimate"], len(going(group))
    likely = roughly(time["likely"]) if time and nodes else "-"
    base = "?" if group["base"] is None else group["base"]
    moved = str(group["evictions"])
    return (group["node_group"], f"{nodes} of {base}", moved, likely, group["outcome"])


def _group(group: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {_safe(group['node_group'])}"
    yield ""
    if group["due"] or going(group):
        facts = [("from", image_text(group["from"])), ("to", image_text(group["to"]))]
        facts += [("release notes", group["to"]["release_notes"])]
        facts += [("launch template", template_text(group["template"]))]
        if group["window"]["surge"] is not None:
            facts += [("window", window_text(group)), ("open", group["window"]["maintenance"])]
            facts += [("moves", moves_text(group))]
        if group["estimate"] and going(group):
            facts += [("time", time_text(group["estimate"]))]
        yield from (f"- {label}: {_safe(text)}" for label, text in facts if text)
    yield from (f"- **{one['kind']}**: {_safe(one['text'])}" for one in group["findings"])
    if group["nodes"]:
        headings = ("#", "Node", "Zone", "Age", "AMI", "Pods", "Volumes", "Why", "In the way")
        yield ""
        yield from _table(headings, [_node(at, node) for at, node in enumerate(group["nodes"], 1)])


def _node(at: int, node: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        "-" if node["left"] else str(at),
        node["name"],
        node["zone"],
        age_text(node["age"]),
        node["image_id"],
        str(node["pods"]),
        str(len(node["volumes"])),
        f"left: {node['left']}" if node["left"] else node["why"],
        "; ".join(node["in_the_way"]),
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{' --- |' * len(headings)}"
    yield from (f"| {' | '.join(_safe(cell) for cell in row)} |" for row in rows)


def _safe(text: str) -> str:
    """Return a text as Markdown shows it as it is, on one line.

    Names of people's objects must not become links, HTML or columns.
    """
    for mark in ("\\", "|", "<", "*", "_", "`", "[", "]"):
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
