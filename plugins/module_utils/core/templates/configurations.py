# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch configurations: choose, name and prune the copies that we make.

Launch configurations have neither versions nor tags, so we recognize our copies by name: a copy of
`nodes` is `nodes-nodeops-1`, the next `nodes-nodeops-2`; a copy of a copy counts on from the same
base.
"""

from __future__ import annotations

import base64
import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.user_data import is_base64
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    clean,
    differences,
    merge,
)

_OURS = re.compile(r"(?P<base>.+)-nodeops-(?P<number>\d+)")
NAME_LIMIT = 255
_ANSWER_ONLY = ("LaunchConfigurationName", "LaunchConfigurationARN", "CreatedTime")


def split(name: str) -> tuple[str, int]:
    """Return base name and number of a configuration; 0 for one that is not ours."""
    match = _OURS.fullmatch(name)
    return (match["base"], int(match["number"])) if match else (name, 0)


def join(base: str, number: int) -> str:
    """Return the name of a copy; number 0 is the original."""
    suffix = f"-nodeops-{number}"
    return f"{base[: NAME_LIMIT - len(suffix)]}{suffix}" if number else base


def data_of(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return a described launch configuration as CreateLaunchConfiguration takes it."""
    return clean({name: value for name, value in shown.items() if name not in _ANSWER_ONLY})


def request_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data as CreateLaunchConfiguration takes it from boto3.

    boto3 encodes the user data of this operation itself (EC2 Auto Scaling API reference), so that
    it gets the bytes below the base64 that DescribeLaunchConfigurations answers.
    """
    if not data.get("UserData"):
        return dict(data)
    return {**data, "UserData": base64.b64decode(data["UserData"])}


def encoded(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return overrides with base64 user data, as it is described; text is encoded."""
    text = overrides.get("UserData")
    if not isinstance(text, str) or not text or is_base64(text):
        return dict(overrides)
    return {**overrides, "UserData": base64.b64encode(text.encode()).decode()}


@dataclasses.dataclass(frozen=True)
class ConfigurationPlan:
    """A move from configuration `current` to `name`, which holds `after`.

    `create`: it does not exist yet.
    """

    current: str
    name: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    create: bool = False
    changes: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Return whether the group launches from another configuration afterwards."""
        return self.name != self.current


def family_of(name: str, every: Mapping[str, Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return the original and our copies of it by number.

    `every`: all configurations by name, as DescribeLaunchConfigurations shows them.
    """
    base = split(name)[0]
    return {split(one)[1]: data_of(data) for one, data in every.items() if split(one)[0] == base}


def plan_configuration(
    current: str,
    family: Mapping[int, Mapping[str, Any]],
    image_id: str,
    overrides: Mapping[str, Any],
) -> ConfigurationPlan:
    """Plan the way to a configuration with the wanted image.

    It is none, an existing copy of ours, or a new one.
    """
    base, number = split(current)
    before = dict(family[number])
    after = merge(before, {**encoded(overrides), **({"ImageId": image_id} if image_id else {})})
    changes = tuple(differences(before, after))
    if not changes:
        return ConfigurationPlan(current, current, before, after)
    same = [one for one, data in family.items() if one > number and dict(data) == after]
    target = max(same) if same else max(family) + 1
    return ConfigurationPlan(current, join(base, target), before, after, not same, changes)


def plan_configuration_rollback(
    current: str, family: Mapping[int, Mapping[str, Any]]
) -> ConfigurationPlan:
    """Plan the way back to the copy, or the original, before the current one.

    It is none when `current` is not ours or not the newest: then a rollback was made already.
    """
    base, number = split(current)
    before = dict(family[number])
    older = [one for one in family if one < number]
    if not number or number != max(family) or not older:
        return ConfigurationPlan(current, current, before, before)
    after = dict(family[max(older)])
    return ConfigurationPlan(
        current, join(base, max(older)), before, after, False, tuple(differences(before, after))
    )


def prunable_configurations(
    family: Iterable[int], base: str, keep: int, in_use: set[str], protected: set[str]
) -> list[str]:
    """Return our copies to delete, oldest first: all but the newest `keep`.

    Copies that a group or an instance uses are never deleted.
    """
    ours = sorted(number for number in family if number)
    names = [join(base, number) for number in ours[: max(0, len(ours) - keep)]]
    return [name for name in names if name not in in_use | protected]
