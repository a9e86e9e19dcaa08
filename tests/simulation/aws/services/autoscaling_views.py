# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: the Describe operations, which may lag behind writes."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Hook
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import matches, page
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_groups import (
    find_group,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.views import (
    activity_view,
    group_tags,
    group_view,
    member_view,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


def answer(name: str, items: list[Any], token: str | None) -> dict[str, Any]:
    """Return a page as Auto Scaling does, with NextToken only if there is more."""
    return {name: items, "NextToken": token} if token else {name: items}


def _view(account: Account, group: Group, moment: float, members: bool) -> dict[str, Any] | None:
    view = account.history.view("group", group.name, moment, lambda: group_view(account, group))
    if view is None:
        return None
    return {**view, "Instances": _members(account, group, moment) if members else []}


def _members(account: Account, group: Group, moment: float) -> list[dict[str, Any]]:
    if not account.behavior.describe_lag:
        return [member_view(member) for member in group.members.values()]
    history = account.history
    views = [
        history.view("member", member.instance_id, moment, functools.partial(member_view, member))
        for member in group.members.values()
    ]
    return [view for view in (*views, *history.parted(group.name, moment)) if view is not None]


@operation(
    "autoscaling",
    "DescribeAutoScalingGroups",
    "AutoScalingGroupNames",
    "Filters",
    "MaxRecords",
    "NextToken",
    "IncludeInstances",
)
def describe(account: Account, params: Params) -> dict[str, Any]:
    """Return groups by name or tag; unknown names are left out."""
    names, filters = params.get("AutoScalingGroupNames"), params.get("Filters", ())
    groups = (
        account.groups
        if not names
        else {n: account.groups[n] for n in names if n in account.groups}
    )
    if filters:
        groups = {
            name: group for name, group in groups.items() if matches(group, filters, {}, _tags)
        }
    size = account.page_size(params.get("MaxRecords", 50), 100)
    chosen, token = page(groups, params.get("NextToken"), size)
    moment = account.history.moment()
    views = [
        _view(account, group, moment, params.get("IncludeInstances", True)) for group in chosen
    ]
    return answer("AutoScalingGroups", [view for view in views if view is not None], token)


def _tags(group: Group) -> list[str]:
    return [f"{key}={tag.value}" for key, tag in group.tags.items()]


@operation("autoscaling", "DescribeAutoScalingInstances", "InstanceIds", "MaxRecords", "NextToken")
def describe_instances(account: Account, params: Params) -> dict[str, Any]:
    """Return members by instance ID; instances outside of groups are left out."""
    moment, wanted = account.history.moment(), params.get("InstanceIds")
    found: dict[str, dict[str, Any]] = {}
    for group in _groups_of(account, wanted):
        for view in _members(account, group, moment):
            if not wanted or view["InstanceId"] in wanted:
                found[view["InstanceId"]] = {
                    **view,
                    "AutoScalingGroupName": group.name,
                    "HealthStatus": "HEALTHY" if view["HealthStatus"] == "Healthy" else "UNHEALTHY",
                }
    chosen, token = page(
        found, params.get("NextToken"), account.page_size(params.get("MaxRecords"), 50)
    )
    return answer("AutoScalingInstances", chosen, token)


def _groups_of(account: Account, instance_ids: list[str] | None) -> list[Group]:
    if not instance_ids:
        return list(account.groups.values())
    names = {account.instances[name].group for name in instance_ids if name in account.instances}
    return [account.groups[name] for name in sorted(names) if name in account.groups]


@operation("autoscaling", "DescribeTags", "Filters", "MaxRecords", "NextToken")
def describe_tags(account: Account, params: Params) -> dict[str, Any]:
    """Return tags of groups, by group, key, value or propagation."""
    known = {
        "auto-scaling-group": lambda tag: [tag["ResourceId"]],
        "key": lambda tag: [tag["Key"]],
        "value": lambda tag: [tag["Value"]],
        "propagate-at-launch": lambda tag: ["true" if tag["PropagateAtLaunch"] else "false"],
    }
    tags = {
        f"{tag['ResourceId']}/{tag['Key']}": tag
        for group in account.groups.values()
        for tag in group_tags(group)
        if matches(tag, params.get("Filters", ()), known, lambda _tag: [])
    }
    size = account.page_size(params.get("MaxRecords", 50), 100)
    return answer("Tags", *page(tags, params.get("NextToken"), size))


@operation(
    "autoscaling",
    "DescribeScalingActivities",
    "ActivityIds",
    "AutoScalingGroupName",
    "MaxRecords",
    "NextToken",
)
def describe_activities(account: Account, params: Params) -> dict[str, Any]:
    """Return activities, the newest first."""
    name, wanted = params.get("AutoScalingGroupName"), params.get("ActivityIds")
    groups = [find_group(account, name)] if name else list(account.groups.values())
    pairs = [
        (group, one)
        for group in groups
        for one in group.activities
        if not wanted or one.id in wanted
    ]
    ordered = {
        f"{index:06d}": pair
        for index, pair in enumerate(sorted(pairs, key=lambda pair: -pair[1].started_at))
    }
    chosen, token = page(
        ordered, params.get("NextToken"), account.page_size(params.get("MaxRecords"), 100)
    )
    return answer(
        "Activities", [activity_view(account, group, one) for group, one in chosen], token
    )


@operation(
    "autoscaling",
    "DescribeInstanceRefreshes",
    "AutoScalingGroupName",
    "InstanceRefreshIds",
    "MaxRecords",
    "NextToken",
)
def describe_refreshes(account: Account, params: Params) -> dict[str, Any]:
    """Return the group's instance refreshes that the scenario set, newest first."""
    group, wanted = (
        find_group(account, params["AutoScalingGroupName"]),
        params.get("InstanceRefreshIds"),
    )
    found = [r for r in group.refreshes if not wanted or r["InstanceRefreshId"] in wanted]
    ordered = {f"{index:06d}": refresh for index, refresh in enumerate(found)}
    size = account.page_size(params.get("MaxRecords"), 100)
    return answer("InstanceRefreshes", *page(ordered, params.get("NextToken"), size))


def hook_view(group: Group, hook: Hook) -> dict[str, Any]:
    """Return an element of DescribeLifecycleHooks."""
    view: dict[str, Any] = {
        "LifecycleHookName": hook.name,
        "AutoScalingGroupName": group.name,
        "LifecycleTransition": f"autoscaling:EC2_INSTANCE_{hook.transition.upper()}",
        "HeartbeatTimeout": int(hook.timeout),
        "GlobalTimeout": min(int(hook.timeout) * 100, 172800),
        "DefaultResult": hook.default_result,
    }
    optional = {
        "NotificationMetadata": hook.metadata,
        "NotificationTargetARN": hook.target_arn,
        "RoleARN": hook.role_arn,
    }
    return {**view, **{name: value for name, value in optional.items() if value}}


@operation("autoscaling", "DescribeLifecycleHooks", "AutoScalingGroupName", "LifecycleHookNames")
def describe_hooks(account: Account, params: Params) -> dict[str, Any]:
    """Return the group's lifecycle hooks."""
    group, wanted = (
        find_group(account, params["AutoScalingGroupName"]),
        params.get("LifecycleHookNames"),
    )
    return {
        "LifecycleHooks": [
            hook_view(group, h) for h in group.hooks.values() if not wanted or h.name in wanted
        ]
    }


def _listed(account: Account, params: Mapping[str, Any], kind: str) -> dict[str, Any]:
    name = params.get("AutoScalingGroupName")
    groups = [find_group(account, name)] if name else list(account.groups.values())
    found = {f"{g.name}/{i:04d}": item for g in groups for i, item in enumerate(getattr(g, kind))}
    chosen, token = page(
        found, params.get("NextToken"), account.page_size(params.get("MaxRecords"), 50)
    )
    return answer(
        {"policies": "ScalingPolicies", "scheduled_actions": "ScheduledUpdateGroupActions"}[kind],
        chosen,
        token,
    )


@operation("autoscaling", "DescribePolicies", "AutoScalingGroupName", "MaxRecords", "NextToken")
def describe_policies(account: Account, params: Params) -> dict[str, Any]:
    """Return the scaling policies that the scenario set."""
    return _listed(account, params, "policies")


@operation(
    "autoscaling", "DescribeScheduledActions", "AutoScalingGroupName", "MaxRecords", "NextToken"
)
def describe_scheduled(account: Account, params: Params) -> dict[str, Any]:
    """Return the scheduled actions that the scenario set."""
    return _listed(account, params, "scheduled_actions")
