# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of SSM, STS and refusals that memory, wire and moto answer alike."""

from __future__ import annotations

from typing import Any


def test_parameters(face: Any) -> None:
    for name, value in (("/mine/a", "1"), ("/mine/b/c", "2")):
        face.call("ssm", "PutParameter", Name=name, Value=value, Type="String")
    assert face.call("ssm", "GetParameter", Name="/mine/a")["Parameter"]["Value"] == "1"
    several = face.call("ssm", "GetParameters", Names=["/mine/b/c", "/none"])
    assert [one["Value"] for one in several["Parameters"]] == ["2"]
    assert several["InvalidParameters"] == ["/none"]
    below = face.call("ssm", "GetParametersByPath", Path="/mine")["Parameters"]
    assert [one["Name"] for one in below] == ["/mine/a"]
    deep = face.call("ssm", "GetParametersByPath", Path="/mine", Recursive=True)["Parameters"]
    assert {one["Name"] for one in deep} == {"/mine/a", "/mine/b/c"}
    assert (
        face.call("ssm", "PutParameter", Name="/mine/a", Value="3", Overwrite=True)["Version"] == 2
    )


def test_the_caller_identity_is_returned(face: Any) -> None:
    answer = face.call("sts", "GetCallerIdentity")
    assert answer["Account"] == "123456789012"
    assert answer["Arn"].startswith("arn:aws:")


def test_a_role_is_assumed(face: Any) -> None:
    role = "arn:aws:iam::123456789012:role/rotator"
    answer = face.call("sts", "AssumeRole", RoleArn=role, RoleSessionName="run")
    assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::123456789012:assumed-role/rotator/run"
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_refusals_have_the_same_codes(face: Any) -> None:
    unknown = "i-0123456789abcdef0"
    assert (
        face.refused("ec2", "DescribeInstances", InstanceIds=[unknown])
        == "InvalidInstanceID.NotFound"
    )
    assert (
        face.refused("ec2", "DescribeImages", ImageIds=["ami-0123456789abcdef0"])
        == "InvalidAMIID.NotFound"
    )
    assert (
        face.refused("ec2", "DescribeSubnets", SubnetIds=["subnet-0123456789abcdef0"])
        == "InvalidSubnetID.NotFound"
    )
    assert (
        face.refused("ec2", "TerminateInstances", InstanceIds=face.members()[:1], DryRun=True)
        == "DryRunOperation"
    )
    assert face.refused(
        "ec2", "CreateLaunchTemplate", LaunchTemplateName="nodes", LaunchTemplateData={}
    ) == ("InvalidLaunchTemplateName.AlreadyExistsException")
    assert face.refused("ssm", "GetParameter", Name="/none") == "ParameterNotFound"
    assert face.refused("eks", "DescribeCluster", name="none") == "ResourceNotFoundException"
    assert face.refused("elbv2", "DescribeTargetGroups", Names=["none"]) == "TargetGroupNotFound"
