# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what the scaling activities of an Auto Scaling group say."""

from __future__ import annotations

import dataclasses
import re

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws

NEWEST = 5
"""So many activities are read."""
FAILED_CODES = ("Failed", "Cancelled")
"""StatusCodes of activities that came to nothing (API reference, Activity). A launch whose hook was
abandoned is cancelled."""
_MOVED = re.compile(r"At \S+Z (.*?changing the desired capacity from \d+ to \d+)")
"""What moved desired, in the Cause of an activity (EC2 Auto Scaling user guide, "Verify a scaling
activity for an Auto Scaling group")."""


@dataclasses.dataclass(frozen=True)
class Activities:
    """What the newest activities say.

    `failure`: why the newest that failed did so. `cause`: what moved desired last. Both are ""
    where nothing is said.
    """

    failure: str = ""
    cause: str = ""


def read_activities(aws: Aws, group: str) -> Activities:
    """Return what the newest scaling activities of a group say."""
    found = aws.call(
        f"read the scaling activities of Auto Scaling group {group}",
        "autoscaling",
        "DescribeScalingActivities",
        AutoScalingGroupName=group,
        MaxRecords=NEWEST,
    )
    entries = found.get("Activities", ())
    failed = (entry for entry in entries if entry.get("StatusCode") in FAILED_CODES)
    moved = (one for entry in entries if (one := _MOVED.search(entry.get("Cause", ""))))
    failure = next((" ".join(entry.get("StatusMessage", "").split()) for entry in failed), "")
    return Activities(failure, next((" ".join(one[1].split()) for one in moved), ""))
