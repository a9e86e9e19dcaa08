# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the termination hooks of a group, and what kops has detached from it.

Both are read once for each group, at the first read of it.
"""

from __future__ import annotations

import dataclasses

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.instances import (
    describe_instances,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    Actor,
    kind_of,
)

HANDLER_TAG = "aws-node-termination-handler/managed"
"""Tag of the groups on whose termination hooks the node termination handler waits."""
DETACHED_TAG = "kops.k8s.io/detached-from-asg"
"""kops detaches instances to surge, with this tag and the name of their Auto Scaling group (kops:
upup/pkg/fi/cloudup/awsup, DetachInstance)."""
_ENDS = "autoscaling:EC2_INSTANCE_TERMINATING"
_ALIVE = ("pending", "running", "stopping", "stopped")
_DEFAULT_TIMEOUT = 3600
"""Seconds of a hook that names none (API reference, LifecycleHook)."""


class BesideReads:
    """Reads them, and keeps them for each group."""

    def __init__(self) -> None:
        """Begin without having read anything."""
        self._known: dict[str, tuple[float, tuple[str, ...]]] = {}

    def added(self, aws: Aws, group: DescribedGroup) -> DescribedGroup:
        """Return the group with what is known of it; two calls at most, the first time."""
        if group.name not in self._known:
            hold = termination_hold(aws, group.name) if HANDLER_TAG in group.tags else 0.0
            self._known[group.name] = (hold, _leftovers(aws, group))
        hold, leftovers = self._known[group.name]
        return dataclasses.replace(group, hold=hold, leftovers=leftovers)


def termination_hold(aws: Aws, group: str) -> float:
    """Return for how many seconds hooks may hold the end of an instance."""
    doing = f"read the lifecycle hooks of Auto Scaling group {group}"
    shown = aws.call(doing, "autoscaling", "DescribeLifecycleHooks", AutoScalingGroupName=group)
    ends = [one for one in shown["LifecycleHooks"] if one.get("LifecycleTransition") == _ENDS]
    return float(sum(one.get("HeartbeatTimeout", _DEFAULT_TIMEOUT) for one in ends))


def detached_instances(aws: Aws, group: str) -> list[str]:
    """Return the living instances that kops has detached from a group, sorted.

    The group does not know them any more, so that no rotation would see them.
    """
    doing = f"look for instances that kops has detached from Auto Scaling group {group}"
    found = describe_instances(aws, doing, f"tag:{DETACHED_TAG}", [group])
    return sorted(one["InstanceId"] for one in found if one["State"]["Name"] in _ALIVE)


def _leftovers(aws: Aws, group: DescribedGroup) -> tuple[str, ...]:
    if kind_of(group.tags).template_owner is not Actor.KOPS:
        return ()
    found = detached_instances(aws, group.name)
    clause = f"has lost {', '.join(found)} to a kops rolling-update that did not finish"
    return (clause,) if found else ()
