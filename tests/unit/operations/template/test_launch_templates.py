# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch templates in EC2: what is sent, and what becomes of the answers."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import list_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Use,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import Version
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Plan
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    launch_templates,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    a_described_group,
    refusal,
)

BEFORE = {"ImageId": "ami-1", "InstanceType": "m5.large", "KeyName": "k"}
ROOT = [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-1"}}]


def a_plan(after: dict[str, Any], before: dict[str, Any] | None = None) -> Plan:
    before = BEFORE if before is None else before
    return Plan(Version(3, before), before, after, 4, "$Latest", create=True)


def test_versions_are_read_from_every_page() -> None:
    raw = Recorded(
        DescribeLaunchTemplateVersions=[
            {
                "LaunchTemplateVersions": [
                    {
                        "VersionNumber": 2,
                        "LaunchTemplateData": {"ImageId": "ami-2"},
                        "VersionDescription": "ours",
                        "DefaultVersion": True,
                    }
                ],
                "NextToken": "more",
            },
            {"LaunchTemplateVersions": [{"VersionNumber": 1, "LaunchTemplateData": {}}]},
        ]
    )
    assert launch_templates.versions(Aws(raw), "lt-1") == [
        Version(2, {"ImageId": "ami-2"}, "ours", True),
        Version(1, {}),
    ]


@pytest.mark.parametrize(
    ("after", "source", "data"),
    [
        pytest.param(
            {**BEFORE, "ImageId": "ami-2"}, "3", {"ImageId": "ami-2"}, id="the rest is inherited"
        ),
        pytest.param(
            {"ImageId": "ami-2", "InstanceType": "m5.large"},
            None,
            {"ImageId": "ami-2", "InstanceType": "m5.large"},
            id="what is removed cannot be inherited",
        ),
        pytest.param(dict(BEFORE), None, BEFORE, id="a copy gives all of it"),
        pytest.param(
            {**BEFORE, "ImageId": "ami-2", "BlockDeviceMappings": ROOT},
            "3",
            {"ImageId": "ami-2", "BlockDeviceMappings": ROOT},
            id="snapshots are given",
        ),
    ],
)
def test_a_version_inherits_what_it_can(
    after: dict[str, Any], source: str | None, data: dict[str, Any]
) -> None:
    made = {"LaunchTemplateVersion": {"VersionNumber": 7}}
    raw = Recorded(CreateLaunchTemplateVersion=made)
    assert launch_templates.create_version(Aws(raw), "lt-1", a_plan(after), "ours") == 7
    (asked,) = raw.asked("CreateLaunchTemplateVersion")
    assert asked.get("SourceVersion") == source
    assert asked["LaunchTemplateData"] == data
    assert (asked["LaunchTemplateId"], asked["VersionDescription"]) == ("lt-1", "ours")


def test_snapshots_that_stay_are_given_too() -> None:
    """EC2 ignores those of the source unless they are explicitly included."""
    before = {**BEFORE, "BlockDeviceMappings": ROOT}
    raw = Recorded(CreateLaunchTemplateVersion={"LaunchTemplateVersion": {"VersionNumber": 4}})
    launch_templates.create_version(
        Aws(raw), "lt-1", a_plan({**before, "ImageId": "ami-2"}, before), ""
    )
    (asked,) = raw.asked("CreateLaunchTemplateVersion")
    assert asked["LaunchTemplateData"] == {"ImageId": "ami-2", "BlockDeviceMappings": ROOT}


@pytest.mark.parametrize("code", [*launch_templates.QUOTA, "InvalidParameterValue"])
def test_a_full_template_is_told_with_what_to_do(code: str) -> None:
    raw = Recorded(CreateLaunchTemplateVersion=refusal(code))
    with pytest.raises(RotatorError) as caught:
        launch_templates.create_version(Aws(raw), "lt-1", a_plan({"ImageId": "ami-2"}), "")
    assert caught.value.code == code
    assert ("Set keep_versions" in caught.value.hint) is (code in launch_templates.QUOTA)


def test_the_default_is_set_by_number() -> None:
    raw = Recorded()
    launch_templates.set_default(Aws(raw), "lt-1", 7)
    assert raw.asked("ModifyLaunchTemplate") == [
        {"LaunchTemplateId": "lt-1", "DefaultVersion": "7"}
    ]


def test_tags_are_written_and_to_be_forbidden_is_not_fatal() -> None:
    raw = Recorded()
    assert launch_templates.tag(Aws(raw), "lt-1", {"a": "b"}) == ""
    assert raw.asked("CreateTags") == [
        {"Resources": ["lt-1"], "Tags": [{"Key": "a", "Value": "b"}]}
    ]
    forbidden = Recorded(CreateTags=refusal("UnauthorizedOperation"))
    assert "tag launch template lt-1" in launch_templates.tag(Aws(forbidden), "lt-1", {"a": "b"})
    with pytest.raises(RefusedError):
        launch_templates.tag(Aws(Recorded(CreateTags=refusal("TagLimitExceeded"))), "lt-1", {})


@pytest.mark.parametrize(("count", "calls"), [(0, []), (1, [1]), (200, [200]), (201, [200, 1])])
def test_versions_are_deleted_in_calls_that_ec2_takes(count: int, calls: list[int]) -> None:
    raw = Recorded()
    launch_templates.delete_versions(Aws(raw), "lt-1", list(range(count)))
    assert [len(one["Versions"]) for one in raw.asked("DeleteLaunchTemplateVersions")] == calls


def test_only_versions_that_ec2_says_it_deleted_are_gone() -> None:
    done = {"SuccessfullyDeletedLaunchTemplateVersions": [{"VersionNumber": 2}]}
    raw = Recorded(DeleteLaunchTemplateVersions=done)
    assert launch_templates.delete_versions(Aws(raw), "lt-1", [1, 2]) == [2]


@pytest.mark.parametrize(
    ("code", "said", "error"),
    [
        ("DryRunOperation", "", None),
        ("UnauthorizedOperation", "Not verified: ", None),
        ("InvalidAMIID.NotFound", "", RotatorError),
        ("InsufficientInstanceCapacity", "", RotatorError),
    ],
)
def test_a_dry_run_succeeds_with_an_error_of_its_own(
    code: str, said: str, error: type[Exception] | None
) -> None:
    raw = Recorded(RunInstances=refusal(code, operation="RunInstances"))
    if error is not None:
        with pytest.raises(error):
            launch_templates.dry_run(Aws(raw), {"ImageId": "ami-1"}, "version 4")
        return
    found = launch_templates.dry_run(Aws(raw), {"ImageId": "ami-1"}, "version 4")
    assert found.startswith(said)
    assert bool(found) is bool(said)
    (asked,) = raw.asked("RunInstances")
    assert asked == {"MinCount": 1, "MaxCount": 1, "DryRun": True, "ImageId": "ami-1"}


@pytest.mark.parametrize(
    ("after", "types", "subnet", "more"),
    [
        (BEFORE, (), "", {"ImageId": "ami-1", "InstanceType": "m5.large"}),
        (BEFORE, ("c5.large", "x"), "", {"ImageId": "ami-1", "InstanceType": "c5.large"}),
        ({"ImageId": "ami-2"}, (), "subnet-1", {"ImageId": "ami-2", "SubnetId": "subnet-1"}),
        ({"NetworkInterfaces": [{"DeviceIndex": 0}]}, (), "subnet-1", {}),
    ],
)
def test_a_launch_is_tried_as_the_group_would_make_it(
    after: dict[str, Any], types: tuple[str, ...], subnet: str, more: dict[str, Any]
) -> None:
    use = Use("lt-1", "$Latest", types)
    expected = {"LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "3"}, **more}
    assert launch_templates.launch_params(use, a_plan(after), subnet) == expected


def an_instance(version: str, state: str = "running") -> dict[str, Any]:
    tag = {"Key": "aws:ec2launchtemplate:version", "Value": version}
    return {"State": {"Name": state}, "Tags": [tag]}


def test_versions_are_in_use_by_instances_groups_and_managed_node_groups() -> None:
    member = {"InstanceId": "i-1", "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "5"}}
    groups = [
        a_described_group(Instances=[member]),
        a_described_group(LaunchTemplate={"LaunchTemplateId": "lt-2", "Version": "9"}),
        a_described_group(LaunchTemplate={"LaunchTemplateId": "lt-1", "Version": "$Latest"}),
    ]
    instances = [an_instance("6"), an_instance("7", "terminated"), an_instance("8", "stopped")]
    raw = Recorded(
        DescribeInstances={"Reservations": [{"Instances": instances}]},
        DescribeAutoScalingGroups={"AutoScalingGroups": groups},
        ListClusters={"clusters": ["demo"]},
        ListNodegroups={"nodegroups": ["a", "b", "gone"]},
        DescribeNodegroup=[
            {"nodegroup": {"launchTemplate": {"id": "lt-1", "version": "11"}}},
            {"nodegroup": {"launchTemplate": {"id": "lt-2", "version": "12"}}},
            refusal("ResourceNotFoundException", operation="DescribeNodegroup"),
        ],
    )
    assert launch_templates.numbers_in_use(Aws(raw), "lt-1") == {2, 5, 6, 8, 11}


def test_what_cannot_be_read_is_not_taken_for_unused() -> None:
    raw = Recorded(ListClusters=refusal("AccessDeniedException", operation="ListClusters"))
    with pytest.raises(ForbiddenError):
        launch_templates.numbers_in_use(Aws(raw), "lt-1")


@pytest.mark.parametrize(
    ("pointers", "names"),
    [
        (("$Latest",), ["green"]),
        (("$Default",), ["red"]),
        (("$Latest", "$Default"), ["green", "red"]),
        ((), []),
    ],
)
def test_the_other_groups_that_follow_a_template(
    pointers: tuple[str, ...], names: list[str]
) -> None:
    written = {"red": "$Default", "green": "$Latest", "blue": "$Latest", "grey": "3"}
    groups = [
        a_described_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateId": "lt-1", "Version": version},
        )
        for name, version in written.items()
    ]
    other = a_described_group(
        AutoScalingGroupName="other",
        LaunchTemplate={"LaunchTemplateId": "lt-2", "Version": "$Latest"},
    )
    raw = Recorded(DescribeAutoScalingGroups={"AutoScalingGroups": [*groups, other]})
    assert launch_templates.followers(list_groups(Aws(raw)), "lt-1", pointers, "blue") == names
