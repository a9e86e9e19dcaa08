# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling groups as AWS describes them: find them, and read their parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    not_rotated,
    tags_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    read_group,
    read_member,
)

CHECK_NAME = "Check the name, the region and the account"
"""What to do where something named is not there."""


def describe_group(aws: Aws, name: str) -> Mapping[str, Any]:
    """Return the group as DescribeAutoScalingGroups shows it. Raises NotFoundError."""
    found = aws.call(
        f"read Auto Scaling group {name}",
        "autoscaling",
        "DescribeAutoScalingGroups",
        AutoScalingGroupNames=[name],
    )["AutoScalingGroups"]
    if not found:
        raise NotFoundError(f"There is no Auto Scaling group {name}", CHECK_NAME)
    group: Mapping[str, Any] = found[0]
    return group


def list_groups(
    aws: Aws,
    doing: str = "read Auto Scaling groups",
    filters: Mapping[str, Iterable[str]] | None = None,
) -> Iterator[Mapping[str, Any]]:
    """Yield the region's groups as DescribeAutoScalingGroups shows them.

    `filters`: filter names with their values.
    """
    named = [{"Name": name, "Values": list(values)} for name, values in (filters or {}).items()]
    more = {"Filters": named} if named else {}
    return aws.pages(doing, "autoscaling", "DescribeAutoScalingGroups", "AutoScalingGroups", **more)


def unsupported(raw: Mapping[str, Any]) -> Iterable[str]:
    """Yield what a rotation does not handle, each as the end of a sentence about the group."""
    if why := not_rotated(tags_of(raw)):
        yield why
    overrides = read_group(raw).overrides
    if any(override.own for override in overrides):
        yield "has a launch template of its own for some instance types"
    if any(override.image_id for override in overrides):
        yield "names an image of its own for some instance types"
    if any(override.weight for override in overrides):
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
    member = read_member(entry)
    launched = machine.get("LaunchTime")
    return Instance(
        id=member.id,
        zone=entry.get("AvailabilityZone")
        or machine.get("Placement", {}).get("AvailabilityZone", ""),
        lifecycle=entry.get("LifecycleState", ""),
        protected=bool(entry.get("ProtectedFromScaleIn")),
        source=member.source,
        state=machine.get("State", {}).get("Name", ""),
        image_id=machine.get("ImageId", ""),
        type=machine.get("InstanceType", member.type),
        launched_at=launched.timestamp() if launched else 0.0,
        private_dns=machine.get("PrivateDnsName", ""),
        platform=str(machine.get("Platform", "")).lower(),
    )
