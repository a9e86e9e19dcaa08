# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch an instance of an Auto Scaling group at once."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError


def launch_instance(aws: Aws, group: str, zone: str, token: str) -> None:
    """Launch one instance in a zone, or raise RefusedError with EC2's reason.

    Auto Scaling does not try again by itself (retry strategy none). The same token launches once.
    """
    doing = f"launch an instance of {group} in {zone}"
    found = aws.call(
        doing,
        "autoscaling",
        "LaunchInstances",
        AutoScalingGroupName=group,
        RequestedCapacity=1,
        AvailabilityZones=[zone],
        ClientToken=token,
        RetryStrategy="none",
    )
    if any(entry.get("InstanceIds") for entry in found.get("Instances", ())):
        return
    error: dict[str, str] = next(iter(found.get("Errors", ())), {})
    code = error.get("ErrorCode", "no instance and no reason was answered")
    raise RefusedError(f"Cannot {doing}: {code} {error.get('ErrorMessage', '')}".rstrip())
