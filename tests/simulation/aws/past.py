# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the scaling activities of what happened before time started."""

from __future__ import annotations

import uuid

from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Activity, Group
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance

KEPT = 42 * 86400.0
"""Seconds for which DescribeScalingActivities shows an activity (API reference)."""


def note_launch(account: Account, group: Group, instance: Instance) -> None:
    """Note the activity by which an instance was launched.

    Its ID takes nothing from the World's dice.
    """
    age, at = account.kernel.now - instance.launched_at, account.scaler.stamp(instance.launched_at)
    if age > KEPT:
        return
    size = len(group.members)
    group.activities.insert(
        0,
        Activity(
            str(uuid.uuid5(uuid.NAMESPACE_OID, instance.id)),
            f"Launching a new EC2 instance: {instance.id}",
            f"At {at} an instance was started in response to a difference between desired and"
            f" actual capacity, increasing the capacity from {size - 1} to {size}.",
            instance.launched_at,
            "Successful",
            progress=100,
            ended_at=instance.launched_at + 30.0,
        ),
    )
