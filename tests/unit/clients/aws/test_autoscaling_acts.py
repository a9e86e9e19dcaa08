# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every act on a group is one call, and none is sent too late."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    LateError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    a_described_group,
)

TG = "arn:targetgroup/web"
BLUE = {"AutoScalingGroupName": "blue"}
TAG = {"ResourceId": "blue", "ResourceType": "auto-scaling-group", "Key": "k"}

ACTS: list[tuple[str, tuple[Any, ...], str, dict[str, Any]]] = [
    (
        "set_desired",
        ("blue", 5),
        "autoscaling:SetDesiredCapacity",
        {**BLUE, "DesiredCapacity": 5, "HonorCooldown": False},
    ),
    ("set_max_size", ("blue", 6), "autoscaling:UpdateAutoScalingGroup", {**BLUE, "MaxSize": 6}),
    (
        "terminate",
        ("i-1", True),
        "autoscaling:TerminateInstanceInAutoScalingGroup",
        {"InstanceId": "i-1", "ShouldDecrementDesiredCapacity": True},
    ),
    (
        "terminate",
        ("i-1", False),
        "autoscaling:TerminateInstanceInAutoScalingGroup",
        {"InstanceId": "i-1", "ShouldDecrementDesiredCapacity": False},
    ),
    (
        "enter_standby",
        ("blue", "i-1"),
        "autoscaling:EnterStandby",
        {**BLUE, "InstanceIds": ["i-1"], "ShouldDecrementDesiredCapacity": True},
    ),
    (
        "tag_instance",
        ("i-1", "k", "v"),
        "ec2:CreateTags",
        {"Resources": ["i-1"], "Tags": [{"Key": "k", "Value": "v"}]},
    ),
    (
        "console_output",
        ("i-1",),
        "ec2:GetConsoleOutput",
        {"InstanceId": "i-1", "Latest": True},
    ),
    (
        "protect",
        ("blue", ("i-1", "i-2"), True),
        "autoscaling:SetInstanceProtection",
        {**BLUE, "InstanceIds": ["i-1", "i-2"], "ProtectedFromScaleIn": True},
    ),
    (
        "protect_new",
        ("blue", False),
        "autoscaling:UpdateAutoScalingGroup",
        {**BLUE, "NewInstancesProtectedFromScaleIn": False},
    ),
    (
        "suspend",
        ("blue", ("AZRebalance",)),
        "autoscaling:SuspendProcesses",
        {**BLUE, "ScalingProcesses": ["AZRebalance"]},
    ),
    (
        "resume",
        ("blue", ("AZRebalance",)),
        "autoscaling:ResumeProcesses",
        {**BLUE, "ScalingProcesses": ["AZRebalance"]},
    ),
    (
        "deregister",
        (TG, (("i-1", 80), ("i-2", 0))),
        "elbv2:DeregisterTargets",
        {"TargetGroupArn": TG, "Targets": [{"Id": "i-1", "Port": 80}, {"Id": "i-2"}]},
    ),
    (
        "register",
        (TG, (("i-1", 80),)),
        "elbv2:RegisterTargets",
        {"TargetGroupArn": TG, "Targets": [{"Id": "i-1", "Port": 80}]},
    ),
    (
        "set_tag",
        ("blue", "k", "v"),
        "autoscaling:CreateOrUpdateTags",
        {"Tags": [{**TAG, "Value": "v", "PropagateAtLaunch": False}]},
    ),
    (
        "set_tag",
        ("blue", "k", ""),
        "autoscaling:CreateOrUpdateTags",
        {"Tags": [{**TAG, "Value": "", "PropagateAtLaunch": False}]},
    ),
    ("set_tag", ("blue", "k", None), "autoscaling:DeleteTags", {"Tags": [TAG]}),
]


@pytest.mark.parametrize(
    ("method", "arguments", "operation", "params"),
    ACTS,
    ids=[f"{row[0]}{row[1][1:]}" for row in ACTS],
)
def test_an_act_is_one_call(
    method: str, arguments: tuple[Any, ...], operation: str, params: dict[str, Any]
) -> None:
    raw = Recorded()
    getattr(AutoScaling(Aws(raw)), method)(*arguments)
    assert raw.calls == [(operation, params)]


@pytest.mark.parametrize(
    ("method", "arguments"),
    [(row[0], row[1]) for row in ACTS],
    ids=[f"{row[0]}{row[1][1:]}" for row in ACTS],
)
def test_no_act_is_sent_after_its_last_moment(method: str, arguments: tuple[Any, ...]) -> None:
    raw = Recorded()
    limited = AutoScaling(Aws(raw, Deadline(lambda: 10.1))).until(10.0)
    with pytest.raises(LateError):
        getattr(limited, method)(*arguments)
    assert raw.calls == []


def test_pointing_back_reads_how_the_group_points_first() -> None:
    raw = Recorded(
        DescribeAutoScalingGroups={"AutoScalingGroups": [a_described_group()]},
        DescribeLaunchTemplateVersions={"LaunchTemplateVersions": [{"VersionNumber": 1}]},
    )
    AutoScaling(Aws(raw)).point_back("blue", (("lt-1", "1"),))
    assert [name for name, _params in raw.calls] == [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:UpdateAutoScalingGroup",
        "ec2:DescribeLaunchTemplateVersions",
    ]


def test_a_default_that_is_not_shown_is_not_taken_for_one_that_was_not_moved() -> None:
    raw = Recorded(DescribeAutoScalingGroups={"AutoScalingGroups": [a_described_group()]})
    with pytest.raises(UnreachableError, match="shown as the default"):
        AutoScaling(Aws(raw)).point_back("blue", (("lt-1", "1"),))
