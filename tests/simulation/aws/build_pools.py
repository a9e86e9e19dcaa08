# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give groups a warm pool before time starts."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import (
    Group,
    WarmPool,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import resolve_origins
from ansible_collections.nodeops.rotator.tests.simulation.aws.warm_pools import wanted

_EC2 = {"Stopped": "stopped", "Hibernated": "stopped", "Running": "running"}
"""EC2's state of an instance by that of the pool."""


def add_warm_pool(
    account: Account, group: Group, state: str = "Stopped", reuse: bool = False, **more: Any
) -> list[str]:
    """Fill a warm pool for the group from what it launches now; return the instances.

    `more`: MinSize and MaxGroupPreparedCapacity.
    """
    policy = {"InstanceReusePolicy": {"ReuseOnScaleIn": reuse}} if reuse else {}
    group.warm_pool = WarmPool({"MinSize": 0, "PoolState": state, **policy, **more})
    origin, tags = resolve_origins(account, group)[0], {"aws:autoscaling:groupName": group.name}
    for number in range(wanted(group)):
        subnet = account.subnets[group.subnets[number % len(group.subnets)]]
        instance = account.fleet.create(origin.spec(group, tags), subnet)
        instance.state, instance.group = _EC2[state], group.name
        instance.launched_at = account.kernel.now - 86400.0
        member = account.scaler.lifecycle.made(instance, origin)
        member.lifecycle_state = f"Warmed:{state}"
        group.warm_pool.members[instance.id] = member
    account.history.forget()
    return list(group.warm_pool.members)
