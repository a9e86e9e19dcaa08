# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: launch templates and their versions."""

from __future__ import annotations

import copy
import functools
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import (
    Template,
    TemplateVersion,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import (
    find_template,
    find_version,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import (
    matches,
    paged,
    tag_list,
    tag_map,
    tag_pairs,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


def template_view(account: Account, template: Template) -> dict[str, Any]:
    """Return a launch template as every operation shows it."""
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "CreateTime": account.kernel.second(template.created_at),
        "CreatedBy": account.arn_of(""),
        "DefaultVersionNumber": template.default,
        "LatestVersionNumber": template.latest,
        "Tags": tag_list(template.tags),
    }


def _version_view(account: Account, template: Template, version: TemplateVersion) -> dict[str, Any]:
    view: dict[str, Any] = {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "VersionNumber": version.number,
        "CreateTime": account.kernel.second(version.created_at),
        "CreatedBy": account.arn_of(""),
        "DefaultVersion": version.number == template.default,
        "LaunchTemplateData": version.data,
    }
    return {**view, "VersionDescription": version.description} if version.description else view


def _add_version(
    account: Account, template: Template, data: Any, description: str
) -> TemplateVersion:
    version = TemplateVersion(
        template.next_number, copy.deepcopy(dict(data)), description, account.kernel.now
    )
    template.versions[version.number] = version
    template.next_number += 1
    return version


def note(account: Account, template: Template) -> None:
    """Keep the template's view before it changes."""
    account.history.note("template", template.id, lambda: template_view(account, template))


@operation(
    "ec2",
    "CreateLaunchTemplate",
    "LaunchTemplateName",
    "LaunchTemplateData",
    "VersionDescription",
    "TagSpecifications",
    "ClientToken",
)
def create(account: Account, params: Params) -> dict[str, Any]:
    """Create a template, whose version 1 is default and latest."""
    name = params["LaunchTemplateName"]
    if any(template.name == name for template in account.templates.values()):
        raise AwsError(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            "Launch template name already in use.",
        )
    template = Template(account.new_id("lt"), name, 1, account.kernel.now)
    for part in params.get("TagSpecifications", ()):
        template.tags.update(tag_map(part.get("Tags", ())))
    _add_version(
        account, template, params["LaunchTemplateData"], params.get("VersionDescription", "")
    )
    account.history.note("template", template.id, lambda: None)
    account.templates[template.id] = template
    return {"LaunchTemplate": template_view(account, template)}


@operation(
    "ec2",
    "CreateLaunchTemplateVersion",
    "LaunchTemplateId",
    "LaunchTemplateName",
    "SourceVersion",
    "LaunchTemplateData",
    "VersionDescription",
    "ResolveAlias",
    "ClientToken",
)
def create_version(account: Account, params: Params) -> dict[str, Any]:
    """Create a version of a template.

    With SourceVersion it starts as a copy of that version, and the given parameters replace the
    copied ones. Without it, the version has only the given parameters.
    """
    template = find_template(account, params)
    source = params.get("SourceVersion")
    base = _inherited(find_version(template, source).data) if source else {}
    note(account, template)
    data = {**base, **params["LaunchTemplateData"]}
    version = _add_version(account, template, data, params.get("VersionDescription", ""))
    return {"LaunchTemplateVersion": _resolved(account, template, version, params)}


def _inherited(data: Params) -> dict[str, Any]:
    """Return what a new version inherits of its source.

    "Snapshots applied to the block device mapping are ignored when creating a new version unless
    they are explicitly included" (EC2 API reference, CreateLaunchTemplateVersion).
    """
    kept = copy.deepcopy(dict(data))
    for device in kept.get("BlockDeviceMappings", ()):
        device.get("Ebs", {}).pop("SnapshotId", None)
    return kept


def _resolved(
    account: Account, template: Template, version: TemplateVersion, params: Params
) -> dict[str, Any]:
    view = _version_view(account, template, version)
    image_id = version.data.get("ImageId", "")
    if params.get("ResolveAlias") and image_id:
        view["LaunchTemplateData"] = {**version.data, "ImageId": account.fleet.resolve(image_id)}
    return view


@operation(
    "ec2",
    "ModifyLaunchTemplate",
    "LaunchTemplateId",
    "LaunchTemplateName",
    "DefaultVersion",
    "ClientToken",
)
def modify(account: Account, params: Params) -> dict[str, Any]:
    """Set the default version."""
    template = find_template(account, params)
    version = find_version(template, params["DefaultVersion"])
    note(account, template)
    template.default = version.number
    return {"LaunchTemplate": template_view(account, template)}


@operation("ec2", "DeleteLaunchTemplate", "LaunchTemplateId", "LaunchTemplateName")
def delete(account: Account, params: Params) -> dict[str, Any]:
    """Delete a template with all versions; groups that use it can no longer launch."""
    template = find_template(account, params)
    del account.templates[template.id]
    return {"LaunchTemplate": template_view(account, template)}


@operation(
    "ec2", "DeleteLaunchTemplateVersions", "LaunchTemplateId", "LaunchTemplateName", "Versions"
)
def delete_versions(account: Account, params: Params) -> dict[str, Any]:
    """Delete versions one by one; the default version stays."""
    template = find_template(account, params)
    note(account, template)
    done: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for wanted in params["Versions"]:
        entry = {
            "LaunchTemplateId": template.id,
            "LaunchTemplateName": template.name,
            "VersionNumber": int(wanted),
        }
        code, message = _delete_version(template, int(wanted))
        if code:
            failed.append({**entry, "ResponseError": {"Code": code, "Message": message}})
        else:
            done.append(entry)
    return {
        "SuccessfullyDeletedLaunchTemplateVersions": done,
        "UnsuccessfullyDeletedLaunchTemplateVersions": failed,
    }


def _delete_version(template: Template, number: int) -> tuple[str, str]:
    if number not in template.versions:
        return (
            "launchTemplateVersionDoesNotExist",
            f"The specified version {number} does not exist.",
        )
    if number == template.default:
        return "unexpectedError", "You cannot delete the default version of a launch template."
    del template.versions[number]
    return "", ""


_FILTERS: dict[str, Any] = {"launch-template-name": lambda template: [template.name]}


@operation(
    "ec2",
    "DescribeLaunchTemplates",
    "LaunchTemplateIds",
    "LaunchTemplateNames",
    "Filters",
    "MaxResults",
    "NextToken",
)
def describe(account: Account, params: Params) -> dict[str, Any]:
    """Return templates by ID or name (all must exist) or by filter."""
    ids, names = params.get("LaunchTemplateIds", ()), params.get("LaunchTemplateNames", ())
    chosen = [find_template(account, {"LaunchTemplateId": one}) for one in ids]
    chosen += [find_template(account, {"LaunchTemplateName": one}) for one in names]
    everything = chosen if ids or names else list(account.templates.values())
    moment, views = account.history.moment(), {}
    for template in everything:
        view = account.history.view(
            "template", template.id, moment, functools.partial(template_view, account, template)
        )
        if view and matches(
            template, params.get("Filters", ()), _FILTERS, lambda t: tag_pairs(t.tags)
        ):
            views[template.id] = view
    return paged(account, params, "LaunchTemplates", views, 200)


@operation(
    "ec2",
    "DescribeLaunchTemplateVersions",
    "LaunchTemplateId",
    "LaunchTemplateName",
    "Versions",
    "MinVersion",
    "MaxVersion",
    "MaxResults",
    "NextToken",
    "ResolveAlias",
)
def describe_versions(account: Account, params: Params) -> dict[str, Any]:
    """Return versions of one template, or $Latest or $Default of all."""
    wanted = params.get("Versions", [])
    if not params.get("LaunchTemplateId") and not params.get("LaunchTemplateName"):
        if not wanted or not set(wanted) <= {"$Latest", "$Default"}:
            raise AwsError(
                "MissingParameter",
                "Either Launch Template ID or Launch Template Name must be specified.",
            )
        pairs = [(t, find_version(t, one)) for t in account.templates.values() for one in wanted]
    else:
        template = find_template(account, params)
        pairs = [(template, version) for version in _chosen(account, template, params)]
    # The newest come first.
    views = {f"{t.id}/{10**9 - v.number}": _resolved(account, t, v, params) for t, v in pairs}
    return paged(account, params, "LaunchTemplateVersions", views, 200)


def _chosen(account: Account, template: Template, params: Params) -> list[TemplateVersion]:
    """Return the requested versions; $Latest and $Default may lag."""
    old = account.history.view(
        "template", template.id, account.history.moment(), lambda: template_view(account, template)
    )
    if params.get("Versions"):
        named = {
            "$Latest": old and old["LatestVersionNumber"],
            "$Default": old and old["DefaultVersionNumber"],
        }
        asked = [named.get(one) or one for one in params["Versions"]]
        return [
            find_version(template, str(one))
            for one in asked
            if int(one) in template.versions or one not in named.values()
        ]
    low, high = (
        int(params.get("MinVersion", 1)),
        int(params.get("MaxVersion", template.next_number)),
    )
    return [version for version in template.versions.values() if low <= version.number <= high]
