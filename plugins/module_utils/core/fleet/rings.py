# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings of a fleet: in which order clusters get a release."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import check_at_least

NUMBERS: Mapping[str, tuple[int, str]] = {
    "parallel": (1, "clusters"),
    "soak": (0, "seconds"),
    "max_failed": (0, "percent"),
    "window_wait": (0, "seconds"),
}
"""Least value and unit of the numbers of a ring."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclasses.dataclass(frozen=True)
class Ring:
    """One ring.

    `hosts`: host pattern, "" if hosts say by their variable `ring` where they belong. `parallel`:
    clusters at one time. `soak`: seconds from the end of this ring to the next one. `gate`: path of
    a task file that has to succeed after the soak. `max_failed`: percentage of its node groups that
    may fail before the line stops. `window_wait`: seconds to wait at most for its maintenance
    window. `policy`: variables of the roles, for all hosts of the ring.
    """

    name: str
    hosts: str = ""
    parallel: int = 1
    soak: int = 0
    gate: str = ""
    max_failed: int = 0
    window_wait: int = 0
    policy: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError(
                f"The name of a ring is '{self.name}'", "Use letters, digits, _, . and -"
            )
        for name, (least, unit) in NUMBERS.items():
            check_at_least(f"{name} of ring {self.name}", getattr(self, name), least, unit)
        if self.max_failed > 100:
            raise InputError(
                f"max_failed of ring {self.name} is {self.max_failed}, above 100 percent"
            )


def from_options(rings: Iterable[object]) -> tuple[Ring, ...]:
    """Return the rings of variable rotation_rings, in their order.

    Each is a name, or a mapping with the fields of Ring. Raises InputError.
    """
    found = tuple(_ring(one) for one in rings)
    names = [ring.name for ring in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"Ring {twice[0]} is there twice in rotation_rings")
    if not found:
        raise InputError("rotation_rings is empty", "List the rings in their order")
    return found


def _ring(given: object) -> Ring:
    if isinstance(given, str):
        return Ring(given)
    if not isinstance(given, Mapping) or not isinstance(given.get("name"), str):
        raise InputError(f"A ring is {given!r}", "Give its name, or a dictionary with its name")
    known = {field.name for field in dataclasses.fields(Ring)}
    strange = sorted(set(map(str, given)) - known)
    if strange:
        raise InputError(
            f"Ring {given['name']} has no option {strange[0]}",
            f"Options are {', '.join(sorted(known))}",
        )
    return Ring(**{name: _value(given["name"], name, given[name]) for name in given})


def _value(ring: str, name: str, value: Any) -> Any:
    """Return the value of an option; numbers and switches may be text."""
    if name in NUMBERS:
        if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value).strip()):
            raise InputError(f"{name} of ring {ring} is {value!r}", "Give a whole number")
        return int(value)
    if name == "policy" and not isinstance(value, Mapping):
        raise InputError(f"policy of ring {ring} is {value!r}", "Give a dictionary of variables")
    return dict(value) if name == "policy" else str(value)


def only(rings: Iterable[Ring], names: Iterable[str]) -> tuple[Ring, ...]:
    """Return the rings of these names, in the order of the line; all without a name.

    Raises InputError if there is no ring of a name.
    """
    every, wanted = tuple(rings), list(names)
    for name in wanted:
        if name not in {ring.name for ring in every}:
            raise InputError(
                f"There is no ring {name}", f"Rings are {', '.join(ring.name for ring in every)}"
            )
    return tuple(ring for ring in every if not wanted or ring.name in wanted)


def following(rings: Iterable[Ring], chosen: Iterable[Ring]) -> str:
    """Return the ring that comes after those of this run, "" if none does.

    It has to be let through: by a pipeline or by people.
    """
    names = [ring.name for ring in rings]
    last = max((names.index(ring.name) for ring in chosen), default=len(names))
    return next(iter(names[last + 1 :]), "")
