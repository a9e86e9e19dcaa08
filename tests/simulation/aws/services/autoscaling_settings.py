# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: a group's metrics, processes and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import validation
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import METRICS, PROCESSES
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_groups import (
    find_group,
    set_tags,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


@operation(
    "autoscaling", "EnableMetricsCollection", "AutoScalingGroupName", "Metrics", "Granularity"
)
def enable_metrics(account: Account, params: Params) -> dict[str, Any]:
    """Enable the given metrics of the group, or all."""
    group = find_group(account, params["AutoScalingGroupName"])
    account.scaler.note_group(group)
    group.metrics.update(params.get("Metrics") or METRICS)
    return {}


@operation("autoscaling", "DisableMetricsCollection", "AutoScalingGroupName", "Metrics")
def disable_metrics(account: Account, params: Params) -> dict[str, Any]:
    """Disable the given metrics of the group, or all."""
    group = find_group(account, params["AutoScalingGroupName"])
    account.scaler.note_group(group)
    group.metrics.difference_update(params.get("Metrics") or METRICS)
    return {}


def _processes(params: Params) -> list[str]:
    names = list(params.get("ScalingProcesses") or PROCESSES)
    unknown = [name for name in names if name not in PROCESSES]
    if unknown:
        raise validation(
            f"One or more of the processes '{', '.join(unknown)}' is not a valid process name."
        )
    return names


@operation("autoscaling", "SuspendProcesses", "AutoScalingGroupName", "ScalingProcesses")
def suspend(account: Account, params: Params) -> dict[str, Any]:
    """Suspend the given processes, or all."""
    group = find_group(account, params["AutoScalingGroupName"])
    account.scaler.note_group(group)
    for name in _processes(params):
        group.suspended[name] = f"User suspended at {account.scaler.stamp()}"
    return {}


@operation("autoscaling", "ResumeProcesses", "AutoScalingGroupName", "ScalingProcesses")
def resume(account: Account, params: Params) -> dict[str, Any]:
    """Resume the given processes, or all; the group catches up."""
    group = find_group(account, params["AutoScalingGroupName"])
    account.scaler.note_group(group)
    for name in _processes(params):
        group.suspended.pop(name, None)
    account.scaler.resumed(group)
    return {}


@operation("autoscaling", "CreateOrUpdateTags", "Tags")
def put_tags(account: Account, params: Params) -> dict[str, Any]:
    """Set tags of groups; running instances keep theirs."""
    for tag in params["Tags"]:
        group = find_group(account, tag["ResourceId"])
        account.scaler.note_group(group)
        set_tags(group, [tag])
    return {}


@operation("autoscaling", "DeleteTags", "Tags")
def delete_tags(account: Account, params: Params) -> dict[str, Any]:
    """Remove tags of groups."""
    for tag in params["Tags"]:
        group = find_group(account, tag["ResourceId"])
        account.scaler.note_group(group)
        group.tags.pop(tag["Key"], None)
    return {}
