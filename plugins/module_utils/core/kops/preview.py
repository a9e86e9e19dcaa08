# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what `kops update cluster` prints that it would change, and judge it.

kops prints one block for each resource under "Will create resources:" and "Will modify resources:",
with its fields in lines that begin with two spaces and a tab, and one line for each item under
"Will delete items:" (kops: upup/pkg/fi/dryrun_target.go). Whatever is not understood is an error:
what kops is about to do and we cannot read must never pass for nothing.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RefusedError,
)

TEMPLATE, IMAGE = "LaunchTemplate", "ImageID"
"""How kops calls a launch template and the field of its image."""
Action = Literal["create", "modify", "delete"]
_SECTIONS: Mapping[str, Action] = {
    "Will create resources:": "create",
    "Will modify resources:": "modify",
    "Will delete items:": "delete",
}
_PENDING = "Must specify --yes to apply changes"
_NOTHING = "No changes need to be applied"
_LOG = re.compile(r"[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ ")
"""How a line of kops's log begins (klog)."""
_RESOURCE = re.compile(r"  (?P<kind>[A-Za-z]\w*)/(?P<name>\S.*)")
_FIELD = re.compile(r"  \t(?P<field>\S+) *\t ?(?P<text>.*)")
_LONG_FIELD = re.compile(r"  \t(?P<field>\S+) *")
_MORE = re.compile(r"  \t *\t ?(?P<text>.*)")
_ITEM = re.compile(r"  (?P<kind>\S+) +(?P<name>\S.*)")


@dataclasses.dataclass(frozen=True)
class Change:
    """One field of one resource that kops would change.

    `field` of a resource that is created or deleted as a whole is "create" or "delete". `text`: as
    kops prints it, "old -> new" for a modification.
    """

    action: Action
    kind: str
    name: str
    field: str
    text: str = ""

    @property
    def path(self) -> str:
        """Return Kind/name/Field, which patterns are compared with."""
        return f"{self.kind}/{self.name}/{self.field}"

    @property
    def shown(self) -> str:
        """Return the change as one line."""
        return f"{self.path}: {self.text}" if self.text else self.path

    @property
    def values(self) -> tuple[str, str]:
        """Return the old and the new value of a modification, ("", "") without them."""
        old, arrow, new = self.text.partition(" -> ")
        return (old, new) if arrow else ("", "")


def parse_preview(output: str) -> tuple[Change, ...]:
    """Return the changes that an output of `kops update cluster` announces.

    Raises RefusedError if it does not end as kops ends a preview, or has a line that is not
    understood.
    """
    lines = [line.rstrip() for line in output.splitlines() if not _LOG.match(line)]
    ends = [at for at, line in enumerate(lines) if line in (_PENDING, _NOTHING)]
    if not ends:
        raise _unread("it does not say whether changes are pending")
    begins = [at for at, line in enumerate(lines) if line.startswith("Will ")]
    body = lines[begins[0] : ends[-1]] if begins else []
    found = _Reader().read(body)
    if bool(found) is not (lines[ends[-1]] == _PENDING):
        raise _unread(f"it ends with {lines[ends[-1]]!r} after {len(found)} changes")
    return found


class _Reader:
    """Reads the sections of a preview line by line."""

    def __init__(self) -> None:
        self._action: Action = "modify"
        self._resource: tuple[str, str] | None = None
        self._fields = 0
        self._found: list[Change] = []

    def read(self, lines: Iterable[str]) -> tuple[Change, ...]:
        for line in lines:
            if line in _SECTIONS:
                self._leave()
                self._action = _SECTIONS[line]
            elif not line:
                self._leave()
            elif not self._read(line):
                raise _unread(f"the line {line.strip()!r} is not understood")
        self._leave()
        return tuple(self._found)

    def _leave(self) -> None:
        """Refuse a resource to be modified that names no field."""
        if self._resource and self._action == "modify" and not self._fields:
            raise _unread(f"{'/'.join(self._resource)} names no field")
        self._resource, self._fields = None, 0

    def _read(self, line: str) -> bool:
        """Return whether the line was understood."""
        if self._action == "delete":
            return self._item(line)
        if not line.startswith("  \t"):
            return self._enter(line)
        return self._resource is not None and (self._more(line) or self._field(line))

    def _item(self, line: str) -> bool:
        match = _ITEM.fullmatch(line)
        if match:
            self._found.append(Change("delete", match["kind"], match["name"], "delete"))
        return match is not None

    def _enter(self, line: str) -> bool:
        match = _RESOURCE.fullmatch(line)
        if match is None:
            return False
        self._leave()
        self._resource = (match["kind"], match["name"])
        if self._action == "create":
            self._found.append(Change("create", *self._resource, "create"))
        return True

    def _field(self, line: str) -> bool:
        match = _FIELD.fullmatch(line) or _LONG_FIELD.fullmatch(line)
        if match and self._resource and self._action == "modify":
            self._fields += 1
            text = match.groupdict().get("text") or ""
            self._found.append(Change("modify", *self._resource, match["field"], text))
        return match is not None

    def _more(self, line: str) -> bool:
        """Return whether this goes on with the field of the line before."""
        match = _MORE.fullmatch(line)
        if match and self._fields:
            last = self._found[-1]
            text = f"{last.text} {match['text']}".strip()
            self._found[-1] = dataclasses.replace(last, text=text)
        return match is not None


def _unread(why: str) -> RefusedError:
    return RefusedError(
        f"The preview of kops update cluster cannot be read: {why}",
        "Run kops update cluster by hand and look at what is pending",
    )


def check_patterns(patterns: Sequence[str]) -> None:
    """Refuse patterns that are not Kind/name/Field. Raises InputError."""
    for pattern in patterns:
        if len(pattern.split("/")) < 3 or not all(pattern.split("/")):
            raise InputError(
                f"allow_other_changes has {pattern!r}",
                "Write Kind/name/Field as in Subnet/*/ResourceBasedNaming",
            )


@dataclasses.dataclass(frozen=True)
class PreviewVerdict:
    """What a preview means for one instance group.

    `image`: the change of its image, None if none is pending. `allowed`: other changes that
    patterns allow. `others`: what nobody has asked for.
    """

    image: Change | None
    allowed: tuple[Change, ...]
    others: tuple[Change, ...]


def judge(
    changes: Sequence[Change], template: str, image: str, allow: Sequence[str]
) -> PreviewVerdict:
    """Tell the change that is wanted from all others.

    Wanted is nothing but ImageID of the launch template `template` to `image`, as the
    specification of the instance group spells it. `allow`: patterns of Kind/name/Field.
    """
    path = f"{TEMPLATE}/{template}/{IMAGE}"
    wanted = [one for one in changes if one.path == path and one.values[1] == image]
    rest = [one for one in changes if one not in wanted]
    allowed = [one for one in rest if is_allowed(one.path, allow)]
    return PreviewVerdict(
        wanted[0] if wanted else None,
        tuple(allowed),
        tuple(one for one in rest if one not in allowed),
    )


def is_allowed(path: str, patterns: Iterable[str]) -> bool:
    """Return whether a pattern names Kind/name/Field."""
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def check_alone(verdict: PreviewVerdict, group: str) -> None:
    """Refuse a preview with changes that nobody has asked for. Raises RefusedError."""
    if verdict.others:
        named = "; ".join(one.shown for one in verdict.others)
        raise RefusedError(
            f"kops update cluster would change more than the image of instance group {group}:"
            f" {named}",
            "Apply or undo these changes first, or name them in allow_other_changes",
        )


def shorten(verdict: PreviewVerdict) -> str:
    """Return the lines of a diff: every field that kops would change."""
    shown = [one for one in (verdict.image, *verdict.allowed, *verdict.others) if one is not None]
    return "".join(f"{one.shown}\n" for one in shown)
