# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update a node group's templates to a wanted image and back."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import list_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    NotFoundError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.fit import check_fit
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import (
    Image,
    check_usable,
    show_time,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
    Source,
    Use,
    check_overrides,
    repoint,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    ALIAS,
    DEFAULT,
    LATEST,
    Mark,
    Version,
    check_image_id,
    prunable,
    read_mark,
    write_mark,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import (
    Plan,
    Wanted,
    plan_rollback,
    plan_update,
    renumbered,
    resolve,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami import (
    images,
    parameters,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    launch_templates,
    sources,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.outcome import (
    Outcome,
    Part,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.volumes import (
    left_behind,
)

READINGS = 3
"""How often everything is read anew after something vanished between reading and writing."""


class TemplateUpdate:
    """One update or rollback. `now` is UTC; `dry`: judge only, write nothing.

    `approve` raises an error if what is about to be written must not be.
    """

    def __init__(
        self,
        aws: Aws,
        wanted: Wanted,
        now: datetime.datetime,
        dry: bool,
        approve: Callable[[Outcome], None] = lambda outcome: None,
    ) -> None:
        self._aws, self._wanted, self._now, self._dry = aws, wanted, now, dry
        self._approve = approve
        self._image: Image | None = None
        self._groups: tuple[DescribedGroup, ...] | None = None
        self._warnings: list[str] = []

    def run(self, source: Source, target: NamedSource) -> Outcome:
        """Carry it out for `source`, which `target` names.

        If something vanishes between reading and writing, everything is read again.
        """
        if self._wanted.image_id and not self._wanted.rollback:
            check_image_id(self._wanted.image_id)
            self._image = images.get(
                self._aws, parameters.resolve_image(self._aws, self._wanted.image_id)
            )
            check_usable(self._image, "")
        return self._attempt(source, target, READINGS)

    def _attempt(self, source: Source, target: NamedSource, left: int) -> Outcome:
        outcome = self._look(source)
        if self._dry or not outcome.changed:
            return outcome
        self._approve(outcome)
        try:
            return self._write(outcome)
        except NotFoundError:
            if left <= 1:
                raise
            return self._attempt(sources.find(self._aws, target), target, left - 1)

    def _look(self, source: Source) -> Outcome:
        if self._image is not None or self._wanted.rollback:
            check_overrides(source, self._image.id if self._image else "")
        self._warnings, self._groups = [source.note] if source.note else [], None
        parts = tuple(self._part(source, use) for use in source.uses)
        if self._wanted.pin and any(part.plan.group_version for part in parts):
            self._warnings.append(
                f"{source.group} is pinned to a version number: infrastructure as code that"
                " manages it will see drift"
            )
        verified = self._verify(source, parts)
        return Outcome(source, parts, tuple(self._warnings), verified, self._groups)

    def _part(self, source: Source, use: Use) -> Part:
        template = sources.describe_template(self._aws, use.template_id, "")
        versions = launch_templates.versions(self._aws, use.template_id)
        if self._wanted.rollback:
            plan = plan_rollback(versions, use.version)
        else:
            wanted = self._without_old_volumes(versions, use)
            plan = plan_update(versions, use.version, wanted, self._same_image(versions, use))
        name = str(template["LaunchTemplateName"])
        if not source.group or source.nodegroup:
            plan = dataclasses.replace(
                plan, group_version=None
            )  # nobody points here, or only EKS may move it
        if source.nodegroup and self._wanted.image_id and not plan.before.get("ImageId"):
            raise RefusedError(
                f"Launch template {name} names no image: node group {source.nodegroup[1]} gets"
                " its AMI from EKS",
                "Update it with UpdateNodegroupVersion (community.aws.eks_nodegroup)",
            )
        if plan.changes and not self._wanted.rollback:
            self._check(name, use, plan)
        self._tell_followers(source, use, name, plan)
        return Part(use, name, plan, self._prunable(versions, use, plan))

    def _without_old_volumes(self, versions: list[Version], use: Use) -> Wanted:
        """Return what is wanted, without the volumes that belong to the image in use."""
        if self._image is None:
            return self._wanted
        data = resolve(versions, use.version).data
        dropped, doubt = left_behind(self._aws, data, self._image)
        self._warnings += [doubt] if doubt else []
        return dataclasses.replace(self._wanted, overrides={**dropped, **self._wanted.overrides})

    def _same_image(self, versions: list[Version], use: Use) -> bool:
        """Return whether the template's alias means the wanted image today."""
        written = resolve(versions, use.version).image_id
        if (
            self._image is None
            or not written.startswith(ALIAS)
            or self._wanted.image_id.startswith(ALIAS)
        ):
            return False
        return parameters.resolve_image(self._aws, written) == self._image.id

    def _check(self, name: str, use: Use, plan: Plan) -> None:
        """Refuse an image that does not fit the template's instance types or user data."""
        if self._image is None:
            return
        own = plan.after.get("InstanceType")
        types = images.instance_types(self._aws, use.types or ([str(own)] if own else []))
        check_fit(
            f"Launch template {name}", self._image, types, str(plan.after.get("UserData", ""))
        )

    def _tell_followers(self, source: Source, use: Use, name: str, plan: Plan) -> None:
        """Name the groups that will launch something else although nobody asked for it."""
        moved = [LATEST] * plan.create + [DEFAULT] * (plan.default_to is not None)
        try:
            others = self._followers(source, use, moved) if moved else []
        except ForbiddenError:  # a template by itself needs no right to read groups
            return
        if others:
            self._warnings.append(
                f"Launch template {name} is followed by other Auto Scaling groups, whose next"
                " instances launch from the new"
                f" version too: {', '.join(others)}"
            )

    def _followers(self, source: Source, use: Use, moved: list[str]) -> list[str]:
        if self._groups is None:
            self._groups = tuple(list_groups(self._aws))
        return launch_templates.followers(self._groups, use.template_id, moved, source.group)

    def _prunable(self, versions: list[Version], use: Use, plan: Plan) -> tuple[int, ...]:
        if self._wanted.keep is None or self._wanted.rollback:
            return ()
        future = (
            [*versions, Version(plan.number, plan.after, write_mark(self._mark(plan)))]
            if plan.create
            else versions
        )
        own = (version for version in future if version.number == plan.number)
        marks = [read_mark(version.description) for version in own]
        keep = {
            plan.source.number,
            plan.number,
            *(number for mark in marks if mark for number in (mark.source, mark.default)),
        }  # the last: the way back
        if not prunable(future, self._wanted.keep, keep):
            return ()
        return tuple(
            prunable(
                future,
                self._wanted.keep,
                keep | launch_templates.numbers_in_use(self._aws, use.template_id),
            )
        )

    def _mark(self, plan: Plan) -> Mark:
        wanted, at = self._wanted, show_time(self._now) or ""
        return Mark(plan.source.number, plan.act, wanted.release, wanted.run, at, plan.default_was)

    def _verify(self, source: Source, parts: tuple[Part, ...]) -> bool | None:
        verified = None
        for part in parts:
            params = launch_templates.launch_params(part.use, part.plan, source.subnet)
            if (
                not self._wanted.verify
                or not part.plan.create
                or not {"ImageId", "InstanceType"} <= params.keys()
            ):
                continue
            doubt = launch_templates.dry_run(self._aws, params, f"launch template {part.name}")
            verified = not doubt and verified is not False
            self._warnings += [doubt] if doubt else []
        return verified

    def _write(self, outcome: Outcome) -> Outcome:
        moves: dict[tuple[str, str], str] = {}
        parts = []
        for part in outcome.parts:
            done = self._write_template(part)
            if done.plan.group_version is not None:
                moves[part.use.key] = done.plan.group_version
            parts.append(done)
        if moves:
            sources.update_group(self._aws, outcome.source.group, repoint(outcome.source, moves))
        parts = [self._finish(part) for part in parts]
        return dataclasses.replace(outcome, parts=tuple(parts), warnings=tuple(self._warnings))

    def _write_template(self, part: Part) -> Part:
        """Create the version if one is needed, and move the default."""
        plan, template_id = part.plan, part.use.template_id
        if plan.create:
            mark = write_mark(self._mark(plan), self._wanted.description)
            plan = renumbered(
                plan, launch_templates.create_version(self._aws, template_id, plan, mark)
            )
            if plan.number != part.plan.number and plan.pointer == LATEST:
                self._warnings.append(
                    f"Somebody else changed launch template {part.name} meanwhile: version"
                    f" {plan.number} is made from"
                    f" {plan.source.number} and lacks what is in {part.plan.number}"
                )
        if plan.default_to is not None:
            launch_templates.set_default(self._aws, template_id, plan.default_to)
        return dataclasses.replace(part, plan=plan)

    def _finish(self, part: Part) -> Part:
        """Tag the template for people, and delete old versions."""
        if part.plan.changed:
            doubt = launch_templates.tag(self._aws, part.use.template_id, self._tags(part.plan))
            self._warnings += [doubt] if doubt else []
        if not part.prune:
            return part
        gone = launch_templates.delete_versions(self._aws, part.use.template_id, part.prune)
        return dataclasses.replace(part, prune=tuple(gone))

    def _tags(self, plan: Plan) -> Mapping[str, str]:
        said: dict[str, Any] = {
            "version": plan.number,
            "previous-version": plan.source.number,
            "release": self._wanted.release,
            "run": self._wanted.run,
            "time": show_time(self._now),
        }
        return {PREFIX + name: str(value) for name, value in said.items()}
