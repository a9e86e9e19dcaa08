# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe EC2 instances."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import KEPT

VALUES_PER_FILTER = 200
"""EC2 takes up to 200 values in a filter (DescribeInstances, API reference)."""


def describe_instances(
    aws: Aws, doing: str, name: str, values: Sequence[str]
) -> Iterator[Mapping[str, Any]]:
    """Yield the instances with one of these values in filter `name`.

    Asked for by filter, because a call by IDs fails if EC2 has forgotten one of them.
    """
    for start in range(0, len(values), VALUES_PER_FILTER):
        filters = [{"Name": name, "Values": list(values[start : start + VALUES_PER_FILTER])}]
        for reservation in aws.pages(
            doing, "ec2", "DescribeInstances", "Reservations", Filters=filters
        ):
            yield from reservation["Instances"]


def joined(instance: Instance, machine: Mapping[str, Any]) -> Instance:
    """Return the instance with what EC2 describes of it; {} means not known."""
    launched = machine.get("LaunchTime")
    return dataclasses.replace(
        instance,
        zone=instance.zone or machine.get("Placement", {}).get("AvailabilityZone", ""),
        state=machine.get("State", {}).get("Name", ""),
        image_id=machine.get("ImageId", ""),
        type=machine.get("InstanceType", instance.type),
        launched_at=launched.timestamp() if launched else 0.0,
        private_dns=machine.get("PrivateDnsName", ""),
        platform=str(machine.get("Platform", "")).lower(),
        kept=any(tag["Key"] == KEPT for tag in machine.get("Tags", ())),
    )
