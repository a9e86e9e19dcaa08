# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a plan on a screen: an overview, each node group, and the last line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import (
    NARROW,
    node_name,
    shortened,
    wrapped,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan import (
    PLAN_FAILED,
    PLAN_NOTHING,
    going,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.table import aligned
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import (
    counted,
    duration,
    listed,
)

Tone = Literal["", "head", "bad", "wait", "good"]
"""How a line is colored: not, as a heading, as a failure, as a warning, as a success."""
PlanLine = tuple[str, Tone]
NODES_SHOWN = 30
"""How many nodes of a group are shown one by one; the document has all."""
SHORT_NAME = 24
"""Width of the names of node groups on a narrow screen."""
LABEL_WIDTH = 11
"""Width of the labels before the lines of a node group, with the indent."""
KIND_WORDS = {"self_managed": "self-managed", "eks_managed": "managed by EKS"}
"""Kinds whose name is no word for people."""
TONES: Mapping[str, Tone] = {"refused": "bad", "will wait": "wait", "warning": "wait"}
DAY, HOUR = 86400, 3600


def plan_lines(document: Mapping[str, Any], width: int = 0) -> list[PlanLine]:
    """Return the plan as lines with their tones.

    `width`: columns of the terminal; 0 for a log, whose lines are never cut.
    """
    lines: list[PlanLine] = [*_overview(document, width)]
    for group in document["node_groups"]:
        if group["nodes"] or group["findings"] or group["due"]:
            lines += [("", ""), *_group(group, width)]
    for other in document["others"]:
        told = f"Not replaced by this playbook, in cluster {other['cluster']}:"
        lines += [("", ""), (told, "head"), *((text, "") for text in other["lines"])]
    return [*lines, ("", ""), (document["line"], _tone_of(document["outcome"]))]


def _tone_of(outcome: str) -> Tone:
    return "bad" if outcome == PLAN_FAILED else "good" if outcome == PLAN_NOTHING else "head"


def _overview(document: Mapping[str, Any], width: int) -> Iterator[PlanLine]:
    """Yield a table with a row for each node group.

    On a narrow screen it leaves out the images.
    """
    groups = document["node_groups"]
    headings = ["NODE GROUP", "NODES", "AMI", "PODS", "TIME", "OUTCOME"]
    lines = aligned([headings, *(_row(group) for group in groups)])
    if 0 < width < max(len(text) for text in lines):
        rows = [headings, *(_row(group, SHORT_NAME) for group in groups)]
        lines = aligned([[*row[:2], *row[3:]] for row in rows])
    yield lines[0], "head"
    for text, group in zip(lines[1:], groups, strict=True):
        yield text, "bad" if group["failed"] else ""


def _row(group: Mapping[str, Any], longest: int = 999) -> list[str]:
    """Return the cells of a node group, its name in at most `longest` characters."""
    before, after = _short(group["from"]), _short(group["to"])
    images = f"{before} -> {after}" if group["due"] and before != after else after or "-"
    time = group["estimate"]
    base = group["base"]
    nodes = len(going(group))
    return [
        shortened(group["node_group"], longest),
        f"{nodes} of {base}" if base is not None else str(nodes) if nodes else "-",
        images,
        str(group["evictions"]),
        f"~{roughly(time['likely'])}" if time and nodes else "-",
        group["outcome"],
    ]


def _short(image: Mapping[str, Any]) -> str:
    """Return the release of an image, or its ID."""
    return str(image["release"] or listed(image["image_ids"]))


def _group(group: Mapping[str, Any], width: int) -> Iterator[PlanLine]:
    kind = KIND_WORDS.get(group["kind"], group["kind"].replace("_", " "))
    where = [kind, f"cluster {group['cluster']}", group["region"]]
    known = ", ".join(one for one in where if one not in ("", "cluster "))
    yield f"{group['node_group']} ({known})" if known else group["node_group"], "head"
    for label, text in _facts(group):
        yield from _labelled(label, text, width)
    yield from _nodes(group, width)
    for finding in group["findings"]:
        yield from _labelled(finding["kind"], finding["text"], width, TONES[finding["kind"]])


def _facts(group: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is told of a node group above its nodes, each with its label."""
    if not going(group) and not group["due"]:
        return
    yield "from AMI", image_text(group["from"])
    yield "to AMI", image_text(group["to"])
    if group["to"]["release_notes"]:
        yield "notes", group["to"]["release_notes"]
    yield "template", template_text(group["template"])
    if group["window"]["surge"] is not None:
        yield "window", window_text(group)
    if group["window"]["maintenance"]:
        yield "open", group["window"]["maintenance"]
    yield "moves", moves_text(group)
    if group["estimate"] and going(group):
        yield "time", time_text(group["estimate"])


def image_text(image: Mapping[str, Any]) -> str:
    """Return an image for people: name, IDs, release and age."""
    ids = listed(image["image_ids"])
    words = [f"{image['name']} ({ids})" if image["name"] else ids or "unknown"]
    if image["release"]:
        words.append(f"release {image['release']}")
    if image["age_days"] is not None:
        words.append(f"{counted(image['age_days'], 'day')} old")
    return ", ".join(words)


def template_text(template: Mapping[str, Any]) -> str:
    """Return what would become of the launch template, for people."""
    name = " ".join(dict.fromkeys(one for one in (template["name"], template["id"]) if one))
    if template["previous_name"] and template["changed"]:
        return f"launch configuration {template['previous_name']} -> {template['name']}"
    if template["changed"]:
        return f"{name}, version {template['previous_version']} -> {template['version']}"
    version = f", version {template['version']}" if template["version"] else ""
    return f"{name or 'of EKS'}{version}, stays as it is"


def window_text(group: Mapping[str, Any]) -> str:
    """Return window, canary and surge for people."""
    window = group["window"]
    words = [f"surge {window['surge']}, max unavailable {window['unavailable']}"]
    if group["base"] is not None:
        words.append(f"at most {group['base'] + window['surge']} EC2 instances")
    if window["canaries"]:
        canary = counted(window["canaries"], "canary").replace("canarys", "canaries")
        words.append(f"{canary} first, watched for {duration(window['soak'])}")
    return "; ".join(words)


def moves_text(group: Mapping[str, Any]) -> str:
    """Return how many pods and volumes move, for people."""
    return f"{counted(group['evictions'], 'pod')}, {counted(group['volumes'], 'volume')}"


def time_text(estimate: Mapping[str, Any]) -> str:
    """Return the estimate for people, with its range and what it rests on."""
    count = estimate["learned"]
    basis = (
        f"by {counted(count, 'earlier replacement')} of this group"
        if count
        else "by usual times: no earlier rotation is recorded"
    )
    likely, least, most = (roughly(estimate[name]) for name in ("likely", "least", "most"))
    return f"about {likely}, {least} to {most} ({basis})"


def roughly(seconds: float) -> str:
    """Return a span in whole minutes for people: an estimate is no better."""
    return duration(60 * max(1, round(seconds / 60)))


def age_text(seconds: float | None) -> str:
    """Return an age for people, in days or hours."""
    if seconds is None:
        return "?"
    return f"{seconds // DAY:.0f} d" if seconds >= 2 * DAY else f"{seconds // HOUR:.0f} h"


def _labelled(label: str, text: str, width: int, tone: Tone = "") -> Iterator[PlanLine]:
    """Yield a text behind its label; on a screen it goes on below, indented."""
    head = f"  {label}".ljust(LABEL_WIDTH) + " "
    if not width:
        yield head + text, tone
        return
    yield from ((line, tone) for line in wrapped(head, text, " " * len(head), width))


def _nodes(group: Mapping[str, Any], width: int) -> Iterator[PlanLine]:
    """Yield a table of the nodes, each with what stands in its way below."""
    nodes: Sequence[Mapping[str, Any]] = group["nodes"]
    if not nodes:
        return
    narrow = 0 < width < NARROW
    shown = nodes[:NODES_SHOWN]
    headings = ["#", "NODE", "ZONE", "AGE", "AMI", "PODS", "VOLS", "WHY"]
    rows = [headings, *(_cells(at, node, narrow) for at, node in enumerate(shown, 1))]
    drop = 4 if narrow or len({node["image_id"] for node in nodes}) == 1 else -1
    lines = aligned([[cell for at, cell in enumerate(row) if at != drop] for row in rows])
    yield "  " + lines[0], "head"
    for text, node in zip(lines[1:], shown, strict=True):
        yield "  " + text, ""
        for way in node["in_the_way"]:
            yield from _labelled("", way, width, "wait")
    if len(nodes) > len(shown):
        yield f"  and {len(nodes) - len(shown)} more nodes", ""


def _cells(at: int, node: Mapping[str, Any], narrow: bool) -> list[str]:
    name = node_name(node["name"])
    return [
        "-" if node["left"] else str(at),
        shortened(name, 15) if narrow else name,
        node["zone"],
        age_text(node["age"]),
        node["image_id"],
        str(node["pods"]),
        str(len(node["volumes"])),
        f"left: {node['left']}" if node["left"] else node["why"],
    ]
