# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling: operations on the warm pool of a group."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import validation
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import WarmPool
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import page
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_groups import (
    find_group,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.autoscaling_views import (
    answer,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.views import member_view

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

SETTINGS = ("MaxGroupPreparedCapacity", "MinSize", "PoolState", "InstanceReusePolicy")


@operation("autoscaling", "DescribeWarmPool", "AutoScalingGroupName", "MaxRecords", "NextToken")
def describe(account: Account, params: Params) -> dict[str, Any]:
    """Return the group's warm pool; without one there is no configuration."""
    group = find_group(account, params["AutoScalingGroupName"])
    if group.warm_pool is None:
        return {"Instances": []}
    moment, history = account.history.moment(), account.history
    seen = {
        name: history.view("member", name, moment, functools.partial(member_view, member))
        for name, member in group.warm_pool.members.items()
    }
    views = {name: view for name, view in seen.items() if view is not None}
    size = account.page_size(params.get("MaxRecords"), 50)
    chosen, token = page(views, params.get("NextToken"), size)
    configuration = dict(group.warm_pool.configuration)
    return {"WarmPoolConfiguration": configuration, **answer("Instances", chosen, token)}


@operation("autoscaling", "PutWarmPool", "AutoScalingGroupName", *SETTINGS)
def put(account: Account, params: Params) -> dict[str, Any]:
    """Create a warm pool, or change what is given of one; -1 takes a maximum away."""
    group = find_group(account, params["AutoScalingGroupName"])
    if (
        group.mixed is not None
        and group.mixed.get("InstancesDistribution", {}).get(
            "OnDemandPercentageAboveBaseCapacity", 100
        )
        != 100
    ):
        raise validation(
            "You can't add a warm pool to an Auto Scaling group that has a mixed instances policy"
            " or a launch template or launch configuration that requests Spot Instances."
        )
    account.scaler.note_group(group)
    before = group.warm_pool or WarmPool({"MinSize": 0, "PoolState": "Stopped"})
    given = {name: params[name] for name in SETTINGS if name in params}
    configuration = {**before.configuration, **given}
    if configuration.get("MaxGroupPreparedCapacity") == -1:
        del configuration["MaxGroupPreparedCapacity"]
    group.warm_pool = WarmPool(configuration, before.members)
    account.scaler.plan(group)
    return {}
