# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse Kubernetes label selectors once, and match them often."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError

_SET = re.compile(r"^(?P<key>[^\s!=,()<>]+)\s+(?P<op>in|notin)\s*\((?P<values>\s*[^()\s][^()]*)\)$")
_EQUAL = re.compile(r"^(?P<key>[^\s!=,()<>]+)\s*(?P<op>==|=|!=)\s*(?P<value>[^\s!=,()<>]*)$")
_EXISTS = re.compile(r"^(?P<no>!?)\s*(?P<key>[^\s!=,()<>]+)$")


@dataclasses.dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on a label: In, NotIn, Exists or DoesNotExist."""

    key: str
    operator: str
    values: frozenset[str] = frozenset()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether the labels fulfill it.

        NotIn is also true where the label is absent, as in the API server.
        """
        present = self.key in labels
        if self.operator == "Exists":
            return present
        if self.operator == "DoesNotExist":
            return not present
        within = present and labels[self.key] in self.values
        return within if self.operator == "In" else not within

    def __str__(self) -> str:
        """Return it in kubectl's notation."""
        if self.operator == "Exists":
            return self.key
        if self.operator == "DoesNotExist":
            return f"!{self.key}"
        word = "in" if self.operator == "In" else "notin"
        return f"{self.key} {word} ({','.join(sorted(self.values))})"


@dataclasses.dataclass(frozen=True, slots=True)
class Selector:
    """Conditions that must all be true; without any, it matches everything."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether the labels fulfill every requirement."""
        return all(requirement.matches(labels) for requirement in self.requirements)

    def __str__(self) -> str:
        """Return it in kubectl's notation."""
        return ",".join(str(requirement) for requirement in self.requirements)


def from_object(spec: Mapping[str, Any] | None) -> Selector | None:
    """Return the selector of a metav1.LabelSelector.

    An absent one gives None, which selects nothing.
    """
    if spec is None:
        return None
    equal = [
        Requirement(key, "In", frozenset((value,)))
        for key, value in (spec.get("matchLabels") or {}).items()
    ]
    sets = [
        Requirement(entry["key"], entry["operator"], frozenset(entry.get("values") or ()))
        for entry in spec.get("matchExpressions") or ()
    ]
    return Selector((*equal, *sets))


def parse(text: str) -> Selector:
    """Return the selector that is written in kubectl's notation.

    For example "a=b,c!=d,e in (x,y),f notin (z),g,!h". Raises InputError, which names the wrong
    part.
    """
    parts = (part.strip() for part in re.split(r",(?![^(]*\))", text))
    return Selector(tuple(_requirement(part, text) for part in parts if part))


def _requirement(part: str, text: str) -> Requirement:
    if found := _SET.match(part):
        values = frozenset(value.strip() for value in found["values"].split(","))
        return Requirement(found["key"], "In" if found["op"] == "in" else "NotIn", values)
    if found := _EQUAL.match(part):
        return Requirement(
            found["key"], "NotIn" if found["op"] == "!=" else "In", frozenset((found["value"],))
        )
    if found := _EXISTS.match(part):
        return Requirement(found["key"], "DoesNotExist" if found["no"] else "Exists")
    raise InputError(
        f"'{part}' in label selector '{text}' is not a requirement",
        "Write it as for kubectl: a=b,c!=d,e in (x,y),!f",
    )
