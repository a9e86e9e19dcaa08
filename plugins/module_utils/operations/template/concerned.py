# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the groups whose next instances come from something else after an update."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Union

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import (
    describe_group,
    list_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Use,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    DEFAULT,
    LATEST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.outcome import (
    ConfigurationOutcome,
    Outcome,
    Part,
)

Updated = Union[Outcome, ConfigurationOutcome]
"""How an update of a launch template or launch configuration went."""


@dataclasses.dataclass(frozen=True)
class Concerned:
    """A group whose next instances come from something else after an update.

    `previous` and `target`: the template and version (or launch configuration, "") that it launches
    from before and after, the target with its image; ("", "") where that cannot be said. `others`:
    the same of the templates that its overrides name, as far as they move.
    """

    group: DescribedGroup
    previous: tuple[str, str] = ("", "")
    target: tuple[str, str, str] = ("", "", "")
    previous_others: tuple[tuple[str, str], ...] = ()
    target_others: tuple[tuple[str, str, str], ...] = ()


def find_concerned(aws: Aws, outcome: Updated) -> tuple[Concerned, ...]:
    """Return the groups that an update concerns, by name.

    They are the one that was named, and those that follow its template by $Latest or $Default. One
    that names a version by its number launches what it did.
    """
    if isinstance(outcome, ConfigurationOutcome):
        return _of_configuration(aws, outcome)
    moved = {part.use.template_id: part for part in outcome.parts if part.plan.changed}
    if not moved:
        return ()
    named = "" if outcome.source.nodegroup else outcome.source.group
    groups = list_groups(aws) if outcome.groups is None else outcome.groups
    found = (_of_template(group, moved, group.name == named) for group in groups)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.group.name))


def _of_configuration(aws: Aws, outcome: ConfigurationOutcome) -> tuple[Concerned, ...]:
    plan = outcome.plan
    if not plan.changed:
        return ()
    image = str(plan.after.get("ImageId", ""))
    group = describe_group(aws, outcome.source.group)
    return (Concerned(group, (plan.current, ""), (plan.name, "", image)),)


def _of_template(
    group: DescribedGroup, moved: Mapping[str, Part], named: bool
) -> Union[Concerned, None]:
    uses = group.source.uses
    if not named and not any(_follows(use, moved) for use in uses):
        return None
    (previous, target), *others = (_sides(use, moved, named) for use in uses or (Use("", ""),))
    return Concerned(
        group,
        previous,
        target,
        tuple(before for before, _after in others if before[0]),
        tuple(after for _before, after in others if after[0]),
    )


def _sides(
    use: Use, moved: Mapping[str, Part], named: bool
) -> tuple[tuple[str, str], tuple[str, str, str]]:
    """Return what one way launched and will launch, empty where that does not move."""
    part = moved.get(use.template_id)
    if part is None or not (named or _follows(use, moved)):
        return ("", ""), ("", "", "")
    template, plan = part.use.template_id, part.plan
    image = str(plan.after.get("ImageId", ""))
    known = named or use.version == part.use.version
    previous = (template, str(plan.source.number)) if known else ("", "")
    return previous, (template, str(plan.number), image)


def _follows(use: Use, moved: Mapping[str, Part]) -> bool:
    part = moved.get(use.template_id)
    if part is None:
        return False
    creates, moves_default = part.plan.create, part.plan.default_to is not None
    return (use.version == LATEST and creates) or (use.version == DEFAULT and moves_default)


def as_done(found: Sequence[Concerned], outcome: Updated) -> tuple[Concerned, ...]:
    """Return the groups with the versions that the update really made."""
    if isinstance(outcome, ConfigurationOutcome):
        return tuple(found)
    numbers = {part.use.template_id: str(part.plan.number) for part in outcome.parts}

    def done(target: tuple[str, str, str]) -> tuple[str, str, str]:
        template, version, image = target
        return (template, numbers.get(template, version), image)

    return tuple(
        dataclasses.replace(
            one, target=done(one.target), target_others=tuple(map(done, one.target_others))
        )
        for one in found
    )


def check_sharing(
    found: Sequence[Concerned], named: str, rotated: Collection[str], allowed: bool
) -> None:
    """Refuse an update that concerns groups outside of the play, unless allowed.

    `named`: the group that is updated. `rotated`: the groups of the play.
    """
    others = [one.group.name for one in found if one.group.name not in {named, *rotated}]
    if others and not allowed:
        raise RefusedError(
            f"The next instances of Auto Scaling group {listed(others)} would launch from the new"
            " version too, and this play does not rotate it",
            "Rotate it in the same play (rotated_groups), let it refer to a version by its number,"
            " or set shared_template: allow",
        )
