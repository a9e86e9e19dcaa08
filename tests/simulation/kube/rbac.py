# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge a request by RBAC rules, as the API server's authorizer does.

A rule of a ClusterRole holds everywhere, one of a Role in the namespace of its binding. A rule with
resourceNames allows no request without a name: no list, watch or create (Kubernetes documentation,
Using RBAC Authorization).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any


@dataclasses.dataclass(frozen=True)
class Attributes:
    """What a request asks for. `resource` has its subresource, as in "pods/eviction"."""

    verb: str
    resource: str
    group: str = ""
    namespace: str = ""
    name: str = ""

    @property
    def operation(self) -> str:
        """Return "verb resource[/subresource]"."""
        return f"{self.verb} {self.resource}"


@dataclasses.dataclass(frozen=True)
class Rule:
    """One rule; `namespace`: where it holds, "" for everywhere."""

    verbs: tuple[str, ...]
    groups: tuple[str, ...]
    resources: tuple[str, ...]
    names: tuple[str, ...] = ()
    namespace: str = ""

    def allows(self, asked: Attributes) -> bool:
        """Return whether this rule allows the request."""
        return (
            _among(asked.verb, self.verbs)
            and _among(asked.group, self.groups)
            and _among(asked.resource, self.resources)
            and self.namespace in ("", asked.namespace)
            and (not self.names or asked.name in self.names)
        )


def rules_of(group: str, documents: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Return the rules that bindings among these objects give to a group."""
    known = [one for one in documents if one]
    roles = {_key(one): one for one in known if one["kind"] in ("ClusterRole", "Role")}
    bound = [one for one in known if group in _subjects(one)]
    return tuple(
        _rule(entry, one["metadata"].get("namespace", ""))
        for one in bound
        for entry in roles[_role_key(one)]["rules"]
    )


def _key(role: Mapping[str, Any]) -> tuple[str, str, str]:
    meta = role["metadata"]
    return role["kind"], meta.get("namespace", ""), meta["name"]


def _role_key(binding: Mapping[str, Any]) -> tuple[str, str, str]:
    ref = binding["roleRef"]
    namespace = binding["metadata"].get("namespace", "") if ref["kind"] == "Role" else ""
    return ref["kind"], namespace, ref["name"]


def _subjects(one: Mapping[str, Any]) -> list[str]:
    return [who["name"] for who in one.get("subjects", ()) if who["kind"] == "Group"]


def _rule(entry: Mapping[str, Any], namespace: str) -> Rule:
    return Rule(
        verbs=tuple(entry["verbs"]),
        groups=tuple(entry["apiGroups"]),
        resources=tuple(entry["resources"]),
        names=tuple(entry.get("resourceNames", ())),
        namespace=namespace,
    )


def _among(value: str, listed: tuple[str, ...]) -> bool:
    return value in listed or "*" in listed
