# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What RBAC rules allow, and who gets them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube.rbac import (
    Attributes,
    Rule,
    rules_of,
)

API = "rbac.authorization.k8s.io"
PLACED = Rule(("get", "create"), ("coordination.k8s.io",), ("leases",), (), "kube-system")
NAMED = Rule(("get",), ("",), ("namespaces",), ("kube-system",))


def role(kind: str, name: str, rule: dict[str, Any], **meta: str) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"name": name, **meta}, "rules": [rule]}


def binding(kind: str, name: str, group: str, **meta: str) -> dict[str, Any]:
    ref = {"apiGroup": API, "kind": kind, "name": name}
    subject = {"kind": "Group", "name": group}
    head = {"name": name, **meta}
    return {"kind": f"{kind}Binding", "metadata": head, "roleRef": ref, "subjects": [subject]}


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (Attributes("get", "leases", "coordination.k8s.io", "kube-system", "x"), True),
        (Attributes("get", "leases", "coordination.k8s.io", "shop", "x"), False),
        (Attributes("get", "leases", "coordination.k8s.io", "", "x"), False),
        (Attributes("get", "leases", "", "kube-system", "x"), False),
        (Attributes("update", "leases", "coordination.k8s.io", "kube-system", "x"), False),
        (Attributes("get", "leases/status", "coordination.k8s.io", "kube-system", "x"), False),
    ],
    ids=["all right", "namespace", "all namespaces", "API group", "verb", "subresource"],
)
def test_a_rule_holds_for_what_it_names(asked: Attributes, allowed: bool) -> None:
    assert PLACED.allows(asked) is allowed


@pytest.mark.parametrize(("name", "allowed"), [("kube-system", True), ("shop", False), ("", False)])
def test_a_rule_with_names_needs_one_of_them(name: str, allowed: bool) -> None:
    assert NAMED.allows(Attributes("get", "namespaces", "", "", name)) is allowed


def test_a_star_is_everything() -> None:
    assert Rule(("*",), ("*",), ("*",)).allows(Attributes("patch", "nodes/status"))


def test_a_group_gets_the_rules_that_are_bound_to_it() -> None:
    rule = {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}
    given = [
        role("ClusterRole", "one", rule),
        role("Role", "two", rule, namespace="kube-system"),
        role("ClusterRole", "three", rule),
        binding("ClusterRole", "one", "us"),
        binding("Role", "two", "us", namespace="kube-system"),
        binding("ClusterRole", "three", "others"),
    ]
    found = rules_of("us", given)
    assert [one.namespace for one in found] == ["", "kube-system"]
    assert rules_of("nobody", given) == ()
