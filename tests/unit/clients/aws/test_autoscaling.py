# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group as one read shows it, and every act as one call."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    REFRESHING,
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Target,
    TargetHealth,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    a_described_group,
    refusal,
)

NOW = 5000.0
TG = "arn:targetgroup/web"
LAUNCHED = datetime.datetime(2026, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)


def member(name: str, version: str = "1", lifecycle: str = "InService") -> dict[str, Any]:
    """An instance of the group, as its group describes it."""
    return {
        "InstanceId": name,
        "AvailabilityZone": "a",
        "LifecycleState": lifecycle,
        "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": version},
    }


def machine(name: str, state: str = "running") -> dict[str, Any]:
    """An instance, as EC2 describes it."""
    return {
        "InstanceId": name,
        "State": {"Name": state},
        "ImageId": "ami-1",
        "LaunchTime": LAUNCHED,
    }


def version(number: int, **data: Any) -> dict[str, Any]:
    """A version of template lt-1."""
    return {
        "VersionNumber": number,
        "LaunchTemplateName": "web",
        "LaunchTemplateData": {"ImageId": "ami-2", **data},
    }


def a_cloud(group: dict[str, Any] | None = None, **answers: Any) -> tuple[AutoScaling, Recorded]:
    """AWS with group blue; `group`: its fields."""
    described = a_described_group(Instances=[member("i-1"), member("i-2")], **(group or {}))
    usual: dict[str, Any] = {
        "DescribeAutoScalingGroups": {"AutoScalingGroups": [described]},
        "DescribeInstances": {"Reservations": [{"Instances": [machine("i-1"), machine("i-2")]}]},
        "DescribeLaunchTemplateVersions": {"LaunchTemplateVersions": [version(2)]},
    }
    raw = Recorded(**{**usual, **answers})
    return AutoScaling(Aws(raw), lambda: NOW), raw


def read(group: dict[str, Any] | None = None, also: Any = (), **answers: Any) -> Group:
    """What one read shows."""
    return a_cloud(group, **answers)[0].read_group("blue", also)


class TestTheGroup:
    def test_is_joined_with_what_ec2_knows(self) -> None:
        found = read(
            {"SuspendedProcesses": [{"ProcessName": "AZRebalance"}], "TargetGroupARNs": []}
        )
        assert (found.name, found.arn, found.desired, found.max_size) == ("blue", "arn:blue", 2, 4)
        assert [(one.id, one.state, one.image_id) for one in found.instances] == [
            ("i-1", "running", "ami-1"),
            ("i-2", "running", "ami-1"),
        ]
        assert found.instances[0].launched_at == LAUNCHED.timestamp()
        assert found.suspended == {"AZRebalance"}
        assert found.read_at == NOW

    def test_that_is_not_there_is_named(self) -> None:
        with pytest.raises(NotFoundError, match="There is no Auto Scaling group blue"):
            read(DescribeAutoScalingGroups={"AutoScalingGroups": []})

    def test_shows_an_instance_that_ec2_does_not_know_as_unknown(self) -> None:
        found = read(DescribeInstances={"Reservations": [{"Instances": [machine("i-1")]}]})
        assert [one.state for one in found.instances] == ["running", ""]

    def test_looks_up_former_instances_whose_end_is_awaited(self) -> None:
        known = [machine("i-1"), machine("i-2"), machine("i-9", "terminated")]
        answers = {"Reservations": [{"Instances": known}]}
        cloud, raw = a_cloud(DescribeInstances=answers)
        found = cloud.read_group("blue", ("i-2", "i-9", "i-forgotten"))
        assert [(one.id, one.state) for one in found.former] == [("i-9", "terminated")]
        (asked,) = raw.asked("DescribeInstances")
        assert asked["Filters"][0]["Values"] == ["i-1", "i-2", "i-9", "i-forgotten"]

    @pytest.mark.parametrize("status", [*REFRESHING, "Successful", "Cancelled", "Failed"])
    def test_says_whether_an_instance_refresh_runs(self, status: str) -> None:
        found = read(DescribeInstanceRefreshes={"InstanceRefreshes": [{"Status": status}]})
        assert found.refreshing is (status in REFRESHING)

    @pytest.mark.parametrize(
        ("status", "age", "later", "ages"),
        [
            pytest.param("Successful", 60, (59, 60), [59, 0], id="before something begins"),
            pytest.param("Successful", 300, (60, 299, 300), [60, 299, 0], id="at other times"),
            pytest.param("InProgress", 300, (59, 60), [59, 0], id="while one is running"),
        ],
    )
    def test_asks_for_refreshes_as_often_as_it_is_told(
        self, status: str, age: float, later: tuple[float, ...], ages: list[float]
    ) -> None:
        clock, refreshes = [NOW], {"InstanceRefreshes": [{"Status": status}]}
        _cloud, raw = a_cloud(DescribeInstanceRefreshes=refreshes)
        cloud = AutoScaling(Aws(raw), lambda: clock[0])
        assert cloud.read_group("blue").refreshing_age == 0
        for after, expected in zip(later, ages, strict=True):
            clock[0] = NOW + after
            assert cloud.read_group("blue", refresh_age=age).refreshing_age == expected
        assert len(raw.asked("DescribeInstanceRefreshes")) == 2

    def test_asks_once_in_max_age_for_what_hardly_changes(self) -> None:
        clock = [NOW]
        _cloud, raw = a_cloud()
        cloud = AutoScaling(Aws(raw), lambda: clock[0])
        for moment in (NOW, NOW + 299, NOW + 300):
            clock[0] = moment
            cloud.read_group("blue", max_age=300.0)
        for operation in ("DescribeInstances", "DescribeInstanceRefreshes"):
            assert len(raw.asked(operation)) == 2, operation
        versions = [asked["Versions"] for asked in raw.asked("DescribeLaunchTemplateVersions")]
        assert versions == [["2"], ["1"], ["2"]], "the one in use never changes"
        assert len(raw.asked("DescribeAutoScalingGroups")) == 3


class TestWhyNothingIsLaunched:
    FAILED: ClassVar[dict[str, str]] = {
        "StatusCode": "Failed",
        "StatusMessage": "No   capacity\nleft",
    }

    @pytest.mark.parametrize(
        ("desired", "activities", "told"),
        [
            pytest.param(3, [FAILED], "No capacity left", id="an instance is missing"),
            pytest.param(
                3, [{"StatusCode": "Successful"}, FAILED], "No capacity left", id="before"
            ),
            pytest.param(3, [{"StatusCode": "InProgress"}], "", id="one is on its way"),
            pytest.param(3, [], "", id="nobody says"),
            pytest.param(2, [FAILED], "", id="none is missing"),
        ],
    )
    def test_is_told_where_instances_are_missing(
        self, desired: int, activities: list[dict[str, str]], told: str
    ) -> None:
        cloud, raw = a_cloud(
            {"DesiredCapacity": desired}, DescribeScalingActivities={"Activities": activities}
        )
        assert cloud.read_group("blue").activity == told
        cloud.read_group("blue")
        asked = len(raw.asked("DescribeScalingActivities"))
        assert asked == (2 if desired == 3 else 1), "and at the first read, for what moved desired"

    def test_comes_with_what_moved_desired_last(self) -> None:
        moved = "a user request changing the desired capacity from 1 to 2"
        entry = {"StatusCode": "Successful", "Cause": f"At 2026-01-02T03:04:05Z {moved}.  At"}
        cloud, _raw = a_cloud(
            {"DesiredCapacity": 2}, DescribeScalingActivities={"Activities": [entry]}
        )
        assert cloud.read_group("blue").cause == moved


class TestTheTarget:
    def test_is_resolved_by_ec2(self) -> None:
        cloud, raw = a_cloud({"LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "$Latest"}})
        found = cloud.read_group("blue")
        assert found.source == ("lt-1", "$Latest")
        assert found.resolved == Target("lt-1", "2", "ami-2", "web", NOW)
        assert raw.asked("DescribeLaunchTemplateVersions")[0] == {
            "LaunchTemplateId": "lt-1",
            "Versions": ["$Latest"],
            "ResolveAlias": True,
        }

    def test_that_was_deleted_is_none(self) -> None:
        gone = refusal("InvalidLaunchTemplateId.NotFound")
        assert read(DescribeLaunchTemplateVersions=gone).resolved is None

    def test_that_may_not_be_read_is_no_deleted_one(self) -> None:
        with pytest.raises(ForbiddenError):
            read(DescribeLaunchTemplateVersions=refusal("UnauthorizedOperation"))

    @pytest.mark.parametrize(
        ("before", "equivalent"),
        [
            pytest.param(version(1), {"1"}, id="a version that says the same"),
            pytest.param(version(1, InstanceType="m5.large"), set(), id="one that does not"),
        ],
    )
    def test_has_versions_that_say_the_same(
        self, before: dict[str, Any], equivalent: set[str]
    ) -> None:
        answers = [{"LaunchTemplateVersions": [version(2)]}, {"LaunchTemplateVersions": [before]}]
        found = read(DescribeLaunchTemplateVersions=answers).resolved
        assert found is not None
        assert found.equivalent_versions == equivalent

    def test_reads_a_version_that_is_in_use_once(self) -> None:
        answers = [{"LaunchTemplateVersions": [version(number)]} for number in (2, 1, 2)]
        cloud, raw = a_cloud(DescribeLaunchTemplateVersions=answers)
        cloud.read_group("blue")
        cloud.read_group("blue")
        asked = [params["Versions"] for params in raw.asked("DescribeLaunchTemplateVersions")]
        assert asked == [["2"], ["1"], ["2"]]

    @pytest.mark.parametrize(
        ("shown", "target"),
        [
            ([{"ImageId": "ami-3"}], Target("conf", "", "ami-3", "conf")),
            ([], None),
        ],
        ids=["there", "deleted"],
    )
    def test_may_be_a_launch_configuration(self, shown: Any, target: Target | None) -> None:
        fields = {"LaunchTemplate": None, "LaunchConfigurationName": "conf"}
        found = read(fields, DescribeLaunchConfigurations={"LaunchConfigurations": shown})
        assert found.resolved == target


class TestTargetHealth:
    @pytest.mark.parametrize(
        ("answer", "found"),
        [
            pytest.param(
                {
                    "TargetHealthDescriptions": [
                        {"Target": {"Id": "i-1", "Port": 80}, "TargetHealth": {"State": "healthy"}},
                        {"Target": {"Id": "10.0.0.1"}, "TargetHealth": {"State": "draining"}},
                    ]
                },
                (
                    TargetHealth(TG, "i-1", 80, "healthy"),
                    TargetHealth(TG, "10.0.0.1", 0, "draining"),
                ),
                id="as it is",
            ),
            pytest.param(refusal("TargetGroupNotFound"), (), id="of a deleted target group"),
        ],
    )
    def test_is_read(self, answer: Any, found: Any) -> None:
        assert read({"TargetGroupARNs": [TG]}, DescribeTargetHealth=answer).targets == found

    def test_that_may_not_be_read_is_not_taken_for_none(self) -> None:
        with pytest.raises(ForbiddenError):
            read({"TargetGroupARNs": [TG]}, DescribeTargetHealth=refusal("AccessDenied"))
