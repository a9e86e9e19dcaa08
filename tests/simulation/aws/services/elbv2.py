# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elastic Load Balancing v2: target groups and the health of their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import (
    CLASSIC,
    TargetGroup,
    health_view,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import page, tag_list

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


def _find(account: Account, arn: str) -> TargetGroup:
    if arn not in account.target_groups:
        raise AwsError("TargetGroupNotFound", f"Target groups '{arn}' not found")
    return account.target_groups[arn]


def _view(group: TargetGroup) -> dict[str, Any]:
    return {
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "Protocol": group.protocol,
        "Port": group.port,
        "VpcId": group.vpc_id,
        "TargetType": group.target_type,
        "LoadBalancerArns": list(group.load_balancers),
        "HealthCheckEnabled": True,
        "HealthCheckProtocol": group.protocol,
        "HealthCheckPort": str(group.health_port or "traffic-port"),
        "HealthCheckIntervalSeconds": 10,
        "HealthCheckTimeoutSeconds": 10,
        "HealthyThresholdCount": 2,
        "UnhealthyThresholdCount": 2,
        "IpAddressType": "ipv4",
    }


@operation(
    "elbv2",
    "DescribeTargetGroups",
    "TargetGroupArns",
    "Names",
    "LoadBalancerArn",
    "Marker",
    "PageSize",
)
def describe(account: Account, params: Params) -> dict[str, Any]:
    """Return target groups by ARN or name (all must exist) or by load balancer."""
    arns, names, balancer = (
        params.get("TargetGroupArns"),
        params.get("Names"),
        params.get("LoadBalancerArn"),
    )
    every = [one for one in account.target_groups.values() if not one.arn.startswith(CLASSIC)]
    groups = [_find(account, arn) for arn in arns or ()] or every
    unknown = set(names or ()) - {group.name for group in groups}
    if unknown:
        raise AwsError("TargetGroupNotFound", "One or more target groups not found")
    views = {
        group.arn: _view(group)
        for group in groups
        if (not names or group.name in names) and (not balancer or balancer in group.load_balancers)
    }
    size = account.page_size(params.get("PageSize"), 400)
    shown, marker = page(views, params.get("Marker"), size, "ValidationError")
    return {"TargetGroups": shown, "NextMarker": marker} if marker else {"TargetGroups": shown}


@operation("elbv2", "DescribeTargetHealth", "TargetGroupArn", "Targets")
def describe_health(account: Account, params: Params) -> dict[str, Any]:
    """Return the health of all or some targets; unregistered ones are unused."""
    group = _find(account, params["TargetGroupArn"])
    history = account.history
    view = history.view(
        "target group", group.arn, history.moment(), lambda: {"targets": health_view(group)}
    )
    described = view["targets"] if view else []
    if not params.get("Targets"):
        return {"TargetHealthDescriptions": described}
    chosen = []
    for wanted in params["Targets"]:
        ports = [wanted["Port"]] if "Port" in wanted else None
        found = [
            d
            for d in described
            if d["Target"]["Id"] == wanted["Id"] and (not ports or d["Target"]["Port"] in ports)
        ]
        chosen += found or [_unregistered(group, wanted)]
    return {"TargetHealthDescriptions": chosen}


def _unregistered(group: TargetGroup, wanted: Any) -> dict[str, Any]:
    health = {
        "State": "unused",
        "Reason": "Target.NotRegistered",
        "Description": "Target is not registered to the target group",
    }
    return {
        "Target": {"Id": wanted["Id"], "Port": wanted.get("Port", group.port)},
        "TargetHealth": health,
    }


@operation("elbv2", "RegisterTargets", "TargetGroupArn", "Targets")
def register(account: Account, params: Params) -> dict[str, Any]:
    """Register targets; instances must be running."""
    group = _find(account, params["TargetGroupArn"])
    for target in params["Targets"]:
        instance = account.instances.get(target["Id"])
        if group.target_type == "instance" and (instance is None or instance.state != "running"):
            raise AwsError(
                "InvalidTarget",
                f"The following targets are not in a running state and cannot be registered: "
                f"'{target['Id']}'",
            )
    for target in params["Targets"]:
        account.balancer.register(group, target["Id"], target.get("Port"))
    return {}


@operation("elbv2", "DeregisterTargets", "TargetGroupArn", "Targets")
def deregister(account: Account, params: Params) -> dict[str, Any]:
    """Start draining targets; unregistered ones are skipped."""
    group = _find(account, params["TargetGroupArn"])
    for target in params["Targets"]:
        account.balancer.deregister(group, target["Id"], target.get("Port"))
    return {}


@operation("elbv2", "DescribeTargetGroupAttributes", "TargetGroupArn")
def describe_attributes(account: Account, params: Params) -> dict[str, Any]:
    """Return the attributes, the deregistration delay among them."""
    group = _find(account, params["TargetGroupArn"])
    delay = f"{group.deregistration_delay:g}"
    values = {
        "stickiness.enabled": "false",
        "deregistration_delay.timeout_seconds": delay,
        **group.attributes,
    }
    return {"Attributes": [{"Key": key, "Value": value} for key, value in values.items()]}


@operation("elbv2", "ModifyTargetGroupAttributes", "TargetGroupArn", "Attributes")
def modify_attributes(account: Account, params: Params) -> dict[str, Any]:
    """Set attributes."""
    group = _find(account, params["TargetGroupArn"])
    for attribute in params["Attributes"]:
        if attribute["Key"] == "deregistration_delay.timeout_seconds":
            group.deregistration_delay = float(attribute["Value"])
        else:
            group.attributes[attribute["Key"]] = attribute["Value"]
    return describe_attributes(account, params)


@operation("elbv2", "DescribeTags", "ResourceArns")
def describe_tags(account: Account, params: Params) -> dict[str, Any]:
    """Return tags of target groups."""
    groups = [_find(account, arn) for arn in params["ResourceArns"]]
    return {
        "TagDescriptions": [
            {"ResourceArn": group.arn, "Tags": tag_list(group.tags)} for group in groups
        ]
    }
