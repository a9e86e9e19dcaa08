# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: instance refreshes begin and are cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.refreshes import (
    ACTIVE,
    DEFAULTS,
    Refresh,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_groups import (
    find_group,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

MODELLED = {*DEFAULTS, "InstanceWarmup"}


@operation("autoscaling", "StartInstanceRefresh", "AutoScalingGroupName", "Strategy", "Preferences")
def start_refresh(account: Account, params: Params) -> dict[str, Any]:
    """Begin to replace the instances of a group; one refresh at a time."""
    group = find_group(account, params["AutoScalingGroupName"])
    preferences = dict(params.get("Preferences") or {})
    if unknown := preferences.keys() - MODELLED:
        raise AwsError("NotModelled", f"Preferences without {', '.join(sorted(unknown))}", 501)
    if any(one["Status"] in (*ACTIVE, "Cancelling") for one in group.refreshes):
        raise AwsError(
            "InstanceRefreshInProgress",
            "An Instance Refresh is already in progress and blocks the execution of this Instance"
            " Refresh.",
        )
    refresh = Refresh(account, group, preferences)
    group.refreshes.insert(0, refresh.view)
    account.refreshes[refresh.view["InstanceRefreshId"]] = refresh
    return {"InstanceRefreshId": refresh.view["InstanceRefreshId"]}


@operation(
    "autoscaling", "CancelInstanceRefresh", "AutoScalingGroupName", "WaitForTransitioningInstances"
)
def cancel_refresh(account: Account, params: Params) -> dict[str, Any]:
    """Cancel the instance refresh in progress."""
    group = find_group(account, params["AutoScalingGroupName"])
    for view in group.refreshes:
        if view["Status"] in ACTIVE:
            name = view["InstanceRefreshId"]
            if name in account.refreshes:
                account.refreshes[name].cancel()
            else:  # One that a scenario only shows.
                view["Status"] = "Cancelled"
            return {"InstanceRefreshId": name}
    raise AwsError(
        "ActiveInstanceRefreshNotFound",
        f"No in progress or pending Instance Refresh found for Auto Scaling group {group.name}",
    )
