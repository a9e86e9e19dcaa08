# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group is pointed back in the way in which it points."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.pointers import point_back
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    read_group,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    a_described_group,
)

OLD, NEW = {"ImageId": "ami-old", "InstanceType": "m5.large"}, {"ImageId": "ami-new"}


def pointed(
    version: str = "2", contents: Any = None, back: str = "1", said: str = "", **fields: Any
) -> Recorded:
    """Point a group that points so back at version 1 of lt-1.

    `contents`: of versions 1, then of the latest. `said`: the description of the default version.
    """
    template = {"LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": version}}
    shown = [*({"LaunchTemplateData": one} for one in contents or ()), {"VersionDescription": said}]
    answers = [{"LaunchTemplateVersions": [one]} for one in shown]
    raw = Recorded(DescribeLaunchTemplateVersions=answers)
    group = read_group(a_described_group(**{**template, **fields}))
    point_back(Aws(raw), group, [("lt-1", back)])
    return raw


def test_a_number_becomes_the_earlier_number() -> None:
    assert pointed("2").calls == [
        (
            "autoscaling:UpdateAutoScalingGroup",
            {
                "AutoScalingGroupName": "blue",
                "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "1"},
            },
        ),
        (
            "ec2:DescribeLaunchTemplateVersions",
            {"LaunchTemplateId": "lt-1", "Versions": ["$Default"]},
        ),
    ]


@pytest.mark.parametrize(
    ("said", "default"),
    [
        pytest.param("nodeops.rotator: update from 1, default was 5, run r1", ["5"], id="ours"),
        pytest.param("nodeops.rotator: update from 1, default was 1", ["1"], id="where it was"),
        pytest.param("nodeops.rotator: update from 1, run r1", [], id="we have not moved it"),
        pytest.param("nodeops.rotator: update from 3, default was 5", [], id="another update's"),
        pytest.param("made by hand", [], id="somebody else's"),
    ],
)
@pytest.mark.parametrize(("version", "contents"), [("2", None), ("$Latest", (OLD, NEW))])
def test_a_default_that_was_moved_besides_goes_back_too(
    said: str, default: list[str], version: str, contents: Any
) -> None:
    raw = pointed(version, contents, said=said)
    moved = [params["DefaultVersion"] for params in raw.asked("ModifyLaunchTemplate")]
    assert moved == default


def test_a_default_is_moved_for_all_that_follow_it() -> None:
    assert pointed("$Default").calls == [
        ("ec2:ModifyLaunchTemplate", {"LaunchTemplateId": "lt-1", "DefaultVersion": "1"})
    ]


class TestLatest:
    def test_gets_a_copy_of_the_earlier_version(self) -> None:
        raw = pointed("$Latest", (OLD, NEW))
        (params,) = raw.asked("CreateLaunchTemplateVersion")
        assert params["SourceVersion"] == "1"
        assert params["LaunchTemplateData"] == {"ImageId": "ami-old"}
        assert params["VersionDescription"] == "nodeops.rotator: rollback from 1"

    def test_that_says_the_same_already_is_left(self) -> None:
        assert pointed("$Latest", (OLD, OLD)).asked("CreateLaunchTemplateVersion") == []

    def test_names_the_snapshots_that_a_copy_does_not_inherit(self) -> None:
        disks = [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-1"}}]
        raw = pointed("$Latest", ({**OLD, "BlockDeviceMappings": disks}, NEW))
        (params,) = raw.asked("CreateLaunchTemplateVersion")
        assert params["LaunchTemplateData"]["BlockDeviceMappings"] == disks


def test_a_launch_configuration_is_put_back_by_its_name() -> None:
    raw = Recorded()
    group = read_group(a_described_group(LaunchTemplate=None, LaunchConfigurationName="new"))
    point_back(Aws(raw), group, [("old", "")])
    assert raw.asked("UpdateAutoScalingGroup") == [
        {"AutoScalingGroupName": "blue", "LaunchConfigurationName": "old"}
    ]


def test_a_group_that_launches_from_another_template_by_now_is_left() -> None:
    with pytest.raises(RefusedError) as caught:
        pointed(LaunchTemplate={"LaunchTemplateId": "lt-9", "Version": "2"})
    assert str(caught.value) == (
        "Cannot let Auto Scaling group blue launch from lt-1 1: it launches from another template"
        " by now"
    )


def test_of_a_mixed_policy_only_the_template_is_moved() -> None:
    policy = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": "2"},
            "Overrides": [{"InstanceType": "m5.large"}],
        },
        "InstancesDistribution": {"OnDemandBaseCapacity": 1},
    }
    raw = pointed(LaunchTemplate=None, MixedInstancesPolicy=policy)
    (params,) = raw.asked("UpdateAutoScalingGroup")
    sent = params["MixedInstancesPolicy"]
    assert sent["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"] == "1"
    assert sent["LaunchTemplate"]["Overrides"] == [{"InstanceType": "m5.large"}]
    assert sent["InstancesDistribution"] == {"OnDemandBaseCapacity": 1}


class TestTemplatesOfOverrides:
    @staticmethod
    def back(main: str, own: str, *ways: tuple[str, str]) -> tuple[Recorded, str]:
        """Point a group back that points so at lt-1, and by an override at lt-9."""
        spec = {"LaunchTemplateId": "lt-9", "Version": own}
        policy = {
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": main},
                "Overrides": [{"InstanceType": "m5.large", "LaunchTemplateSpecification": spec}],
            }
        }
        shown = ({"LaunchTemplateData": OLD}, {"LaunchTemplateData": NEW}, {}, {})
        contents = [{"LaunchTemplateVersions": [one]} for one in shown]
        raw = Recorded(DescribeLaunchTemplateVersions=contents)
        group = read_group(a_described_group(LaunchTemplate=None, MixedInstancesPolicy=policy))
        try:
            point_back(Aws(raw), group, ways)
        except RefusedError as error:
            return raw, str(error)
        return raw, ""

    @staticmethod
    def versions(raw: Recorded) -> tuple[str, str]:
        """The versions of both in the only change of the group."""
        (params,) = raw.asked("UpdateAutoScalingGroup")
        part = params["MixedInstancesPolicy"]["LaunchTemplate"]
        own = part["Overrides"][0]["LaunchTemplateSpecification"]
        return part["LaunchTemplateSpecification"]["Version"], own["Version"]

    def test_go_back_in_one_change_of_the_group(self) -> None:
        raw, error = self.back("2", "5", ("lt-1", "1"), ("lt-9", "4"))
        assert (self.versions(raw), error) == (("1", "4"), "")

    def test_go_back_each_as_the_group_points_to_it(self) -> None:
        raw, error = self.back("$Latest", "5", ("lt-1", "1"), ("lt-9", "4"))
        assert len(raw.asked("CreateLaunchTemplateVersion")) == 1
        assert (self.versions(raw), error) == (("$Latest", "4"), "")

    def test_go_back_alone_where_the_others_are_as_before(self) -> None:
        raw, _error = self.back("2", "5", ("lt-9", "4"))
        assert self.versions(raw) == ("2", "4")

    def test_go_back_though_one_is_not_launched_any_more(self) -> None:
        raw, error = self.back("2", "5", ("lt-7", "1"), ("lt-9", "4"))
        assert self.versions(raw) == ("2", "4")
        assert error == (
            "Cannot let Auto Scaling group blue launch from lt-7 1: it launches from another"
            " template by now"
        )
