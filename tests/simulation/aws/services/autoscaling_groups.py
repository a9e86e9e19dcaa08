# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: create, change and delete groups."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError, validation
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import (
    Group,
    Tag,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import (
    find_template,
    find_version,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

_SETTINGS = (
    "DefaultCooldown",
    "HealthCheckType",
    "HealthCheckGracePeriod",
    "NewInstancesProtectedFromScaleIn",
    "TerminationPolicies",
    "CapacityRebalance",
    "MaxInstanceLifetime",
    "DefaultInstanceWarmup",
)
_SHAPE = (
    "AutoScalingGroupName",
    "LaunchConfigurationName",
    "LaunchTemplate",
    "MixedInstancesPolicy",
    "MinSize",
    "MaxSize",
    "DesiredCapacity",
    "AvailabilityZones",
    "VPCZoneIdentifier",
    *_SETTINGS,
)


def find_group(account: Account, name: str) -> Group:
    """Return the group; raise the usual ValidationError if there is none."""
    if name not in account.groups:
        raise validation(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    return account.groups[name]


def busy(account: Account) -> None:
    """Raise, at the odds of the behavior, an error of a group that is changing."""
    random, behavior = account.kernel.random, account.behavior
    if behavior.contention_odds and random.random() < behavior.contention_odds:
        raise AwsError(
            "ResourceContention",
            "You already have a pending update to an Amazon EC2 Auto Scaling resource.",
        )
    if behavior.scaling_in_progress_odds and random.random() < behavior.scaling_in_progress_odds:
        raise AwsError(
            "ScalingActivityInProgress", "Scaling activity is in progress for this group."
        )


@operation("autoscaling", "CreateAutoScalingGroup", *_SHAPE, "TargetGroupARNs", "Tags")
def create(account: Account, params: Params) -> dict[str, Any]:
    """Create a group; its instances are launched after the scaling delay."""
    name = params["AutoScalingGroupName"]
    if name in account.groups:
        raise AwsError(
            "AlreadyExists",
            "AutoScalingGroup by this name already exists - A group with the name "
            f"{name} already exists",
        )
    uuid = f"{account.kernel.random.getrandbits(128):032x}"
    arn = account.arn("autoscaling", f"autoScalingGroup:{uuid}:autoScalingGroupName/{name}")
    minimum, maximum = params["MinSize"], params["MaxSize"]
    group = Group(
        name,
        arn,
        minimum,
        maximum,
        params.get("DesiredCapacity", minimum),
        [],
        [],
        account.kernel.now,
    )
    _apply(account, group, {**params, "DesiredCapacity": group.desired})
    group.target_groups = list(params.get("TargetGroupARNs", ()))
    set_tags(group, params.get("Tags", ()))
    account.history.note("group", name, lambda: None)
    account.groups[name] = group
    account.scaler.plan(group)
    return {}


@operation("autoscaling", "UpdateAutoScalingGroup", *_SHAPE)
def update(account: Account, params: Params) -> dict[str, Any]:
    """Change a group; desired is kept between its minimum and maximum."""
    group = find_group(account, params["AutoScalingGroupName"])
    busy(account)
    _check_sizes(group, params)
    account.scaler.note_group(group)
    _apply(account, group, params)
    account.scaler.plan(group)
    return {}


def _check_sizes(group: Group, params: Params) -> None:
    minimum, maximum = params.get("MinSize", group.minimum), params.get("MaxSize", group.maximum)
    if minimum > maximum:
        raise validation(
            "Max bound, min bound and desired capacity: "
            f"Max bound {maximum} must be greater than or equal to min bound {minimum}"
        )
    desired = params.get("DesiredCapacity")
    if desired is not None and not minimum <= desired <= maximum:
        raise validation(
            f"Desired capacity:{desired} must be between the specified min size:{minimum} "
            f"and max size:{maximum}"
        )


def _apply(account: Account, group: Group, params: Params) -> None:
    _check_sizes(group, params)
    _point(account, group, params)
    if "VPCZoneIdentifier" in params or "AvailabilityZones" in params:
        _place(account, group, params)
    group.minimum, group.maximum = (
        params.get("MinSize", group.minimum),
        params.get("MaxSize", group.maximum),
    )
    group.desired = min(
        max(params.get("DesiredCapacity", group.desired), group.minimum), group.maximum
    )
    group.settings.update({name: params[name] for name in _SETTINGS if name in params})


def _point(account: Account, group: Group, params: Params) -> None:
    """Set what the group launches from; exactly one source is allowed."""
    ways = [
        way
        for way in ("LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy")
        if params.get(way)
    ]
    if len(ways) > 1 or (
        not ways and not (group.template or group.launch_configuration or group.mixed)
    ):
        raise validation(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, "
            "InstanceId or MixedInstancesPolicy parameter."
        )
    if not ways:
        return
    template = _full_spec(account, params["LaunchTemplate"]) if ways == ["LaunchTemplate"] else None
    mixed = (
        _full_policy(account, params["MixedInstancesPolicy"], group)
        if ways == ["MixedInstancesPolicy"]
        else None
    )
    configuration = params.get("LaunchConfigurationName") or ""
    if configuration and configuration not in account.launch_configurations:
        raise validation(f"Launch configuration name not found - {configuration}")
    group.template, group.mixed, group.launch_configuration = template, mixed, configuration


def _full_spec(account: Account, spec: Mapping[str, Any]) -> dict[str, str]:
    """Return a LaunchTemplateSpecification with ID and name; Version stays as given."""
    try:
        template = find_template(account, spec)
        find_version(template, spec.get("Version"))
    except AwsError as error:
        raise validation(error.message) from error
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "Version": str(spec.get("Version") or "$Default"),
    }


def _full_policy(account: Account, given: Mapping[str, Any], group: Group) -> dict[str, Any]:
    policy: dict[str, Any] = copy.deepcopy(dict(given))
    if "LaunchTemplate" not in policy:
        if group.mixed is None:
            raise validation("MixedInstancesPolicy must contain a LaunchTemplate.")
        policy["LaunchTemplate"] = group.mixed["LaunchTemplate"]
    part = policy["LaunchTemplate"]
    part["LaunchTemplateSpecification"] = _full_spec(account, part["LaunchTemplateSpecification"])
    for override in part.setdefault("Overrides", []):
        if "LaunchTemplateSpecification" in override:
            override["LaunchTemplateSpecification"] = _full_spec(
                account, override["LaunchTemplateSpecification"]
            )
    defaults = {
        "OnDemandAllocationStrategy": "prioritized",
        "OnDemandBaseCapacity": 0,
        "OnDemandPercentageAboveBaseCapacity": 100,
        "SpotAllocationStrategy": "lowest-price",
    }
    policy["InstancesDistribution"] = {**defaults, **policy.get("InstancesDistribution", {})}
    return policy


def _place(account: Account, group: Group, params: Params) -> None:
    names = [
        name.strip() for name in params.get("VPCZoneIdentifier", "").split(",") if name.strip()
    ]
    unknown = [name for name in names if name not in account.subnets]
    if unknown:
        raise validation(f"The subnet ID '{unknown[0]}' does not exist")
    if not names:
        names = [
            s.id for s in account.subnets.values() if s.zone in params.get("AvailabilityZones", ())
        ]
    group.subnets = names
    group.zones = sorted({account.subnets[name].zone for name in names})


@operation(
    "autoscaling", "SetDesiredCapacity", "AutoScalingGroupName", "DesiredCapacity", "HonorCooldown"
)
def set_desired(account: Account, params: Params) -> dict[str, Any]:
    """Change desired within minimum and maximum."""
    group, desired = find_group(account, params["AutoScalingGroupName"]), params["DesiredCapacity"]
    busy(account)
    if desired > group.maximum:
        raise validation(
            f"New SetDesiredCapacity value {desired} is above max value {group.maximum} for the "
            "AutoScalingGroup."
        )
    if desired < group.minimum:
        raise validation(
            f"New SetDesiredCapacity value {desired} is below min value {group.minimum} for the "
            "AutoScalingGroup."
        )
    cooling = group.last_scaled_at is not None and (
        account.kernel.now - group.last_scaled_at < group.setting("DefaultCooldown")
    )
    if params.get("HonorCooldown") and cooling:
        raise AwsError(
            "ScalingActivityInProgress", "Scaling activity is in progress for this group."
        )
    account.scaler.set_desired(group, desired)
    return {}


@operation("autoscaling", "DeleteAutoScalingGroup", "AutoScalingGroupName", "ForceDelete")
def delete(account: Account, params: Params) -> dict[str, Any]:
    """Delete a group; with ForceDelete its instances are terminated first."""
    group = find_group(account, params["AutoScalingGroupName"])
    if group.members and not params.get("ForceDelete"):
        raise AwsError(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending "
            "Spot instance request(s) still in the group.",
        )
    account.scaler.note_group(group)
    group.status, group.minimum, group.desired = "Delete in progress", 0, 0
    for member in [m for m in group.members.values() if not m.doomed]:
        account.scaler.lifecycle.retire(group, member, "The group is being deleted.", at_once=True)
    if not group.members:
        del account.groups[group.name]
    return {}


def set_tags(group: Group, tags: Any) -> None:
    """Set these tags of the group."""
    for tag in tags:
        group.tags[tag["Key"]] = Tag(tag.get("Value", ""), tag.get("PropagateAtLaunch", False))
