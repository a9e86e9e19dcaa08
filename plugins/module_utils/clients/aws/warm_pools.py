# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and change the warm pool of an Auto Scaling group."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    WARMED,
    Instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
    read_instance,
)

KEPT_SETTINGS = ("MaxGroupPreparedCapacity", "MinSize", "PoolState")
"""Settings of a pool that PutWarmPool is to leave as they are."""


def read_pool(aws: Aws, group: DescribedGroup) -> tuple[Instance, ...]:
    """Return the instances in the warm pool, without what only EC2 knows.

    It costs no call for a group without a pool.
    """
    if group.warm_pool is None:
        return ()
    doing = f"read the warm pool of Auto Scaling group {group.name}"
    shown = aws.pages(
        doing, "autoscaling", "DescribeWarmPool", "Instances", AutoScalingGroupName=group.name
    )
    listed = {one.id: one for one in map(read_instance, shown)}
    warmed = {one.id: one for one in group.instances if one.lifecycle.startswith(WARMED)}
    return tuple({**warmed, **listed}.values())


def end_pooled(aws: Aws, group: str, instance: str) -> None:
    """End an instance of a warm pool, unless EC2 does not know it any more."""
    doing = f"end instance {instance} of the warm pool of {group}"
    try:
        aws.call(doing, "ec2", "TerminateInstances", InstanceIds=[instance])
    except NotFoundError:
        return


def set_reuse(aws: Aws, group: DescribedGroup, reuses: bool) -> None:
    """Set whether instances go back to the warm pool, if the group has one.

    The other settings are sent as they were just read, since a pool is written as a whole.
    """
    if group.warm_pool is None:
        return
    same = {name: group.warm_pool[name] for name in KEPT_SETTINGS if name in group.warm_pool}
    policy = {"ReuseOnScaleIn": reuses}
    aws.call(
        f"change the warm pool of {group.name}",
        "autoscaling",
        "PutWarmPool",
        AutoScalingGroupName=group.name,
        InstanceReusePolicy=policy,
        **same,
    )
