# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the world with what was planned, before a rotation begins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.plan import SCHEMA
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed


def departures(
    plan: Mapping[str, Any],
    name: str,
    info: Mapping[str, Any],
    image: str,
    options: Mapping[str, str],
) -> tuple[str, ...]:
    """Return in clauses how a node group differs from its plan.

    `plan`: the document (see core.report.plan). `name`: of the node group in the inventory.
    `info`: what node_group_info has read. `image`: that is to be put into the launch template, ""
    if that stays. `options`: the variables of the roles that are set now.
    """
    if plan.get("schema") != SCHEMA:
        return (f"it is no plan of schema {SCHEMA}",)
    found = [one for one in plan["node_groups"] if one["node_group"] == name]
    if not found:
        return (f"node group {name} is not in it",)
    group = found[0]
    if group["failed"]:
        return (f"the plan of node group {name} failed: {group['failed']}",)
    return (
        *_group(group, info),
        *_target(group, info, image),
        *_template(group, info, image),
        *_options(group, options),
    )


def _group(group: Mapping[str, Any], info: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is different about the group and its nodes.

    Fewer nodes are no difference: an earlier run of the same plan may have replaced them. While
    something is to be restored, the size is that of a rotation under way.
    """
    before, now = group["autoscaling_group_name"], info["autoscaling_group_name"]
    if before != now:
        yield f"its Auto Scaling group is {now}, and was {before}"
    base, desired = group["base"], info["sizes"]["desired"]
    if base != desired and not info["interrupted"]:
        yield f"the desired capacity is {desired}, and was {base}"
    planned = {node["instance_id"] for node in group["nodes"]}
    more = [one for one in info["nodes"] if one["outdated"] and one["instance_id"] not in planned]
    if more:
        names = listed(sorted(node["name"] or node["instance_id"] for node in more))
        yield f"nodes are outdated that were not: {names}"


def _target(group: Mapping[str, Any], info: Mapping[str, Any], image: str) -> Iterator[str]:
    """Yield what the nodes would run now, if it is something else."""
    now = image or str((info["target"] or {}).get("image_id") or "")
    before = group["to"]["image_ids"]
    if _due(info, image) and before != ([now] if now else []):
        yield f"the image is {now or 'unknown'}, and was {listed(before) or 'unknown'}"


def _template(group: Mapping[str, Any], info: Mapping[str, Any], image: str) -> Iterator[str]:
    """Yield what is different about the launch template or configuration.

    An earlier run of the same plan may have made the planned version already, under another number
    if somebody else has made one since. While something is to be restored, the version is that of a
    rotation under way. No plan knows the version that kops would make.
    """
    before, target = group["template"], info["target"] or {}
    name, version = str(target.get("template") or ""), str(target.get("version") or "")
    names = {before["id"], before["name"], before["previous_name"]} - {""}
    versions = {before["version"], before["previous_version"]} - {""}
    by_kops = (
        group["kind"].startswith("kops") and target.get("image_id") in group["to"]["image_ids"]
    )
    if not _due(info, image):
        return
    if names and name not in names:
        was = before["previous_name"] or before["name"] or before["id"]
        yield f"the launch template is {name or 'unknown'}, and was {was}"
    elif versions and version not in versions and not info["interrupted"] and not by_kops:
        was = before["previous_version"]
        yield f"the launch template is at version {version or 'unknown'}, and was at {was}"


def _due(info: Mapping[str, Any], image: str) -> bool:
    """Return whether the rotation would replace nodes or change the launch template."""
    return bool(image or any(node["outdated"] for node in info["nodes"]))


def _options(group: Mapping[str, Any], options: Mapping[str, str]) -> Iterator[str]:
    """Yield the variables that are set in another way."""
    before = group["options"]
    for name in sorted({*before, *options}):
        if before.get(name) != options.get(name):
            yield f"{name} is {options.get(name, 'not set')}, and was {before.get(name, 'not set')}"
