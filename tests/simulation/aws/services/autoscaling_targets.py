# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: the target groups of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import validation
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import page
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_groups import (
    find_group,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_views import (
    answer,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


def _known_target_groups(account: Account, arns: list[str]) -> None:
    missing = [arn for arn in arns if arn not in account.target_groups]
    if missing:
        raise validation(
            "Provided Target Groups may not be valid. Please ensure they exist and try again: "
            f"{missing[0]}"
        )


@operation(
    "autoscaling", "AttachLoadBalancerTargetGroups", "AutoScalingGroupName", "TargetGroupARNs"
)
def attach_target_groups(account: Account, params: Params) -> dict[str, Any]:
    """Attach target groups and register the members in service."""
    group, arns = (
        find_group(account, params["AutoScalingGroupName"]),
        list(params["TargetGroupARNs"]),
    )
    _known_target_groups(account, arns)
    account.scaler.note_group(group)
    for arn in [arn for arn in arns if arn not in group.target_groups]:
        group.target_groups.append(arn)
        for member in group.members.values():
            if member.lifecycle_state == "InService" and not member.doomed:
                account.balancer.register(account.target_groups[arn], member.instance_id)
    return {}


@operation(
    "autoscaling", "DetachLoadBalancerTargetGroups", "AutoScalingGroupName", "TargetGroupARNs"
)
def detach_target_groups(account: Account, params: Params) -> dict[str, Any]:
    """Detach target groups and start draining the members' targets."""
    group = find_group(account, params["AutoScalingGroupName"])
    account.scaler.note_group(group)
    for arn in [arn for arn in params["TargetGroupARNs"] if arn in group.target_groups]:
        group.target_groups.remove(arn)
        for member in group.members.values() if arn in account.target_groups else ():
            account.balancer.deregister(account.target_groups[arn], member.instance_id)
    return {}


@operation(
    "autoscaling",
    "DescribeLoadBalancerTargetGroups",
    "AutoScalingGroupName",
    "MaxRecords",
    "NextToken",
)
def describe_target_groups(account: Account, params: Params) -> dict[str, Any]:
    """Return attached target groups: Added, or InService once a target is healthy."""
    group = find_group(account, params["AutoScalingGroupName"])
    views = {
        arn: {
            "LoadBalancerTargetGroupARN": arn,
            "State": "InService" if account.target_groups[arn].healthy() else "Added",
        }
        for arn in group.target_groups
        if arn in account.target_groups
    }
    size = account.page_size(params.get("MaxRecords"), 100)
    return answer("LoadBalancerTargetGroups", *page(views, params.get("NextToken"), size))
