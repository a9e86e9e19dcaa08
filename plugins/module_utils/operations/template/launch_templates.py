# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch templates and their versions in EC2."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import list_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    NotFoundError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Use,
    read_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    Version,
    removes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.devices import explicit
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Plan

QUOTA = ("MaxTemplateVersionLimitExceeded", "VersionLimitExceeded")
"""EC2 API reference, "Error codes": no more versions of this template (10,000 unless raised)."""
DELETES_PER_CALL = 200
"""DeleteLaunchTemplateVersions takes at most so many (EC2 API reference)."""


def versions(aws: Aws, template_id: str) -> list[Version]:
    """All versions of a template, in any order. Raises NotFoundError."""
    doing = f"read the versions of launch template {template_id}"
    shown = aws.pages(
        doing,
        "ec2",
        "DescribeLaunchTemplateVersions",
        "LaunchTemplateVersions",
        LaunchTemplateId=template_id,
    )
    return [parse_version(one) for one in shown]


def parse_version(shown: Mapping[str, Any]) -> Version:
    """A Version from an element of DescribeLaunchTemplateVersions."""
    return Version(
        number=int(shown["VersionNumber"]),
        data=shown["LaunchTemplateData"],
        description=shown.get("VersionDescription", ""),
        default=bool(shown.get("DefaultVersion")),
    )


def create_version(aws: Aws, template_id: str, plan: Plan, description: str) -> int:
    """A new version with the plan's data; its number.

    It inherits from its source wherever that is possible: fields that an older botocore does not
    know survive so. What a rollback copies is inherited too; EC2 wants at least one field to be
    given.
    """
    base = plan.source.number
    data = {name: value for name, value in plan.after.items() if plan.before.get(name) != value}
    full = removes(plan.before, plan.after) or not data
    data |= explicit(plan.after)
    try:
        made = aws.call(
            f"create a version of launch template {template_id}",
            "ec2",
            "CreateLaunchTemplateVersion",
            LaunchTemplateId=template_id,
            SourceVersion=None if full else str(base),
            LaunchTemplateData=dict(plan.after) if full else data,
            VersionDescription=description,
        )
    except RefusedError as error:
        if error.code in QUOTA:
            raise RefusedError(
                error.message, "Set keep_versions, or delete old versions", error.code
            ) from error
        raise
    return int(made["LaunchTemplateVersion"]["VersionNumber"])


def set_default(aws: Aws, template_id: str, number: int) -> None:
    """Make a version the default one."""
    doing = f"make version {number} the default of launch template {template_id}"
    aws.call(
        doing,
        "ec2",
        "ModifyLaunchTemplate",
        LaunchTemplateId=template_id,
        DefaultVersion=str(number),
    )


def tag(aws: Aws, template_id: str, tags: Mapping[str, str]) -> str:
    """Tag the template; an answer that is not empty says why that was not allowed, which spoils
    nothing."""
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    try:
        aws.call(
            f"tag launch template {template_id}",
            "ec2",
            "CreateTags",
            Resources=[template_id],
            Tags=listed,
        )
    except ForbiddenError as error:
        return str(error)
    return ""


def delete_versions(aws: Aws, template_id: str, numbers: Sequence[int]) -> list[int]:
    """Delete versions; the numbers that are gone now."""
    gone: list[int] = []
    for start in range(0, len(numbers), DELETES_PER_CALL):
        answer = aws.call(
            f"delete old versions of launch template {template_id}",
            "ec2",
            "DeleteLaunchTemplateVersions",
            LaunchTemplateId=template_id,
            Versions=[str(number) for number in numbers[start : start + DELETES_PER_CALL]],
        )
        done = answer.get("SuccessfullyDeletedLaunchTemplateVersions", ())
        gone += [int(one["VersionNumber"]) for one in done]
    return gone


def dry_run(aws: Aws, params: Mapping[str, Any], what: str) -> str:
    """Ask EC2 whether RunInstances would succeed; empty when it would or a sentence when the caller
    may not ask.

    Raises RefusedError when it would fail. EC2 says "yes" to a dry run by the error
    DryRunOperation.
    """
    doing = f"launch an instance from {what} (dry run)"
    try:
        aws.call(doing, "ec2", "RunInstances", MinCount=1, MaxCount=1, DryRun=True, **params)
    except ForbiddenError as error:
        return f"Not verified: {error}"
    except RotatorError as error:
        if error.code != "DryRunOperation":
            raise
    return ""


def launch_params(use: Use, plan: Plan, subnet: str) -> dict[str, Any]:
    """RunInstances' parameters for a launch as the group would do it from the plan's data, the
    version not made yet."""
    params: dict[str, Any] = {
        "LaunchTemplate": {"LaunchTemplateId": use.template_id, "Version": str(plan.source.number)}
    }
    if plan.after.get("ImageId"):
        params["ImageId"] = plan.after["ImageId"]
    if use.types:
        params["InstanceType"] = use.types[0]
    elif plan.after.get("InstanceType"):
        params["InstanceType"] = plan.after["InstanceType"]
    if subnet and not plan.after.get("NetworkInterfaces"):
        params["SubnetId"] = subnet
    return params


def numbers_in_use(aws: Aws, template_id: str) -> set[int]:
    """The version numbers that instances, Auto Scaling groups or managed node groups of this region
    name."""
    return (
        _by_instances(aws, template_id)
        | _by_groups(aws, template_id)
        | _by_nodegroups(aws, template_id)
    )


def _by_instances(aws: Aws, template_id: str) -> set[int]:
    """EC2 tags every instance with the template and version that it came from (EC2 user guide,
    launch templates)."""
    filters = [{"Name": "tag:aws:ec2launchtemplate:id", "Values": [template_id]}]
    doing = f"find instances of launch template {template_id}"
    found = set()
    for place in aws.pages(doing, "ec2", "DescribeInstances", "Reservations", Filters=filters):
        for instance in place["Instances"]:
            tags = {one["Key"]: one["Value"] for one in instance.get("Tags", ())}
            if instance["State"]["Name"] != "terminated":
                found.add(int(tags["aws:ec2launchtemplate:version"]))
    return found


def _by_groups(aws: Aws, template_id: str) -> set[int]:
    found: set[int] = set()
    for source in map(read_group, list_groups(aws)):
        launched_from = [
            *(use.key for use in source.uses),
            *(member.source for member in source.members),
        ]
        found |= {
            int(version)
            for template, version in launched_from
            if template == template_id and version.isdigit()
        }
    return found


def followers(aws: Aws, template_id: str, pointers: Collection[str], group: str) -> list[str]:
    """The other Auto Scaling groups that follow the template by one of `pointers` ("$Latest",
    "$Default")."""
    return sorted(
        str(one["AutoScalingGroupName"])
        for one in list_groups(aws)
        if one["AutoScalingGroupName"] != group
        and any(
            use.template_id == template_id and use.version in pointers
            for use in read_group(one).uses
        )
    )


def _by_nodegroups(aws: Aws, template_id: str) -> set[int]:
    found: set[int] = set()
    for cluster in aws.pages("list EKS clusters", "eks", "ListClusters", "clusters"):
        doing = f"list the node groups of EKS cluster {cluster}"
        for name in aws.pages(doing, "eks", "ListNodegroups", "nodegroups", clusterName=cluster):
            try:
                doing = f"describe node group {name} of EKS cluster {cluster}"
                shown = aws.call(
                    doing, "eks", "DescribeNodegroup", clusterName=cluster, nodegroupName=name
                )["nodegroup"]
            except NotFoundError:  # deleted since it was listed
                continue
            template = shown.get("launchTemplate") or {}
            if template.get("id") == template_id:
                found.add(int(template["version"]))
    return found
