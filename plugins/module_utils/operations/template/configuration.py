# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update groups that launch from a launch configuration: copy it, then point."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import (
    CHECK_NAME,
    list_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.fit import check_fit
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import (
    Image,
    check_usable,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Source,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.configurations import (
    ConfigurationPlan,
    family_of,
    plan_configuration,
    plan_configuration_rollback,
    prunable_configurations,
    request_of,
    split,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Wanted
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami import (
    images,
    parameters,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    launch_templates,
    sources,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.outcome import (
    ConfigurationOutcome,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.volumes import (
    left_behind,
)


def update(
    aws: Aws,
    wanted: Wanted,
    source: Source,
    dry: bool,
    approve: Callable[[ConfigurationOutcome], None] = lambda outcome: None,
) -> ConfigurationOutcome:
    """Bring the group to the wanted image, or back. With `dry`, only plan it.

    A launch configuration cannot name its image by a parameter, so that resolve:ssm: is resolved
    here. `approve` raises an error if what is about to be written must not be.
    """
    every = {one["LaunchConfigurationName"]: one for one in _all(aws)}
    if source.configuration not in every:
        raise NotFoundError(f"There is no launch configuration {source.configuration}", CHECK_NAME)
    family = family_of(source.configuration, every)
    warnings = [source.note] if source.note else []
    verified = None
    if wanted.rollback:
        plan = plan_configuration_rollback(source.configuration, family)
    else:
        image_id = parameters.resolve_image(aws, wanted.image_id) if wanted.image_id else ""
        image = images.get(aws, image_id) if image_id else None
        overrides = {**_left_behind(aws, every, source, image, warnings), **wanted.overrides}
        plan = plan_configuration(source.configuration, family, image_id, overrides)
        verified = _judge(aws, wanted, source, plan, image, warnings)
    outcome = ConfigurationOutcome(
        source, plan, _prunable(aws, wanted, plan, family), tuple(warnings), verified
    )
    if dry or not outcome.changed:
        return outcome
    approve(outcome)
    return _write(aws, outcome)


def _all(aws: Aws) -> list[Any]:
    doing = "read launch configurations"
    return list(
        aws.pages(doing, "autoscaling", "DescribeLaunchConfigurations", "LaunchConfigurations")
    )


def _left_behind(
    aws: Aws,
    every: Mapping[str, Mapping[str, Any]],
    source: Source,
    image: Image | None,
    warnings: list[str],
) -> dict[str, Any]:
    if image is None:
        return {}
    dropped, doubt = left_behind(aws, every[source.configuration], image)
    warnings += [doubt] if doubt else []
    return dropped


def _judge(
    aws: Aws,
    wanted: Wanted,
    source: Source,
    plan: ConfigurationPlan,
    image: Image | None,
    warnings: list[str],
) -> bool | None:
    """Refuse what cannot work; return whether EC2 confirmed a launch.

    None: it was not asked.
    """
    if not plan.changes:
        return None
    kind = str(plan.after.get("InstanceType", ""))
    if image is not None:
        types = images.instance_types(aws, [kind] if kind else [])
        check_usable(image, "")
        check_fit(
            f"Launch configuration {plan.current}",
            image,
            types,
            str(plan.after.get("UserData", "")),
        )
    if not wanted.verify or not plan.create:
        return None
    params = {
        "ImageId": plan.after.get("ImageId"),
        "InstanceType": kind,
        "SubnetId": source.subnet or None,
    }
    said = {name: value for name, value in params.items() if value}
    doubt = launch_templates.dry_run(aws, said, f"launch configuration {plan.current}")
    warnings += [doubt] if doubt else []
    return not doubt


def _prunable(
    aws: Aws, wanted: Wanted, plan: ConfigurationPlan, family: Mapping[int, Mapping[str, Any]]
) -> tuple[str, ...]:
    if wanted.keep is None or wanted.rollback:
        return ()
    base, number = split(plan.name)
    mine, future = {plan.current, plan.name}, {*family, number}
    if not prunable_configurations(future, base, wanted.keep, set(), mine):
        return ()
    return tuple(prunable_configurations(future, base, wanted.keep, _in_use(aws), mine))


def _in_use(aws: Aws) -> set[str]:
    """Return the names that a group launches from, or one of its instances came from."""
    found: set[str] = set()
    for group in list_groups(aws):
        found |= {group.source.configuration, *(one.source[0] for one in group.instances)}
    return found


def _write(aws: Aws, outcome: ConfigurationOutcome) -> ConfigurationOutcome:
    plan = outcome.plan
    if plan.create:
        doing = f"create launch configuration {plan.name}"
        aws.call(
            doing,
            "autoscaling",
            "CreateLaunchConfiguration",
            LaunchConfigurationName=plan.name,
            **request_of(plan.after),
        )
    if plan.changed:
        sources.update_group(aws, outcome.source.group, {"LaunchConfigurationName": plan.name})
    for name in outcome.prune:
        doing = f"delete launch configuration {name}"
        aws.call(doing, "autoscaling", "DeleteLaunchConfiguration", LaunchConfigurationName=name)
    return outcome
