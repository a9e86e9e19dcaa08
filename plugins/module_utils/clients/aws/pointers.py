# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Point an Auto Scaling group back at earlier versions of its templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RefusedError,
    UnreachableError,
)
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
    Pointer,
    clean,
    pointer_of,
    read_mark,
    write_mark,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.devices import explicit


def point_back(aws: Aws, group: DescribedGroup, ways: Iterable[tuple[str, str]]) -> None:
    """Point the group at earlier versions, or a launch configuration, of its own.

    `ways`: templates with these versions. How it points (a number, $Default, $Latest) stays.
    Calling it again changes nothing more. What can go back does, also where one template cannot.
    """
    name, moves, lost = group.name, dict[tuple[str, str], str](), ""
    apart = list[tuple[str, str]]()
    for template, version in ways:
        doing = f"let Auto Scaling group {name} launch from {template} {version}".rstrip()
        if not version:
            _update(aws, doing, name, {"LaunchConfigurationName": template})
            continue
        use = next((use for use in group.source.uses if use.template_id == template), None)
        if use is None:
            lost = lost or f"Cannot {doing}: it launches from another template by now"
            continue
        apart += [(template, version)] if pointer_of(use.version) != DEFAULT else []
        if _moved_at_once(aws, doing, pointer_of(use.version), template, version):
            moves[use.key] = version
    if moves:
        versions = " and ".join(f"{key[0]} {version}" for key, version in moves.items())
        doing = f"let Auto Scaling group {name} launch from {versions}"
        _update(aws, doing, name, repoint(group.source, moves))
    for template, version in apart:
        _default_back(aws, template, version)
    if lost:
        raise RefusedError(lost)


def _moved_at_once(aws: Aws, doing: str, pointer: Pointer, template: str, version: str) -> bool:
    """Move what a group follows; return whether it names the version itself instead."""
    if pointer == LATEST:
        _copy(aws, doing, template, version)
    elif pointer == DEFAULT:
        params = {"LaunchTemplateId": template, "DefaultVersion": version}
        aws.call(doing, "ec2", "ModifyLaunchTemplate", **params)
    return pointer not in (LATEST, DEFAULT)


def _default_back(aws: Aws, template: str, version: str) -> None:
    """Move the default back too, if the update had moved it besides.

    The description of its version says so. Whoever follows $Default would launch the failed image.
    """
    doing = f"put back the default of launch template {template}"
    params = {"LaunchTemplateId": template, "Versions": [DEFAULT]}
    found = aws.call(doing, "ec2", "DescribeLaunchTemplateVersions", **params)
    shown = found.get("LaunchTemplateVersions") or []
    if not shown:
        raise UnreachableError(f"Cannot {doing}: no version of it is shown as the default")
    mark = read_mark(shown[0].get("VersionDescription", ""))
    if mark is not None and mark.source == int(version) and mark.default:
        change = {"LaunchTemplateId": template, "DefaultVersion": str(mark.default)}
        aws.call(doing, "ec2", "ModifyLaunchTemplate", **change)


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
