# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Return values of kops_instance_group_image for one instance group."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.preview import shorten
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    GroupDone,
    Restored,
)


def show_group(done: GroupDone, status: str) -> dict[str, Any]:
    """Return what was done with an instance group, as the module documents it."""
    plan = done.plan
    return {
        "name": plan.group.name,
        "status": status,
        "autoscaling_group_name": plan.autoscaling_group,
        "image": plan.text,
        "image_id": plan.image.id,
        "previous_image": plan.group.image,
        "previous_image_id": plan.version.image_id,
        "launch_template_id": plan.template_id,
        "launch_template_name": plan.template_name,
        "version": done.number,
        "previous_version": plan.version.number,
    }


def diff_group(done: GroupDone) -> str:
    """Return a line for each field that changes, in the state store and in AWS."""
    plan, verdict = done.plan, done.verdict
    name, lines = plan.group.name, ""
    if plan.writes_store:
        lines = f"InstanceGroup/{name}/spec.image: {plan.group.image} -> {plan.text}\n"
    if plan.moves_template and verdict and verdict.image is None:
        lines += (
            f"LaunchTemplate/{plan.template_name}/ImageID: {plan.version.image_id} -> {plan.text}\n"
        )
    return lines + (shorten(verdict) if verdict else "")


def tell_allowed(done: GroupDone) -> str:
    """Return a sentence about other changes that were allowed, "" without any."""
    allowed = [one.shown for one in done.verdict.allowed] if done.verdict else []
    if not allowed:
        return ""
    return f"With the image of {done.plan.group.name} kops also changed {'; '.join(allowed)}"


def tell_chosen(name: str, restored: Restored) -> str:
    """Return a sentence about an image that somebody has named for group `name`."""
    return (
        f"The state store of {name} was left as somebody else has written it since: it names"
        f" {restored.image}, and the launch template has another image"
    )
