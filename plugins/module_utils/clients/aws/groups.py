# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the parts of a described Auto Scaling group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    not_rotated,
)


def source_of(raw: Mapping[str, Any]) -> tuple[str, str]:
    """What the group launches from, as it points there; an absent version means $Default
    (LaunchTemplateSpecification)."""
    policy = raw.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    template = raw.get("LaunchTemplate") or policy.get("LaunchTemplateSpecification")
    if template:
        return template["LaunchTemplateId"], template.get("Version") or "$Default"
    return raw.get("LaunchConfigurationName", ""), ""


def unsupported(raw: Mapping[str, Any]) -> Iterable[str]:
    """What a rotation does not handle, each as the end of a sentence about the group."""
    tags = {tag["Key"]: tag.get("Value", "") for tag in raw.get("Tags", ())}
    if why := not_rotated(tags):
        yield why
    overrides = raw.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {}).get("Overrides", ())
    if any(override.get("LaunchTemplateSpecification") for override in overrides):
        yield "has a launch template of its own for some instance types"
    if any(override.get("ImageId") for override in overrides):
        yield "names an image of its own for some instance types"
    if any(override.get("WeightedCapacity") for override in overrides):
        yield "counts its instances by weight"
    if raw.get("WarmPoolConfiguration"):
        yield "has a warm pool"
    if standby := [
        entry["InstanceId"]
        for entry in raw.get("Instances", ())
        if entry["LifecycleState"].endswith("Standby")
    ]:
        yield f"has an instance in standby ({standby[0]})"


def instance_of(entry: Mapping[str, Any], machine: Mapping[str, Any]) -> Instance:
    """Return an instance of the group, from what the group and what EC2 say of it."""
    template = entry.get("LaunchTemplate")
    source = (
        (template["LaunchTemplateId"], template.get("Version", ""))
        if template
        else (entry.get("LaunchConfigurationName", ""), "")
    )
    launched = machine.get("LaunchTime")
    return Instance(
        id=entry["InstanceId"],
        zone=entry.get("AvailabilityZone")
        or machine.get("Placement", {}).get("AvailabilityZone", ""),
        lifecycle=entry.get("LifecycleState", ""),
        healthy=entry.get("HealthStatus", "Healthy") == "Healthy",
        protected=bool(entry.get("ProtectedFromScaleIn")),
        source=source,
        state=machine.get("State", {}).get("Name", ""),
        image_id=machine.get("ImageId", ""),
        type=machine.get("InstanceType", entry.get("InstanceType", "")),
        launched_at=launched.timestamp() if launched else 0.0,
        private_dns=machine.get("PrivateDnsName", ""),
    )
