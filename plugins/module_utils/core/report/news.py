# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make of a rotation what people are told of it, wherever that is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.held_up import Hold
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.summary import summarize

NewsKind = Literal["started", "blocked", "approval", "finished", "failed"]
NEWS_KINDS: tuple[NewsKind, ...] = ("started", "blocked", "approval", "finished", "failed")
"""What people are told of."""
LAST_NEWS: frozenset[str] = frozenset(("finished", "failed"))
"""After these nothing more is told of a rotation."""
ROLE_RESULTS = (
    "_rotate_result",
    "_prepare_ami",
    "_prepare_info",
    "_prepare_owed",
    "_prepare_template",
    "_prepare_kops",
    "_prepare_applied",
    "_verify_info",
)
"""What the roles register. It has a message only if the module failed."""
UNKNOWN = "see the output of the run"
NO_SUMMARY: Mapping[str, Any] = {
    "autoscaling_group_name": "",
    "status": "",
    "failed": False,
    "replaced": 0,
    "outdated": 0,
    "old_image_ids": [],
    "image_id": "",
    "seconds": 0.0,
    "evictions": 0,
    "blocked_by": [],
    "not_restored": [],
    "problems": [],
}
"""The summary of a node group that no role has worked on yet."""


def news(
    kind: str, host: str, variables: Mapping[str, Any], at: float, reason: str = ""
) -> dict[str, Any]:
    """Return what a template of a notification can tell.

    `variables`: those of the host `host`, with what the roles have registered. `at`: now, in
    seconds since the epoch. `reason`: why people are told, or why it failed; for a failure of a
    node group by default what the roles say. The fields besides those of
    core.report.summary.summarize are documented in docs/notifications.md.
    """
    summary = summarize(host, variables, plan=False) or NO_SUMMARY
    return {
        **summary,
        "event": kind,
        "at": at,
        "node_group": host,
        "cluster": str(variables.get("cluster_name") or ""),
        "region": str(variables.get("region") or ""),
        "reason": reason or (why_failed(variables) if kind == "failed" else ""),
        "node": "",
        "since": None,
        "until": None,
    }


def about_hold(told: Mapping[str, Any], hold: Hold) -> dict[str, Any]:
    """Return the news with what holds a node, or the node group, up."""
    return {
        **told,
        "node": "" if hold.of_group else hold.subject,
        "reason": hold.text,
        "since": hold.since,
        "until": hold.until,
    }


def about_run(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return news that are about the whole run and no node group."""
    of_group = {"node_group": "", "cluster": "", "region": ""}
    return {**told, **NO_SUMMARY, **of_group, "failed": told["event"] == "failed"}


def why_failed(variables: Mapping[str, Any]) -> str:
    """Return why a node group failed, as its roles have registered it.

    What a task with no_log says is no part of that.
    """
    found = [str((variables.get(name) or {}).get("msg") or "") for name in ROLE_RESULTS]
    info: Mapping[str, Any] = variables.get("_prepare_info") or {}
    refused = [*info.get("refusals", ()), *info.get("blockers", ())]
    begun = "_rotate_result" in variables
    found.append(" ".join(map(str, () if begun else refused)))
    for name, field in (("_rotate_result", "not_restored"), ("_verify_info", "problems")):
        found.append(". ".join((variables.get(name) or {}).get(field) or ()))
    return next((text for text in found if text), UNKNOWN)


def worth_telling(kind: str, variables: Mapping[str, Any]) -> bool:
    """Return whether the news are worth a message.

    A node group that has nothing to replace neither starts nor finishes.
    """
    status = (variables.get("_rotate_result") or {}).get("status") or "unchanged"
    if kind == "finished" and status != "unchanged":
        return True
    return kind not in ("started", "finished") or _has_work(variables)


def _has_work(variables: Mapping[str, Any]) -> bool:
    """Return whether a node group had something to replace before it was rotated."""
    info: Mapping[str, Any] = variables.get("_prepare_info") or {}
    changed = bool((variables.get("_prepare_template") or {}).get("changed"))
    outdated = any(node["outdated"] for node in info.get("nodes", ()))
    return (changed or outdated) and not variables.get("_prepare_left_alone")
