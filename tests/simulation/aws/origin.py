# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a group launches from: launch template, mixed policy or configuration."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.fleet import LaunchSpec
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import (
    Template,
    TemplateVersion,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


@dataclasses.dataclass(frozen=True)
class Origin:
    """A source of launches: a template's resolved version, or a configuration.

    A mixed instances policy has one per override, in its order.
    """

    template: Template | None
    version: TemplateVersion | None
    configuration: str
    data: Mapping[str, Any]
    instance_type: str = ""
    weight: int | None = None

    def spec(self, group: Group, tags: dict[str, str]) -> LaunchSpec:
        """Return what EC2 is asked to launch."""
        template = (
            (self.template.id, self.version.number) if self.template and self.version else None
        )
        return LaunchSpec(
            dict(self.data), template, self.configuration, self.instance_type, tags, group.name
        )


def find_template(account: Account, spec: Mapping[str, Any]) -> Template:
    """Return the template of a LaunchTemplateSpecification. Raises AwsError."""
    template_id, name = spec.get("LaunchTemplateId"), spec.get("LaunchTemplateName")
    if template_id:
        found = account.templates.get(template_id)
        if found is None:
            raise AwsError(
                "InvalidLaunchTemplateId.NotFound",
                f"The specified launch template, with template ID {template_id}, does not exist.",
            )
        return found
    for template in account.templates.values():
        if template.name == name:
            return template
    raise AwsError(
        "InvalidLaunchTemplateName.NotFoundException",
        f"The specified launch template, with template name {name}, does not exist.",
    )


def find_version(template: Template, version: str | None) -> TemplateVersion:
    """Return a template's version by number, "$Latest" or "$Default".

    None means "$Default". Raises AwsError.
    """
    if version in (None, "", "$Default"):
        return template.versions[template.default]
    if version == "$Latest":
        return template.versions[template.latest]
    number = int(version) if str(version).isdigit() else -1
    if number not in template.versions:
        raise AwsError(
            "InvalidLaunchTemplateId.VersionNotFound",
            f"Could not find the specified version {version} for "
            f"the launch template with ID {template.id}.",
        )
    return template.versions[number]


def resolve_origins(account: Account, group: Group) -> list[Origin]:
    """Return what the group may launch from now, preferred first. Raises AwsError."""
    if group.mixed is not None:
        return _mixed(account, group.mixed)
    if group.template is not None:
        return [_of_template(account, group.template)]
    configuration = account.launch_configurations.get(group.launch_configuration)
    if configuration is None:
        raise AwsError(
            "ValidationError", f"Launch configuration name not found - {group.launch_configuration}"
        )
    data = dict(configuration.data)
    data["SecurityGroupIds"] = data.pop("SecurityGroups", [])
    return [Origin(None, None, configuration.name, data)]


def _of_template(
    account: Account, spec: Mapping[str, Any], override: Mapping[str, Any] | None = None
) -> Origin:
    template = find_template(account, spec)
    version = find_version(template, spec.get("Version"))
    given = override or {}
    weight, kind = given.get("WeightedCapacity"), given.get("InstanceType", "")
    # An override may name an image of its own (API reference, LaunchTemplateOverrides).
    data = {**version.data, "ImageId": given["ImageId"]} if "ImageId" in given else version.data
    return Origin(template, version, "", data, kind, int(weight) if weight else None)


def _mixed(account: Account, policy: Mapping[str, Any]) -> list[Origin]:
    part = policy["LaunchTemplate"]
    base = part["LaunchTemplateSpecification"]
    overrides = part.get("Overrides") or [{}]
    return [
        _of_template(account, one.get("LaunchTemplateSpecification") or base, one)
        for one in overrides
    ]


def override_images(group: Group) -> set[str]:
    """Return the images that overrides of a mixed instances policy name."""
    part = group.mixed["LaunchTemplate"] if group.mixed else {}
    return {one["ImageId"] for one in part.get("Overrides") or () if "ImageId" in one}


def is_current(account: Account, group: Group, member: Member) -> bool:
    """Return True if the member was launched from what the group now launches from."""
    try:
        origins = resolve_origins(account, group)
    except AwsError:
        return False
    if member.launch_template is None:
        return any(origin.configuration == member.launch_configuration for origin in origins)
    template_id, _name, number = member.launch_template
    return any(
        o.template and o.version and (o.template.id, o.version.number) == (template_id, number)
        for o in origins
    )
