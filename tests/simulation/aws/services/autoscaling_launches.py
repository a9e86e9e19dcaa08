# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: launches at once, in a zone that the caller names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import validation
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_groups import (
    busy,
    find_group,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


@operation(
    "autoscaling",
    "LaunchInstances",
    "AutoScalingGroupName",
    "RequestedCapacity",
    "ClientToken",
    "AvailabilityZones",
    "RetryStrategy",
)
def launch(account: Account, params: Params) -> dict[str, Any]:
    """Launch instances now; desired grows by as many, and what fails is answered.

    The same token is answered the same and launches nothing more.
    """
    group, number = find_group(account, params["AutoScalingGroupName"]), params["RequestedCapacity"]
    if params["ClientToken"] in group.launches:
        return group.launches[params["ClientToken"]]
    busy(account)
    zones = params.get("AvailabilityZones") or []
    _check(group, zones, number)
    launched, errors = [], []
    for _number in range(number):
        cause = f"At {account.scaler.stamp()} a user request launched an instance."
        member = account.scaler.launch(group, cause, zones[0] if zones else None, cold=True)
        launched += [member] if member is not None else []
        errors += [] if member is not None else [_error(group, zones)]
    if launched:
        account.scaler.note_group(group)
        group.desired += len(launched)
    answer = {
        "AutoScalingGroupName": group.name,
        "ClientToken": params["ClientToken"],
        "Instances": [_view(account, member) for member in launched],
        "Errors": errors,
    }
    group.launches[params["ClientToken"]] = answer
    return answer


def _check(group: Group, zones: list[str], number: int) -> None:
    if len(zones) > 1 or (not zones and len(group.zones) > 1):
        raise validation("One Availability Zone or subnet must be specified.")
    if zones and zones[0] not in group.zones:
        raise validation(f"Availability Zone {zones[0]} is not one of the group.")
    if group.desired + number > group.maximum:
        raise validation(
            f"RequestedCapacity {number} would exceed the max value {group.maximum} of the group."
        )


def _view(account: Account, member: Member) -> dict[str, Any]:
    instance = account.instances[member.instance_id]
    return {
        "InstanceType": instance.instance_type,
        "MarketType": "on-demand",
        "AvailabilityZone": member.zone,
        "InstanceIds": [member.instance_id],
    }


def _error(group: Group, zones: list[str]) -> dict[str, Any]:
    zone = {"AvailabilityZone": zones[0]} if zones else {}
    message = group.activities[0].message
    return {**zone, "ErrorCode": "InsufficientInstanceCapacity", "ErrorMessage": message}
