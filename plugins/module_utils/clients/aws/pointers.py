# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point an Auto Scaling group back at an earlier version of its template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    repoint,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    DEFAULT,
    LATEST,
    Mark,
    clean,
    pointer_of,
    write_mark,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.devices import explicit


def point_back(aws: Aws, group: DescribedGroup, template: str, version: str) -> None:
    """Point the group at an earlier version, or launch configuration, of its own.

    How it points (a number, $Default, $Latest) stays. Calling it again changes nothing more.
    """
    name, source = group.name, group.source
    doing = f"let Auto Scaling group {name} launch from {template} {version}".rstrip()
    if not version:
        _update(aws, doing, name, {"LaunchConfigurationName": template})
        return
    use = next((use for use in source.uses if use.template_id == template), None)
    if use is None:
        raise RefusedError(f"Cannot {doing}: it launches from another template by now")
    pointer = pointer_of(use.version)
    if pointer == LATEST:
        _copy(aws, doing, template, version)
    elif pointer == DEFAULT:
        params = {"LaunchTemplateId": template, "DefaultVersion": version}
        aws.call(doing, "ec2", "ModifyLaunchTemplate", **params)
    else:
        _update(aws, doing, name, repoint(source, {use.key: version}))


def _update(aws: Aws, doing: str, name: str, change: Mapping[str, Any]) -> None:
    aws.call(doing, "autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName=name, **change)


def _copy(aws: Aws, doing: str, template: str, version: str) -> None:
    """Make a copy of the old version the latest one, for groups that follow $Latest."""
    wanted, latest = (_data(aws, doing, template, which) for which in (version, LATEST))
    if wanted == latest:
        return
    given = explicit(wanted) or {"ImageId": wanted.get("ImageId", "")}
    aws.call(
        doing,
        "ec2",
        "CreateLaunchTemplateVersion",
        LaunchTemplateId=template,
        SourceVersion=version,
        LaunchTemplateData=given,
        VersionDescription=write_mark(Mark(int(version), "rollback")),
    )


def _data(aws: Aws, doing: str, template: str, version: str) -> dict[str, Any]:
    params = {"LaunchTemplateId": template, "Versions": [version]}
    found = aws.call(doing, "ec2", "DescribeLaunchTemplateVersions", **params)
    return clean(found["LaunchTemplateVersions"][0].get("LaunchTemplateData", {}))
