# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what a rotation of one node group would do.

That is made of what the roles have registered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.notes import (
    release_notes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.paces import estimate

Vars = Mapping[str, Any]
STEPS = (
    "_prepare_ami",
    "_prepare_info",
    "_prepare_owed",
    "_prepare_template",
    "_prepare_kops",
    "_rotate_result",
)
"""What the roles prepare and rotate register, in their order. Each has a message if it failed."""
WINDOW = ("surge", "unavailable", "canaries", "soak", "maintenance")
"""What a plan tells of the window, as asg_node_replace returns it."""
UNSEEN = "it was not looked at, because the plan ended before"
NO_WHOLE_PLAN = "its plan was not finished"


def plan_group(name: str, variables: Vars) -> dict[str, Any]:
    """Return the plan of a node group, a part of the document (see core.report.plan).

    `name`: in the inventory. `variables`: of its host.
    """
    ami, info, template, result = (
        registered(variables, step)
        for step in ("_prepare_ami", "_prepare_info", "_prepare_template", "_rotate_result")
    )
    nodes = list(_nodes(info, result, str(variables.get("_prepare_left_alone") or "")))
    going = [node for node in nodes if not node["left"]]
    why = why_failed(variables)
    changes_template = template.get("status") == "planned"
    due = bool(going or info.get("interrupted") or changes_template) and not why
    foreseen = result.get("foreseen") or {}
    return {
        "node_group": name,
        "cluster": str(variables.get("cluster_name") or ""),
        "region": str(variables.get("region") or ""),
        "kind": info.get("kind", ""),
        "autoscaling_group_name": info.get("autoscaling_group_name", ""),
        "outcome": _outcome(info, result, why, due),
        "due": due,
        "failed": why,
        "locked_by": info.get("locked_by", ""),
        "base": info.get("sizes", {}).get("desired"),
        "from": _image(ami.get("current") or {}, "", info.get("image_ids", ())),
        "to": _target_image(ami, info, template, result),
        "template": _template(info, template),
        "window": {key: foreseen.get(key) for key in WINDOW},
        "nodes": nodes,
        "evictions": sum(node["pods"] for node in going),
        "volumes": sum(len(node["volumes"]) for node in going),
        "estimate": _estimate(info, foreseen, len(going)),
        "findings": _findings(info, result, why),
    }


def registered(variables: Vars, step: str) -> Vars:
    """Return what a task has registered, {} if it was skipped or did not run."""
    found = variables.get(step)
    return found if isinstance(found, Mapping) and not found.get("skipped") else {}


def why_failed(variables: Vars) -> str:
    """Return why a node group has no whole plan, "" if it has one.

    What is absent counts as failed.
    """
    if told := variables.get("_plan_failed"):
        return str(told)
    steps = [registered(variables, step) for step in STEPS]
    if not any(steps):
        return UNSEEN
    for step in steps:
        if "msg" in step or step.get("failed"):
            return str(step.get("msg") or NO_WHOLE_PLAN)
    info = registered(variables, "_prepare_info")
    if variables.get("_prepare_left_alone"):
        return ""
    if info.get("refusals"):
        return " ".join(info["refusals"])
    if registered(variables, "_rotate_result"):
        return ""
    return ". ".join(info.get("blockers") or ()) or NO_WHOLE_PLAN


def _outcome(info: Vars, result: Vars, why: str, due: bool) -> str:
    """Return the outcome for people.

    Who holds the lock, and what no drain can get past, come before the rest.
    """
    if info.get("locked_by") and (due or why):
        return f"locked by {info['locked_by']}"
    if info.get("blockers") and (due or why):
        return "blocked"
    if why:
        refused = info.get("refusals") or result.get("status") == "refused"
        return "refused" if refused else "failed"
    return "due" if due else "nothing to do"


def _nodes(info: Vars, result: Vars, all_left: str) -> Iterator[dict[str, Any]]:
    """Yield the outdated nodes, those that go in their order, then those that stay.

    `all_left`: why the whole node group is left alone, "" if it is not.
    """
    known = {node["instance_id"]: node for node in info.get("nodes", ())}
    if "nodes" in result:  # one that could not even begin has none
        found = {node["instance_id"]: {**node, "why": node["reason"]} for node in result["nodes"]}
    else:
        found = {id_: {**one, "why": one["outdated"]} for id_, one in known.items()}
        found = {id_: one for id_, one in found.items() if one["why"]}
    left = {one["instance_id"]: one["why"] for one in result.get("left_outdated", ())}
    left |= dict.fromkeys(found, all_left) if all_left else {}
    order = [*(result.get("foreseen") or {}).get("order", ()), *found]
    going = [id_ for id_ in dict.fromkeys(order) if id_ in found and id_ not in left]
    for id_ in (*going, *(id_ for id_ in found if id_ in left)):
        yield _node(found[id_], known.get(id_, {}), left.get(id_, ""))


def _node(found: Vars, known: Vars, left: str) -> dict[str, Any]:
    return {
        "name": found["name"] or found["instance_id"],
        "instance_id": found["instance_id"],
        "zone": found["zone"],
        "age": known.get("age"),
        "image_id": found["image_id"],
        "why": found["why"],
        "pods": known.get("pods", 0),
        "volumes": list(known.get("volumes", ())),
        "in_the_way": list(known.get("in_the_way", ())) if known else ["it was not read"],
        "left": left,
    }


def _image(found: Vars, family: str, ids: Sequence[str]) -> dict[str, Any]:
    """Return what is told of an image.

    `ids`: of those that are meant, also if none was looked up.
    """
    release = str(found.get("release_version") or "")
    own = [found["image_id"]] if found.get("image_id") else []
    return {
        "image_ids": list(ids) or own,
        "name": str(found.get("name") or ""),
        "release": release,
        "age_days": found.get("age_days"),
        "release_notes": release_notes(family, release),
    }


def _target_image(ami: Vars, info: Vars, template: Vars, result: Vars) -> dict[str, Any]:
    """Return the image that the nodes would run, with its name if it was looked up."""
    target = result.get("target") or info.get("target") or {}
    wanted = str(template.get("image_id") or target.get("image_id") or "")
    looked_up = [one for one in (ami, ami.get("current") or {}) if one.get("image_id") == wanted]
    found = looked_up[0] if wanted and looked_up else {}
    release = found.get("release_version") or target.get("release_version") or ""
    family = str(found.get("family") or ami.get("family") or "")
    return _image({**found, "release_version": release}, family, [wanted] if wanted else [])


def _template(info: Vars, template: Vars) -> dict[str, Any]:
    """Return the launch template or configuration as it would be."""
    target = info.get("target") or {}
    configuration = str(template.get("launch_configuration_name") or "")
    before = str(template.get("previous_version") or target.get("version") or "")
    return {
        "id": str(template.get("launch_template_id") or target.get("template") or ""),
        "name": configuration
        or str(template.get("launch_template_name") or target.get("template_name") or ""),
        "version": str(template.get("version") or before),
        "previous_version": before,
        "previous_name": str(template.get("previous_launch_configuration_name") or ""),
        "changed": template.get("status") == "planned",
    }


def _estimate(info: Vars, foreseen: Vars, nodes: int) -> dict[str, Any] | None:
    """Return how many seconds it would take; None without a window.

    EKS launches its surge at once and replaces as many at one time as may be unavailable.
    """
    if not foreseen:
        return None
    by_eks = info.get("kind") == "eks_managed"
    at_once = foreseen["unavailable"] + (0 if by_eks else foreseen["surge"])
    past = info.get("durations") or {}
    paces = (past.get("boots", ()), past.get("drains", ()))
    found = estimate(nodes, foreseen["canaries"], at_once, foreseen["soak"], paces)
    more = foreseen["soak"] if by_eks and nodes else 0.0
    return {
        "likely": found.likely + more,
        "least": found.least + more,
        "most": found.most + more,
        "learned": found.learned,
    }


def _findings(info: Vars, result: Vars, why: str) -> list[dict[str, str]]:
    """Return what was found, the worst first."""
    waits, warnings = info.get("waits", ()), info.get("preflight", ())
    refused = dict.fromkeys((*info.get("refusals", ()), *info.get("blockers", ())))
    if why and not any(one in why for one in refused):
        refused = {why: None, **refused}
    others = [one for one in (*warnings, *result.get("warnings", ())) if one not in waits]
    kinds = (("refused", refused), ("will wait", waits), ("warning", dict.fromkeys(others)))
    return [{"kind": kind, "text": text} for kind, texts in kinds for text in texts]
