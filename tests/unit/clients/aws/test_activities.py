# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The newest failure among scaling activities, and what moved desired last."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.activities import (
    Activities,
    read_activities,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded

USER = {
    "StatusCode": "InProgress",
    "Cause": "At 2026-11-28T10:00:00Z a user request explicitly set group desired capacity changing"
    " the desired capacity from 4 to 6.  At 2026-11-28T10:00:09Z an instance was started in"
    " response to a difference between desired and actual capacity, increasing the capacity from"
    " 4 to 5.",
}
FAILED = {"StatusCode": "Failed", "StatusMessage": "No   capacity\nleft", "Cause": "At x."}
SAID = (
    "a user request explicitly set group desired capacity changing the desired capacity from 4 to 6"
)


@pytest.mark.parametrize(
    ("activities", "failure", "cause"),
    [
        ([], "", ""),
        ([USER], "", SAID),
        ([FAILED, USER], "No capacity left", SAID),
        ([{"StatusCode": "Successful"}], "", ""),
        ([{**FAILED, "StatusCode": "Cancelled"}, USER], "No capacity left", SAID),
    ],
)
def test_what_they_say(activities: list[dict[str, Any]], failure: str, cause: str) -> None:
    raw = Recorded(DescribeScalingActivities={"Activities": activities})
    assert read_activities(Aws(raw), "blue") == Activities(failure, cause)
