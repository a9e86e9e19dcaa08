# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS as a table of recorded answers, which remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

Calls = list[tuple[str, dict[str, Any]]]


class Recorded:
    """core.transport.AwsCall.

    `answers`: by operation, one answer for all calls or a list of them; an exception is raised.
    """

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: Calls = []

    def __call__(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append((f"{service}:{operation}", dict(params)))
        answer = self.answers.get(operation, {})
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """Return the parameters of every call of an operation."""
        return [params for name, params in self.calls if name.endswith(f":{operation}")]


def refusal(code: str, message: str = "no", operation: str = "DescribeThings") -> ClientError:
    """What boto3 raises for an error of a service."""
    details = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    return ClientError(details, operation)


def a_described_group(**fields: Any) -> dict[str, Any]:
    """An element of DescribeAutoScalingGroups: group blue, on version 2 of lt-1."""
    return {
        "AutoScalingGroupName": "blue",
        "AutoScalingGroupARN": "arn:blue",
        "DesiredCapacity": 2,
        "MinSize": 1,
        "MaxSize": 4,
        "AvailabilityZones": ["a", "b"],
        "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "2"},
        "Instances": [],
        **fields,
    }
