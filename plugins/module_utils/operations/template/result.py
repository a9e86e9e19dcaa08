# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show an update of templates or of a launch configuration, with its diff."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    NUMBER,
    render,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.outcome import (
    ConfigurationOutcome,
    Outcome,
    Part,
)


def show_templates(outcome: Outcome) -> dict[str, Any]:
    """Return the result for launch templates.

    The main template's fields are at the top, every template's under `templates`.
    """
    parts = [_show_part(part) for part in outcome.parts]
    return {
        **parts[0],
        "kind": "launch_template",
        "autoscaling_group_name": outcome.source.group,
        "templates": parts,
        "verified": outcome.verified,
        "changed": outcome.changed,
    }


def _show_part(part: Part) -> dict[str, Any]:
    plan = part.plan
    pinned = plan.group_version is not None
    return {
        "launch_template_id": part.use.template_id,
        "launch_template_name": part.name,
        "version": plan.number,
        "previous_version": plan.source.number,
        "image_id": plan.after.get("ImageId", ""),
        "previous_image_id": plan.before.get("ImageId", ""),
        "pointer": NUMBER if pinned else plan.pointer,
        "changes": list(plan.changes),
        "versions_deleted": list(part.prune),
    }


def diff_templates(outcome: Outcome) -> list[dict[str, str]]:
    """Return one diff for each template that changes."""
    return [_diff_part(outcome, part) for part in outcome.parts if part.changed]


def _diff_part(outcome: Outcome, part: Part) -> dict[str, str]:
    plan = part.plan
    header = f"launch template {part.name} ({part.use.template_id})"
    before = [f"version: {plan.source.number}"]
    after = [f"version: {plan.number}"]
    if plan.group_version is not None:
        before.append(f"version of {outcome.source.group}: {part.use.version}")
        after.append(f"version of {outcome.source.group}: {plan.group_version}")
    if plan.default_to is not None:
        after.append(f"default version: {plan.default_to}")
    if part.prune:
        before.append(f"old versions: {', '.join(str(number) for number in part.prune)}")
    return {
        "before_header": header,
        "after_header": header,
        "before": "".join(f"{line}\n" for line in before) + render(plan.before, plan.after),
        "after": "".join(f"{line}\n" for line in after) + render(plan.after, plan.before),
    }


def show_configuration(outcome: ConfigurationOutcome) -> dict[str, Any]:
    """Return the result for a launch configuration."""
    plan = outcome.plan
    return {
        "kind": "launch_configuration",
        "autoscaling_group_name": outcome.source.group,
        "launch_configuration_name": plan.name,
        "previous_launch_configuration_name": plan.current,
        "image_id": plan.after.get("ImageId", ""),
        "previous_image_id": plan.before.get("ImageId", ""),
        "changes": list(plan.changes),
        "configurations_deleted": list(outcome.prune),
        "verified": outcome.verified,
        "changed": outcome.changed,
    }


def diff_configuration(outcome: ConfigurationOutcome) -> list[dict[str, str]]:
    """Return the diff of a launch configuration, if it changes."""
    plan = outcome.plan
    if not outcome.changed:
        return []
    header = f"launch configuration of {outcome.source.group}"
    old = f"old configurations: {', '.join(outcome.prune)}\n" if outcome.prune else ""
    return [
        {
            "before_header": header,
            "after_header": header,
            "before": f"name: {plan.current}\n{old}" + render(plan.before, plan.after),
            "after": f"name: {plan.name}\n" + render(plan.after, plan.before),
        }
    ]
