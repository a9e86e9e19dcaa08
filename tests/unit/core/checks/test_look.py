# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances a look calls outdated, and which pods a drain would meet."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    count,
    workloads,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import NEEDS_UPDATE
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import (
    fresh,
    instance,
    look,
    node,
    pod,
)


@pytest.mark.parametrize(
    ("planned", "runs", "said"),
    [
        ("", "ami-new", ""),
        ("ami-new", "ami-new", ""),
        ("ami-next", "ami-new", "runs image ami-new, ami-next is planned"),
        ("ami-next", "", "runs image (unknown), ami-next is planned"),
    ],
)
def test_a_planned_image_decides_who_is_outdated(planned: str, runs: str, said: str) -> None:
    one = fresh(1, image_id=runs)
    assert look(one, image_id=planned).outdated(one) == said


@pytest.mark.parametrize(
    ("age", "marked", "said"),
    [
        (None, False, ""),
        (1500.0, False, ""),
        (1499.0, False, "older than 1499 s"),
        (None, True, f"marked {NEEDS_UPDATE}"),
        (1499.0, True, "older than 1499 s"),
    ],
)
def test_age_and_mark_make_a_current_instance_outdated(
    age: float | None, marked: bool, said: str
) -> None:
    one, annotations = fresh(1), {NEEDS_UPDATE: ""} if marked else {}
    found = look(one, nodes={"i-1": node(1, annotations=annotations)}, max_age=age, read_at=2000.0)
    assert found.outdated(one) == said


@pytest.mark.parametrize(
    ("number", "phase", "on_group", "to_drain"),
    [
        (1, "Running", True, True),
        (1, "Pending", True, True),
        (1, "Succeeded", False, False),
        (1, "Failed", False, False),
        (2, "Running", True, False),
        (2, "Failed", False, False),
        (9, "Running", False, False),
    ],
)
def test_where_a_pod_runs_decides_whether_it_counts(
    number: int, phase: str, on_group: bool, to_drain: bool
) -> None:
    """Node 1 is outdated, node 2 is current, node 9 is not of the group."""
    one = pod("cart-1", number, phase=phase)
    found = look(instance(1), fresh(2), pods=(one,))
    assert found.on_group() == ((one,) if on_group else ())
    assert found.to_drain() == ((one,) if to_drain else ())


def test_an_instance_that_is_not_launched_is_not_drained() -> None:
    found = look(instance(1, lifecycle="Standby"), pods=(pod("cart-1"),))
    assert len(found.on_group()) == 1
    assert found.to_drain() == ()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "Deployment shop/cart"),
        ({"labels": {}}, "ReplicaSet shop/cart-5d4f"),
        ({"labels": {"pod-template-hash": "other"}}, "ReplicaSet shop/cart-5d4f"),
        ({"owner": Owner("StatefulSet", "db")}, "StatefulSet shop/db"),
        ({"owner": Owner("Rollout", "web")}, "Rollout shop/web"),
        ({"owner": Owner("Job", "sum")}, ""),
        ({"owner": Owner("DaemonSet", "agent")}, ""),
        ({"owner": Owner("Node", "node-1")}, ""),
        ({"owner": None}, ""),
    ],
)
def test_the_workload_of_a_pod(changes: dict[str, Any], name: str) -> None:
    found = workloads(look(pods=(pod("p", **changes),)))
    assert found == ({name: {"pods": 1, "ready": 1}} if name else {})


@pytest.mark.parametrize(
    ("changes", "pods", "ready"),
    [
        ({}, 1, 1),
        ({"ready": False}, 1, 0),
        ({"deleted_at": 5.0}, 0, 0),
        ({"phase": "Failed"}, 0, 0),
        ({"phase": "Succeeded"}, 0, 0),
        ({"phase": "Pending", "ready": False}, 1, 0),
    ],
)
def test_which_pods_of_a_workload_count(changes: dict[str, Any], pods: int, ready: int) -> None:
    found = count(look(pods=(pod("p", **changes),)), {"Deployment shop/cart"})
    assert found == {"Deployment shop/cart": {"pods": pods, "ready": ready}}


def test_a_workload_without_pods_counts_none() -> None:
    assert count(look(), {"Deployment shop/gone"}) == {
        "Deployment shop/gone": {"pods": 0, "ready": 0}
    }
