# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classic Elastic Load Balancing: the health of registered instances.

A classic load balancer is kept as a target group whose ARN is CLASSIC and its name, so that Auto
Scaling registers and deregisters with both in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import (
    CLASSIC,
    TargetGroup,
    health_view,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

_SAID = {
    "initial": ("OutOfService", "ELB", "Instance registration is still in progress."),
    "healthy": ("InService", "N/A", "N/A"),
    "unhealthy": (
        "OutOfService",
        "Instance",
        "Instance has failed at least the UnhealthyThreshold number of health checks"
        " consecutively.",
    ),
    "draining": ("InService", "ELB", "Instance deregistration currently in progress."),
    "unused": ("OutOfService", "Instance", "Instance is in stopped state."),
}


def _find(account: Account, name: str) -> TargetGroup:
    if CLASSIC + name not in account.target_groups:
        raise AwsError("LoadBalancerNotFound", f"There is no ACTIVE Load Balancer named '{name}'")
    return account.target_groups[CLASSIC + name]


def _ids(account: Account, params: Params) -> list[str]:
    ids = [one["InstanceId"] for one in params.get("Instances") or ()]
    if unknown := [one for one in ids if one not in account.instances]:
        raise AwsError("InvalidInstance", f"Could not find EC2 instance {unknown[0]}.")
    return ids


@operation("elb", "DescribeInstanceHealth", "LoadBalancerName", "Instances")
def describe_health(account: Account, params: Params) -> dict[str, Any]:
    """Return the state of all registered instances, or of some."""
    group, history = _find(account, params["LoadBalancerName"]), account.history
    view = history.view(
        "target group", group.arn, history.moment(), lambda: {"targets": health_view(group)}
    )
    said = {
        one["Target"]["Id"]: _SAID[one["TargetHealth"]["State"]]
        for one in (view["targets"] if view else ())
    }
    absent = (
        "OutOfService",
        "Instance",
        "Instance is not currently registered with the LoadBalancer.",
    )
    return {
        "InstanceStates": [
            {"InstanceId": id_, "State": state, "ReasonCode": reason, "Description": text}
            for id_ in _ids(account, params) or said
            for state, reason, text in (said.get(id_, absent),)
        ]
    }


@operation("elb", "RegisterInstancesWithLoadBalancer", "LoadBalancerName", "Instances")
def register(account: Account, params: Params) -> dict[str, Any]:
    """Register instances; return all that are."""
    group = _find(account, params["LoadBalancerName"])
    for id_ in _ids(account, params):
        account.balancer.register(group, id_)
    return _registered(group)


@operation("elb", "DeregisterInstancesFromLoadBalancer", "LoadBalancerName", "Instances")
def deregister(account: Account, params: Params) -> dict[str, Any]:
    """Begin to drain connections of instances; return those that stay."""
    group = _find(account, params["LoadBalancerName"])
    for id_ in _ids(account, params):
        account.balancer.deregister(group, id_)
    return _registered(group)


def _registered(group: TargetGroup) -> dict[str, Any]:
    staying = (one.id for one in group.targets.values() if one.state != "draining")
    return {"Instances": [{"InstanceId": id_} for id_ in staying]}
