# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON patch, merge patch, strategic merge patch."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import ApiError
from ansible_collections.nodeops.rotator.tests.simulation.kube.patches import (
    JSON,
    MERGE,
    STRATEGIC,
    patched,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import RESOURCES

NODE: dict[str, Any] = {
    "metadata": {"name": "n", "labels": {"a": "1"}, "finalizers": ["x", "y"]},
    "spec": {"taints": [{"key": "old", "effect": "NoSchedule"}], "podCIDRs": ["10.0.0.0/24"]},
    "status": {
        "conditions": [
            {"type": "Ready", "status": "True", "reason": "r"},
            {"type": "DiskPressure", "status": "False"},
        ]
    },
}


def strategic(patch: dict[str, Any]) -> dict[str, Any]:
    return patched(RESOURCES["nodes"], NODE, patch, STRATEGIC)


def test_taints_are_one_value_and_replaced_whole() -> None:
    new = [{"key": "new", "effect": "NoExecute"}]
    assert strategic({"spec": {"taints": new}})["spec"] == {
        "taints": new,
        "podCIDRs": ["10.0.0.0/24"],
    }


def test_conditions_merge_by_type() -> None:
    result = strategic({"status": {"conditions": [{"type": "Ready", "status": "False"}]}})
    assert result["status"]["conditions"] == [
        {"type": "Ready", "status": "False", "reason": "r"},
        {"type": "DiskPressure", "status": "False"},
    ]


@pytest.mark.parametrize(
    ("patch", "finalizers"),
    [
        ({"finalizers": ["z"]}, ["x", "y", "z"]),
        ({"finalizers": ["x"]}, ["x", "y"]),
        ({"$deleteFromPrimitiveList/finalizers": ["x"]}, ["y"]),
        ({"$setElementOrder/finalizers": ["y", "x"]}, ["y", "x"]),
        ({"finalizers": None}, None),
    ],
)
def test_finalizers_merge_as_a_set(patch: dict[str, Any], finalizers: list[str] | None) -> None:
    assert strategic({"metadata": patch})["metadata"].get("finalizers") == finalizers


def test_containers_merge_by_name_and_their_ports_by_number() -> None:
    pod = {
        "spec": {
            "containers": [
                {"name": "a", "image": "1", "ports": [{"containerPort": 80, "name": "http"}]},
                {"name": "b"},
            ]
        }
    }
    patch = {
        "spec": {
            "containers": [
                {"name": "a", "image": "2", "ports": [{"containerPort": 81}]},
                {"name": "b", "$patch": "delete"},
            ]
        }
    }
    container = {
        "name": "a",
        "image": "2",
        "ports": [{"containerPort": 80, "name": "http"}, {"containerPort": 81}],
    }
    assert patched(RESOURCES["pods"], pod, patch, STRATEGIC)["spec"] == {"containers": [container]}


def test_directives_replace_and_retain_keys() -> None:
    assert strategic({"metadata": {"labels": {"$patch": "replace", "b": "2"}}})["metadata"][
        "labels"
    ] == {"b": "2"}
    assert strategic({"metadata": {"$retainKeys": ["name"], "name": "n"}})["metadata"] == {
        "name": "n"
    }


def test_merge_patch_replaces_lists_and_removes_by_null() -> None:
    result = patched(
        RESOURCES["nodes"],
        NODE,
        {"metadata": {"labels": {"a": None, "b": "2"}, "finalizers": ["z"]}},
        MERGE,
    )
    assert result["metadata"] == {"name": "n", "labels": {"b": "2"}, "finalizers": ["z"]}


def test_json_patch() -> None:
    patch = [
        {"op": "test", "path": "/metadata/labels/a", "value": "1"},
        {"op": "remove", "path": "/spec/taints"},
    ]
    assert patched(RESOURCES["nodes"], NODE, patch, JSON)["spec"] == {"podCIDRs": ["10.0.0.0/24"]}


@pytest.mark.parametrize(
    "operation",
    [{"op": "test", "path": "/metadata/name", "value": "m"}, {"op": "remove", "path": "/spec/x"}],
)
def test_a_json_patch_that_does_not_fit_is_unprocessable(operation: dict[str, str]) -> None:
    with pytest.raises(ApiError) as caught:
        patched(RESOURCES["nodes"], NODE, [operation], JSON)
    assert (caught.value.code, caught.value.body["reason"]) == (422, "Invalid")


@pytest.mark.parametrize(
    ("plural", "kind"),
    [
        ("targetgroupbindings", STRATEGIC),
        ("nodes", "application/apply-patch+yaml"),
        ("nodes", "application/json"),
    ],
)
def test_formats_that_a_resource_does_not_take(plural: str, kind: str) -> None:
    with pytest.raises(ApiError) as caught:
        patched(RESOURCES[plural], NODE, {}, kind)
    assert caught.value.code == 415


def test_the_original_is_not_touched() -> None:
    before = repr(NODE)
    strategic(
        {
            "metadata": {"labels": {"z": "9"}},
            "status": {"conditions": [{"type": "Ready", "status": "Unknown"}]},
        }
    )
    patched(RESOURCES["nodes"], NODE, [{"op": "remove", "path": "/spec/taints"}], JSON)
    assert repr(NODE) == before
