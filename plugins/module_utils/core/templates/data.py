# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch template data: merge, compare, recognize our versions, prune old ones.

Data is RequestLaunchTemplateData (EC2 API reference) as plain dictionaries, user data base64.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.user_data import decode

Pointer = Literal["number", "$Default", "$Latest"]
"""How something points at a version of a launch template."""
NUMBER: Final = "number"
DEFAULT: Final = "$Default"
LATEST: Final = "$Latest"
ALIAS = "resolve:ssm:"
"""How a template names an image by a Systems Manager parameter (EC2 user guide, launch
templates)."""
DESCRIPTION_LIMIT = 255


@dataclasses.dataclass(frozen=True)
class Version:
    """One version of a launch template."""

    number: int
    data: Mapping[str, Any]
    description: str = ""
    default: bool = False

    @property
    def image_id(self) -> str:
        """Return the image as written: an ID, resolve:ssm:..., or ""."""
        return str(self.data.get("ImageId", ""))


def pointer_of(version: str | None) -> Pointer:
    """Return how something points at a version: "number", "$Default" or "$Latest".

    Nothing written means $Default.
    """
    if not version or version == DEFAULT:
        return DEFAULT
    return LATEST if version == LATEST else NUMBER


def check_image_id(image_id: str) -> None:
    """Refuse what is neither an image ID nor resolve:ssm: and a parameter.

    Raises InputError.
    """
    if re.fullmatch(r"ami-[0-9a-f]{8,17}", image_id) or re.fullmatch(r"resolve:ssm:\S+", image_id):
        return
    raise InputError(
        f"{image_id!r} is not a valid image ID",
        "Give an id as in ami-0123456789abcdef0, or resolve:ssm:<parameter>",
    )


def clean(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a version's data as a request takes it.

    Empty values, and what only answers have, are left out.
    """
    cleaned = {name: copy.deepcopy(value) for name, value in data.items() if name != "Operator"}
    if isinstance(cleaned.get("MetadataOptions"), dict):
        cleaned["MetadataOptions"].pop("State", None)
    for interface in cleaned.get("NetworkInterfaces") or []:
        for address in interface.get("Ipv6Addresses") or []:
            address.pop("IsPrimaryIpv6", None)
    return {name: value for name, value in cleaned.items() if value not in (None, [], {}, "")}


def merge(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` with `changes` applied.

    Dictionaries are merged key by key, null removes, everything else (lists too) replaces.
    """
    merged = dict(data)
    for name, value in changes.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping):
            old = merged.get(name)
            merged[name] = merge(old if isinstance(old, Mapping) else {}, value)
        else:
            merged[name] = copy.deepcopy(value)
    return {name: value for name, value in merged.items() if value not in ([], {}, "")}


def differences(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Return the fields that differ, dotted: "MetadataOptions.HttpTokens".

    A list counts as one field.
    """
    found = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += differences(old, new, f"{prefix}{name}.")
        elif old != new:
            found.append(f"{prefix}{name}")
    return found


def removes(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Return whether a field of `before` is missing in `after`, at any depth."""
    return any(
        name not in after
        or (
            isinstance(old, Mapping)
            and isinstance(after[name], Mapping)
            and removes(old, after[name])
        )
        for name, old in before.items()
    )


def render(data: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return `data` as lines for a diff against `other`.

    Fields are dotted, lists are JSON. User data is decoded where it differs; else only its length
    is told, since it may hold secrets.
    """
    lines = []
    for name, value in sorted(_flat(data)):
        if name != "UserData":
            lines.append(
                f"{name}: {value if isinstance(value, str) else json.dumps(value, sort_keys=True)}"
            )
        elif other.get(name) == value:
            lines.append(f"{name}: ({len(value)} characters, the same before and after)")
        else:
            lines += [f"{name}:", *(f"  {line}" for line in decode(value).splitlines())]
    return "".join(f"{line}\n" for line in lines)


def _flat(data: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in data.items():
        found += (
            _flat(value, f"{prefix}{name}.")
            if isinstance(value, Mapping)
            else [(f"{prefix}{name}", value)]
        )
    return found


Act = Literal["update", "rollback"]


@dataclasses.dataclass(frozen=True)
class Mark:
    """What the description of a version of ours says.

    A version cannot be tagged. It was made from version `source` by `act`, an "update" or a
    "rollback". `default`: the default version before, if the update moved the default because that
    was asked for; else 0.
    """

    source: int
    act: Act = "update"
    release: str = ""
    run: str = ""
    at: str = ""
    default: int = 0


_MARK = re.compile(
    r"nodeops\.rotator: (?P<act>update|rollback) from (?P<source>\d+)"
    r"(?:, default was (?P<default>\d+))?"
    r"(?:, release (?P<release>[^,|]+))?(?:, run (?P<run>[^,|]+))?(?:,"
    r" (?P<at>\d{4}-\d\d-\d\dT[\d:]+Z))?(?: \| .*)?"
)


def write_mark(mark: Mark, text: str = "") -> str:
    """Return a version's description: the mark, then the user's text.

    The text is cut where there is no room.
    """
    words = [f"nodeops.rotator: {mark.act} from {mark.source}"]
    words += [f"default was {mark.default}"] if mark.default else []
    words += [f"release {_plain(mark.release)}"] if mark.release else []
    words += [f"run {_plain(mark.run)}"] if mark.run else []
    words += [mark.at] if mark.at else []
    line = ", ".join(words)
    return (f"{line} | {' '.join(text.split())}" if text.strip() else line)[:DESCRIPTION_LIMIT]


def _plain(text: str) -> str:
    return re.sub(r"[,|\s]+", "-", text.strip())[:64]


def read_mark(description: str) -> Mark | None:
    """Return the mark of a version of ours, None for anybody else's."""
    match = _MARK.fullmatch(description)
    if match is None:
        return None
    said = {name: value or "" for name, value in match.groupdict().items()}
    act: Act = "rollback" if said["act"] == "rollback" else "update"
    default = int(said["default"] or 0)
    return Mark(int(said["source"]), act, said["release"], said["run"], said["at"], default)


def reusable(versions: Sequence[Version], source: int, wanted: Mapping[str, Any]) -> Version | None:
    """Return a version of ours, made from `source`, that holds what is wanted.

    An interrupted run left it, or another group of the same template got it.
    """
    for version in sorted(versions, key=lambda one: one.number, reverse=True):
        mark = read_mark(version.description)
        if mark and mark.source == source and clean(version.data) == dict(wanted):
            return version
    return None


@dataclasses.dataclass(frozen=True)
class Rollback:
    """A move from version `current` back to version `previous`.

    `default`: the version that was the default before, 0 for `previous`.
    """

    current: int
    previous: int
    default: int = 0


def find_rollback(versions: Sequence[Version], current: int) -> Rollback | None:
    """Return the way back from `current` if it is an update of ours.

    None when what is in use is not ours, or is already the version before.
    """
    found = next((version for version in versions if version.number == current), None)
    mark = read_mark(found.description) if found else None
    if mark is None or mark.act != "update" or _newer_of_ours(versions, current):
        return None
    return Rollback(current, mark.source, mark.default)


def _newer_of_ours(versions: Sequence[Version], current: int) -> bool:
    """Return whether a later update of ours was made from `current`.

    Then a rollback has already led to it.
    """
    marks = [
        (version.number, read_mark(version.description))
        for version in versions
        if version.number > current
    ]
    return any(
        mark is not None and mark.source == current and mark.act == "update"
        for _number, mark in marks
    )


def prunable(versions: Sequence[Version], keep: int, protected: set[int]) -> list[int]:
    """Return our versions to delete, oldest first: all but the newest `keep`.

    Never deleted are a default version, the latest, and one that is `protected` (in use, or the way
    back).
    """
    ours = sorted(version.number for version in versions if read_mark(version.description))
    untouchable = protected | {version.number for version in versions if version.default}
    untouchable.add(max((version.number for version in versions), default=0))
    old = ours[: max(0, len(ours) - keep)]
    return [number for number in old if number not in untouchable]
