# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance launched at once, or EC2's reason why not."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.launches import (
    launch_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded


def test_one_instance_is_asked_for_in_one_zone_without_a_retry() -> None:
    raw = Recorded(LaunchInstances={"Instances": [{"InstanceIds": ["i-1"]}]})
    launch_instance(Aws(raw), "blue", "a", "token")
    assert raw.calls == [
        (
            "autoscaling:LaunchInstances",
            {
                "AutoScalingGroupName": "blue",
                "RequestedCapacity": 1,
                "AvailabilityZones": ["a"],
                "ClientToken": "token",
                "RetryStrategy": "none",
            },
        )
    ]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            {"Errors": [{"ErrorCode": "InsufficientInstanceCapacity", "ErrorMessage": "none"}]},
            "Cannot launch an instance of blue in a: InsufficientInstanceCapacity none",
        ),
        ({"Instances": []}, "no instance and no reason was answered"),
        ({"Instances": [{"InstanceIds": []}]}, "no instance and no reason was answered"),
    ],
)
def test_an_answer_without_an_instance_is_a_refusal(answer: dict[str, Any], words: str) -> None:
    with pytest.raises(RefusedError, match=words):
        launch_instance(Aws(Recorded(LaunchInstances=answer)), "blue", "a", "token")
