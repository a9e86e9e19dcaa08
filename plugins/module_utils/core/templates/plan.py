# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan how a template comes to launch the wanted image, and the way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import check_at_least
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    DEFAULT,
    LATEST,
    NUMBER,
    Act,
    Pointer,
    Version,
    clean,
    differences,
    find_rollback,
    merge,
    pointer_of,
    reusable,
)


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What the user asks for.

    `image_id` "": the image stays. `overrides`: see core.templates.data.merge. `pin`: the group's
    pointer becomes a number. `release`, `run`, `description`: for the mark. `keep`: versions of
    ours to keep, None for all.
    """

    image_id: str = ""
    overrides: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    set_default: bool = False
    pin: bool = False
    release: str = ""
    run: str = ""
    description: str = ""
    keep: int | None = None
    verify: bool = True
    rollback: bool = False

    def __post_init__(self) -> None:
        check_at_least("keep_versions", self.keep, 0)


def from_params(params: Mapping[str, Any]) -> Wanted:
    """Return what the parameters of launch_template_update ask for.

    Raises InputError.
    """
    return Wanted(
        image_id=params["image_id"] or "",
        overrides=params["overrides"] or {},
        set_default=params["set_default"],
        pin=params["pin"],
        release=params["release_version"] or "",
        run=params["run_id"] or "",
        description=params["version_description"] or "",
        keep=params["keep_versions"],
        verify=params["verify"],
        rollback=params["state"] == "rolled_back",
    )


@dataclasses.dataclass(frozen=True)
class Plan:
    """What one template needs.

    `before` and `after` are the source's and the wanted data. `number` is the version that will
    hold `after`; it exists already unless `create`, in which case it is the number that the next
    version gets if nobody is faster. `group_version`: how the group's pointer is to be written,
    None to leave it. `default_to`: the version to make the default, None to leave it.
    `default_was`: the default version, if it moves although the group does not follow it, else 0.
    """

    source: Version
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    number: int
    pointer: Pointer
    create: bool = False
    group_version: str | None = None
    default_to: int | None = None
    changes: tuple[str, ...] = ()
    act: Act = "update"
    default_was: int = 0

    @property
    def changed(self) -> bool:
        """Return whether anything has to be written."""
        return self.create or self.group_version is not None or self.default_to is not None


def resolve(versions: Sequence[Version], written: str) -> Version:
    """Return the version that a pointer means now.

    Raises NotFoundError for a number that does not exist.
    """
    pointer = pointer_of(written)
    if pointer == LATEST:
        return max(versions, key=lambda version: version.number)
    for version in versions:
        if (pointer == DEFAULT and version.default) or str(version.number) == written:
            return version
    raise NotFoundError(
        f"The launch template has no version {written}", "Choose one that exists, or $Latest"
    )


def plan_update(
    versions: Sequence[Version], written: str, wanted: Wanted, same_image: bool = False
) -> Plan:
    """Plan the way from the version in use to one with what is wanted.

    A new version is made only where none serves. `same_image`: the source's resolve:ssm: means the
    wanted image today, so that the alias stays.
    """
    source, pointer = resolve(versions, written), pointer_of(written)
    before = clean(source.data)
    image = {} if same_image or not wanted.image_id else {"ImageId": wanted.image_id}
    after = merge(before, {**wanted.overrides, **image})
    changes = tuple(differences(before, after))
    found = source if not changes else reusable(versions, source.number, after)
    number = found.number if found else max(version.number for version in versions) + 1
    return _pointed(
        Plan(source, before, after, number, pointer, found is None, changes=changes),
        versions,
        written,
        wanted,
    )


def _pointed(plan: Plan, versions: Sequence[Version], written: str, wanted: Wanted) -> Plan:
    """Return the plan with what makes the group launch from its version.

    How the group points stays the same.
    """
    group_version = None
    if (plan.pointer == NUMBER or wanted.pin) and written != str(plan.number):
        group_version = str(plan.number)
    follows = (plan.pointer == DEFAULT and not wanted.pin) or wanted.set_default
    now_default = next((version.number for version in versions if version.default), None)
    default_to = plan.number if follows and now_default != plan.number else None
    apart = default_to is not None and (plan.pointer != DEFAULT or wanted.pin)
    return dataclasses.replace(
        plan,
        group_version=group_version,
        default_to=default_to,
        default_was=(now_default or 0) if apart else 0,
    )


def plan_rollback(versions: Sequence[Version], written: str) -> Plan:
    """Plan the way back to the version before ours.

    The plan changes nothing when what is in use is not ours. Groups that follow $Latest get a new
    version that is a copy of the old one. A default of ours goes back with the group.
    """
    current, pointer = resolve(versions, written), pointer_of(written)
    back = find_rollback(versions, current.number)
    before = clean(current.data)
    if back is None:
        return Plan(current, before, before, current.number, pointer, act="rollback")
    previous = next((version for version in versions if version.number == back.previous), None)
    if previous is None:
        raise NotFoundError(
            f"Version {back.previous}, which version {back.current} was made from, was deleted",
            "Choose an image and update",
        )
    after = clean(previous.data)
    copy = pointer == LATEST
    there = {version.number for version in versions}
    default = back.default if back.default in there else previous.number
    return Plan(
        source=current,
        before=before,
        after=after,
        number=max(version.number for version in versions) + 1 if copy else previous.number,
        pointer=pointer,
        create=copy,
        group_version=str(previous.number) if pointer == NUMBER else None,
        default_to=default if current.default else None,
        changes=tuple(differences(before, after)),
        act="rollback",
    )


def renumbered(plan: Plan, number: int) -> Plan:
    """Return the plan with the number that its new version really got."""
    return dataclasses.replace(
        plan,
        number=number,
        group_version=str(number) if plan.group_version == str(plan.number) else plan.group_version,
        default_to=number if plan.default_to == plan.number else plan.default_to,
    )
