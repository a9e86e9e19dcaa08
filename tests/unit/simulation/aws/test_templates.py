# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch templates: versions, pointers, deletion."""

from __future__ import annotations

from typing import Any


def versions(world: Any, *wanted: str) -> list[dict[str, Any]]:
    answer = world.call(
        "ec2",
        "DescribeLaunchTemplateVersions",
        LaunchTemplateId=world.template.id,
        Versions=list(wanted),
    )
    found: list[dict[str, Any]] = answer["LaunchTemplateVersions"]
    return found


def test_a_new_version_is_latest_and_not_default(world: Any) -> None:
    made = world.call(
        "ec2",
        "CreateLaunchTemplateVersion",
        LaunchTemplateId=world.template.id,
        LaunchTemplateData={"ImageId": "ami-1"},
    )
    assert made["LaunchTemplateVersion"]["VersionNumber"] == 3
    assert [one["VersionNumber"] for one in versions(world, "$Latest")] == [3]
    assert [one["VersionNumber"] for one in versions(world, "$Default")] == [1]


def test_a_source_version_is_merged_parameter_by_parameter(world: Any) -> None:
    call = {"LaunchTemplateName": "nodes", "LaunchTemplateData": {"ImageId": "ami-1"}}
    alone = world.call("ec2", "CreateLaunchTemplateVersion", **call)["LaunchTemplateVersion"]
    merged = world.call("ec2", "CreateLaunchTemplateVersion", SourceVersion="1", **call)[
        "LaunchTemplateVersion"
    ]
    assert alone["LaunchTemplateData"] == {"ImageId": "ami-1"}
    assert merged["LaunchTemplateData"] == {"ImageId": "ami-1", "InstanceType": "m5.large"}


def test_a_stored_version_shares_nothing_with_the_parameters(world: Any) -> None:
    data = {"ImageId": "ami-1", "TagSpecifications": [{"ResourceType": "instance", "Tags": []}]}
    world.call(
        "ec2", "CreateLaunchTemplateVersion", LaunchTemplateName="nodes", LaunchTemplateData=data
    )
    data["TagSpecifications"].append({})  # type: ignore[attr-defined]
    assert len(versions(world, "3")[0]["LaunchTemplateData"]["TagSpecifications"]) == 1


def test_the_default_moves_and_can_move_back(world: Any) -> None:
    for number in ("2", "1"):
        answer = world.call(
            "ec2", "ModifyLaunchTemplate", LaunchTemplateId=world.template.id, DefaultVersion=number
        )
        assert answer["LaunchTemplate"]["DefaultVersionNumber"] == int(number)


def test_deleting_versions_succeeds_and_fails_one_by_one(world: Any) -> None:
    answer = world.call(
        "ec2",
        "DeleteLaunchTemplateVersions",
        LaunchTemplateId=world.template.id,
        Versions=["1", "2", "9"],
    )
    done = answer["SuccessfullyDeletedLaunchTemplateVersions"]
    failed = answer["UnsuccessfullyDeletedLaunchTemplateVersions"]
    assert [one["VersionNumber"] for one in done] == [2]
    assert [one["VersionNumber"] for one in failed] == [1, 9]
    assert failed[1]["ResponseError"]["Code"] == "launchTemplateVersionDoesNotExist"


def test_a_deleted_version_number_is_never_reused(world: Any) -> None:
    world.call(
        "ec2", "DeleteLaunchTemplateVersions", LaunchTemplateId=world.template.id, Versions=["2"]
    )
    assert [one["VersionNumber"] for one in versions(world, "$Latest")] == [1]
    made = world.call(
        "ec2", "CreateLaunchTemplateVersion", LaunchTemplateName="nodes", LaunchTemplateData={}
    )
    assert made["LaunchTemplateVersion"]["VersionNumber"] == 3


def test_versions_come_newest_first_and_in_pages(world: Any) -> None:
    for _time in range(3):
        world.call(
            "ec2",
            "CreateLaunchTemplateVersion",
            LaunchTemplateName="nodes",
            SourceVersion="1",
            LaunchTemplateData={},
        )
    numbers, token = [], None
    while True:
        more: dict[str, Any] = {"NextToken": token} if token else {}
        answer = world.call(
            "ec2",
            "DescribeLaunchTemplateVersions",
            LaunchTemplateName="nodes",
            MaxResults=2,
            **more,
        )
        assert len(answer["LaunchTemplateVersions"]) <= 2
        numbers += [one["VersionNumber"] for one in answer["LaunchTemplateVersions"]]
        token = answer.get("NextToken")
        if not token:
            break
    assert numbers == [5, 4, 3, 2, 1]


def test_an_alias_is_resolved_on_request(world: Any) -> None:
    world.call("ssm", "PutParameter", Name="/mine/ami", Value=world.image.id, Type="String")
    alias = "resolve:ssm:/mine/ami"
    world.call(
        "ec2",
        "CreateLaunchTemplateVersion",
        LaunchTemplateName="nodes",
        LaunchTemplateData={"ImageId": alias},
    )
    call = {"LaunchTemplateName": "nodes", "Versions": ["$Latest"]}
    plain = world.call("ec2", "DescribeLaunchTemplateVersions", **call)["LaunchTemplateVersions"][0]
    resolved = world.call("ec2", "DescribeLaunchTemplateVersions", ResolveAlias=True, **call)[
        "LaunchTemplateVersions"
    ][0]
    assert plain["LaunchTemplateData"]["ImageId"] == alias
    assert resolved["LaunchTemplateData"]["ImageId"] == world.image.id


def test_unknown_templates_and_versions_are_named(world: Any) -> None:
    wrong = world.refused(
        "ec2", "DescribeLaunchTemplateVersions", LaunchTemplateId="lt-0", Versions=["1"]
    )
    assert wrong.code == "InvalidLaunchTemplateId.NotFound"
    wrong = world.refused("ec2", "DescribeLaunchTemplates", LaunchTemplateNames=["nobody"])
    assert wrong.code == "InvalidLaunchTemplateName.NotFoundException"
    wrong = world.refused(
        "ec2", "ModifyLaunchTemplate", LaunchTemplateName="nodes", DefaultVersion="9"
    )
    assert wrong.code == "InvalidLaunchTemplateId.VersionNotFound"
    wrong = world.refused(
        "ec2", "CreateLaunchTemplate", LaunchTemplateName="nodes", LaunchTemplateData={}
    )
    assert wrong.code == "InvalidLaunchTemplateName.AlreadyExistsException"


def test_a_deleted_template_fails_the_next_launch(world: Any) -> None:
    world.call("ec2", "DeleteLaunchTemplate", LaunchTemplateId=world.template.id)
    world.scaling("SetDesiredCapacity", DesiredCapacity=7)
    world.wait(6)
    activity = world.scaling("DescribeScalingActivities")["Activities"][0]
    assert activity["StatusCode"] == "Failed"
    assert "does not exist" in activity["StatusMessage"]
