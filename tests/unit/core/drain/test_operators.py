# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Budgets that an operator holds on purpose are told apart."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.operators import (
    OPERATORS,
    operator_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import HELD
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import budget


def owned(kind: str, group: str) -> dict[str, Any]:
    """Fields of a budget whose controller is of this kind."""
    return {"owner": Owner(kind, "x", "uid-x", group)}


@pytest.mark.parametrize(
    ("fields", "operator"),
    [
        (owned("StrimziPodSet", "core.strimzi.io"), "strimzi.io"),
        (owned("Kafka", "kafka.strimzi.io"), "strimzi.io"),
        ({"labels": {"strimzi.io/cluster": "orders"}}, "strimzi.io"),
        (owned("Cluster", "postgresql.cnpg.io"), "cnpg.io"),
        ({"selector": parse("cnpg.io/cluster=db,cnpg.io/instanceRole=primary")}, "cnpg.io"),
        ({"selector": parse("longhorn.io/component=instance-manager")}, "longhorn.io"),
        (owned("CephCluster", "ceph.rook.io"), "rook.io"),
        (owned("VirtualMachineInstance", "kubevirt.io"), "kubevirt.io"),
        ({"selector": parse("kubevirt.io/created-by=uid")}, "kubevirt.io"),
        ({"selector": parse("vm.kubevirt.io/name=x")}, "kubevirt.io"),
    ],
)
def test_an_operator_is_known_by_its_domain(fields: dict[str, Any], operator: str) -> None:
    assert operator_of(budget(**fields)) == OPERATORS[operator]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        owned("ReplicaSet", "apps"),
        owned("Cluster", "notcnpg.io"),
        {"labels": {"app": "strimzi.io"}},
        {"selector": None},
        {"labels": {"example.com/cnpg.io": "x"}},
    ],
)
def test_other_budgets_are_nobodys(fields: dict[str, Any]) -> None:
    assert operator_of(budget(**fields)) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the vault operator", "the vault operator"),
        ("false", ""),
        ("", f"an operator (annotation {HELD})"),
    ],
)
def test_people_say_so_by_an_annotation(text: str, told: str) -> None:
    assert operator_of(budget(annotations={HELD: text})) == told
