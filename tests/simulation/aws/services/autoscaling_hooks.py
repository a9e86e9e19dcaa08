# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: lifecycle hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import validation
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Hook, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_groups import (
    find_group,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


@operation(
    "autoscaling",
    "PutLifecycleHook",
    "LifecycleHookName",
    "AutoScalingGroupName",
    "LifecycleTransition",
    "HeartbeatTimeout",
    "DefaultResult",
    "NotificationMetadata",
    "NotificationTargetARN",
    "RoleARN",
)
def put_hook(account: Account, params: Params) -> dict[str, Any]:
    """Create or change a lifecycle hook."""
    group, name = find_group(account, params["AutoScalingGroupName"]), params["LifecycleHookName"]
    old = group.hooks.get(name)
    transition = params.get("LifecycleTransition", "")
    if not transition and old is None:
        raise validation("LifecycleTransition is required for a new lifecycle hook")
    hook = old or Hook(name, transition.rpartition("_")[2].lower())
    hook.timeout = float(params.get("HeartbeatTimeout", hook.timeout))
    hook.default_result = params.get("DefaultResult", hook.default_result)
    hook.metadata = params.get("NotificationMetadata", hook.metadata)
    hook.target_arn = params.get("NotificationTargetARN", hook.target_arn)
    hook.role_arn = params.get("RoleARN", hook.role_arn)
    group.hooks[name] = hook
    return {}


@operation("autoscaling", "DeleteLifecycleHook", "LifecycleHookName", "AutoScalingGroupName")
def delete_hook(account: Account, params: Params) -> dict[str, Any]:
    """Delete a hook; complete it for the members that it holds.

    The result is ABANDON for launches and CONTINUE for terminations.
    """
    group = find_group(account, params["AutoScalingGroupName"])
    hook = group.hooks.pop(params["LifecycleHookName"], None)
    if hook is None:
        raise validation(f"No Lifecycle Hook found with name {params['LifecycleHookName']}")
    result = "ABANDON" if hook.transition == "launching" else "CONTINUE"
    for member in [m for m in group.members.values() if hook.name in m.hooks]:
        account.scaler.lifecycle.complete(group, member, hook, result)
    return {}


def _held(account: Account, params: Params) -> tuple[Group, Member, Hook]:
    group = find_group(account, params["AutoScalingGroupName"])
    member = group.members.get(params.get("InstanceId", ""))
    hook = group.hooks.get(params["LifecycleHookName"])
    if member is None or hook is None or hook.name not in member.hooks:
        raise validation(
            f"No active Lifecycle Action found with instance ID {params.get('InstanceId')}"
        )
    return group, member, hook


@operation(
    "autoscaling",
    "CompleteLifecycleAction",
    "LifecycleHookName",
    "AutoScalingGroupName",
    "LifecycleActionResult",
    "InstanceId",
)
def complete(account: Account, params: Params) -> dict[str, Any]:
    """Complete a hook for an instance, with CONTINUE or ABANDON."""
    account.scaler.lifecycle.complete(*_held(account, params), params["LifecycleActionResult"])
    return {}


@operation(
    "autoscaling",
    "RecordLifecycleActionHeartbeat",
    "LifecycleHookName",
    "AutoScalingGroupName",
    "InstanceId",
)
def heartbeat(account: Account, params: Params) -> dict[str, Any]:
    """Restart a hook's timeout."""
    account.scaler.lifecycle.heartbeat(*_held(account, params))
    return {}
