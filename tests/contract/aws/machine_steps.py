# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls to STS, SSM, EKS and EC2 that every face must answer alike."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.contract.aws.furnishing import (
    BUCKET,
    PARAMETER,
    Names,
)

Step = tuple[str, str, dict[str, Any]]


RECORDS: list[dict[str, str]] = [
    {"HostedZoneId": "Z1"},
    {
        "HostedZoneId": "Z2",
        "StartRecordName": "api.prod.example.com",
        "StartRecordType": "A",
        "MaxItems": "1",
    },
    {"HostedZoneId": "Z1", "StartRecordName": "b.example.com", "StartRecordType": "A"},
    {"HostedZoneId": "Z9"},
]
"""What is asked for of records in hosted zones."""


def account_steps() -> list[Step]:
    """Return the calls about identities, parameters and clusters."""
    return [
        ("sts", "GetCallerIdentity", {}),
        ("route53", "ListHostedZones", {}),
        ("route53", "ListHostedZones", {"Marker": "Z2", "MaxItems": "1"}),
        *(("route53", "ListResourceRecordSets", one) for one in RECORDS),
        (
            "sts",
            "AssumeRole",
            {"RoleArn": "arn:aws:iam::123456789012:role/r", "RoleSessionName": "run"},
        ),
        (
            "service-quotas",
            "GetServiceQuota",
            {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"},
        ),
        ("service-quotas", "GetServiceQuota", {"ServiceCode": "ec2", "QuotaCode": "L-0"}),
        ("ssm", "GetParameter", {"Name": PARAMETER}),
        ("ssm", "GetParameters", {"Names": [PARAMETER, "/none"]}),
        ("ssm", "GetParametersByPath", {"Path": PARAMETER, "Recursive": True, "MaxResults": 2}),
        ("ssm", "PutParameter", {"Name": "/mine", "Value": "v", "Type": "String"}),
        ("ssm", "GetParameter", {"Name": "/none"}),
        ("s3", "PutObject", {"Bucket": BUCKET, "Key": "a/b c.txt", "Body": b"1.33.0"}),
        ("s3", "PutObject", {"Bucket": BUCKET, "Key": "a/d", "Body": b""}),
        ("s3", "GetObject", {"Bucket": BUCKET, "Key": "a/b c.txt"}),
        ("s3", "GetObject", {"Bucket": BUCKET, "Key": "none"}),
        ("s3", "GetObject", {"Bucket": "none", "Key": "none"}),
        ("s3", "ListObjectsV2", {"Bucket": BUCKET, "Prefix": "a/", "MaxKeys": 1}),
        ("s3", "ListObjectsV2", {"Bucket": BUCKET, "Prefix": "none/"}),
        ("eks", "ListClusters", {}),
        ("eks", "DescribeCluster", {"name": "prod"}),
        ("eks", "DescribeCluster", {"name": "none"}),
        ("eks", "ListNodegroups", {"clusterName": "prod", "maxResults": 1}),
        ("eks", "DescribeNodegroup", {"clusterName": "prod", "nodegroupName": "workers"}),
    ]


def nodegroup_steps(names: Names) -> list[Step]:
    """Return the calls that update a managed node group; the last ones are refused."""
    workers = {"clusterName": "prod", "nodegroupName": "workers"}
    updates = {"name": "prod", "nodegroupName": "workers"}
    wanted = {"releaseVersion": names.release, "force": True, "clientRequestToken": "t"}
    return [
        ("eks", "TagResource", {"resourceArn": names.nodegroup, "tags": {"a": "1", "b": "2"}}),
        ("eks", "UntagResource", {"resourceArn": names.nodegroup, "tagKeys": ["a"]}),
        ("eks", "UntagResource", {"resourceArn": names.nodegroup + "x", "tagKeys": ["a"]}),
        ("eks", "UpdateNodegroupVersion", {**workers, **wanted}),
        ("eks", "UpdateNodegroupVersion", {**workers, **wanted}),
        ("eks", "UpdateNodegroupVersion", workers),
        ("eks", "UpdateNodegroupConfig", {**workers, "updateConfig": {"maxUnavailable": 2}}),
        ("eks", "UpdateNodegroupVersion", {**workers, "version": "9.99"}),
        ("eks", "ListUpdates", {**updates, "maxResults": 1}),
        ("eks", "DescribeUpdate", {**updates, "updateId": "none"}),
        ("eks", "DescribeNodegroup", workers),
    ]


def read_steps(names: Names) -> list[Step]:
    """Return the calls that only read from EC2."""
    return [
        ("ec2", "DescribeRegions", {}),
        ("ec2", "DescribeAvailabilityZones", {}),
        ("ec2", "DescribeSubnets", {}),
        (
            "ec2",
            "DescribeInstanceTypes",
            {"Filters": [{"Name": "instance-type", "Values": ["g5.*", "t4g.*"]}]},
        ),
        ("ec2", "DescribeInstanceTypeOfferings", {"LocationType": "availability-zone"}),
        ("ec2", "DescribeImages", {"Owners": ["amazon"], "MaxResults": 5}),
        ("ec2", "DescribeImages", {"ImageIds": ["ami-0123456789abcdef0"]}),
        ("ec2", "DescribeInstances", {}),
        ("ec2", "DescribeInstances", {"InstanceIds": names.instances[:3]}),
        ("ec2", "DescribeInstanceStatus", {}),
        ("ec2", "DescribeVolumes", {}),
        ("ec2", "GetConsoleOutput", {"InstanceId": names.instances[0], "Latest": True}),
        ("ec2", "DescribeLaunchTemplates", {}),
        ("ec2", "DescribeLaunchTemplateVersions", {**names.template, "ResolveAlias": True}),
    ]


def template_steps(names: Names) -> list[Step]:
    """Return the calls that change launch templates."""
    return [
        (
            "ec2",
            "CreateLaunchTemplate",
            {"LaunchTemplateName": "other", "LaunchTemplateData": {"ImageId": names.image}},
        ),
        (
            "ec2",
            "CreateLaunchTemplateVersion",
            {
                **names.template,
                "SourceVersion": "1",
                "LaunchTemplateData": {"InstanceType": "m5.xlarge"},
            },
        ),
        ("ec2", "ModifyLaunchTemplate", {**names.template, "DefaultVersion": "3"}),
        ("ec2", "DeleteLaunchTemplateVersions", {**names.template, "Versions": ["2", "3", "9"]}),
        ("ec2", "DeleteLaunchTemplate", {"LaunchTemplateName": "other"}),
    ]


def launch_steps(names: Names) -> list[Step]:
    """Return the calls that launch instances."""
    return [
        (
            "ec2",
            "RunInstances",
            {
                "LaunchTemplate": names.template,
                "MinCount": 1,
                "MaxCount": 2,
                "InstanceType": "m7i.large",
            },
        ),
        (
            "ec2",
            "RunInstances",
            {
                "ImageId": names.image,
                "InstanceType": "m6i.large",
                "MinCount": 1,
                "MaxCount": 1,
                "DryRun": True,
            },
        ),
    ]


def tag_steps(names: Names) -> list[Step]:
    """Return the calls that change the tags of an instance."""
    return [
        (
            "ec2",
            "CreateTags",
            {"Resources": names.instances[:1], "Tags": [{"Key": "k", "Value": "v"}]},
        ),
        (
            "ec2",
            "DescribeTags",
            {"Filters": [{"Name": "resource-id", "Values": names.instances[:1]}]},
        ),
        ("ec2", "DeleteTags", {"Resources": names.instances[:1], "Tags": [{"Key": "k"}]}),
    ]
