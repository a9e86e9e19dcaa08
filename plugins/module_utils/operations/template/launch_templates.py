# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and write launch templates and their versions in EC2."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.eks import (
    describe_nodegroup,
    list_clusters,
    list_nodegroups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import list_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.instances import (
    describe_instances,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    NotFoundError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Use,
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
    """Return all versions of a template, in any order. Raises NotFoundError."""
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
    """Return the version that an element of DescribeLaunchTemplateVersions describes."""
    return Version(
        number=int(shown["VersionNumber"]),
        data=shown["LaunchTemplateData"],
        description=shown.get("VersionDescription", ""),
        default=bool(shown.get("DefaultVersion")),
    )


def create_version(aws: Aws, template_id: str, plan: Plan, description: str) -> int:
    """Create a version with the plan's data; return its number.

    It inherits from its source wherever that is possible, so that fields survive which an older
    botocore does not know. What a rollback copies is inherited too; EC2 wants at least one field to
    be given.
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
    """Tag the template.

    Returns a warning if tagging is forbidden, else ""; that is not fatal.
    """
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
    """Delete versions; return the numbers of those that are gone now."""
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
    """Ask EC2 whether RunInstances would succeed.

    Returns "" if it would, or a sentence if the caller may not ask. Raises RefusedError if it would
    fail. EC2 answers "yes" to a dry run with the error DryRunOperation.
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
    """Return parameters of RunInstances for a launch like the group's.

    The data is the plan's, since its version does not exist yet.
    """
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
    """Return the versions that instances or node groups of this region use.

    These are instances, Auto Scaling groups and managed node groups.
    """
    return (
        _by_instances(aws, template_id)
        | _by_groups(aws, template_id)
        | _by_nodegroups(aws, template_id)
    )


def _by_instances(aws: Aws, template_id: str) -> set[int]:
    """Return the versions that instances were launched from.

    EC2 tags every instance with template and version (EC2 user guide, launch templates).
    """
    doing = f"find instances of launch template {template_id}"
    found = set()
    for one in describe_instances(aws, doing, "tag:aws:ec2launchtemplate:id", [template_id]):
        tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", ())}
        if one["State"]["Name"] != "terminated":
            found.add(int(tags["aws:ec2launchtemplate:version"]))
    return found


def _by_groups(aws: Aws, template_id: str) -> set[int]:
    found: set[int] = set()
    for group in list_groups(aws):
        launched_from = [
            *(use.key for use in group.source.uses),
            *(instance.source for instance in group.instances),
        ]
        found |= {
            int(version)
            for template, version in launched_from
            if template == template_id and version.isdigit()
        }
    return found


def followers(
    groups: Iterable[DescribedGroup], template_id: str, pointers: Collection[str], group: str
) -> list[str]:
    """Return the names of those of `groups` that follow the template.

    They do so by one of `pointers`, "$Latest" or "$Default". `group` is left out.
    """
    return sorted(
        one.name
        for one in groups
        if one.name != group
        and any(
            use.template_id == template_id and use.version in pointers for use in one.source.uses
        )
    )


def _by_nodegroups(aws: Aws, template_id: str) -> set[int]:
    found: set[int] = set()
    for cluster in list_clusters(aws):
        for name in list_nodegroups(aws, cluster):
            try:
                shown = describe_nodegroup(aws, cluster, name)
            except NotFoundError:  # deleted since it was listed
                continue
            template = shown.get("launchTemplate") or {}
            if template.get("id") == template_id:
                found.add(int(template["version"]))
    return found
