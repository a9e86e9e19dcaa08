# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pod holds a budget, and in whose words it is told."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import health
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.holders import (
    held_by,
    not_running,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse

WORDS = "0/5 nodes are available: 5 Insufficient cpu."
BUDGET = Budget("shop", "cart", "u", "1", parse("app=cart"), current_healthy=2, desired_healthy=3)


def a_pod(name: str = "cart-x", **more: Any) -> Pod:
    usual: dict[str, Any] = {"phase": "Pending", "ready": False, "labels": {"app": "cart"}}
    return Pod("shop", name, f"uid-{name}", **{**usual, **more})


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"unscheduled": WORDS}, f"pod shop/cart-x cannot be scheduled: {WORDS}"),
        ({}, "pod shop/cart-x is being scheduled"),
        ({"node": "n1"}, "pod shop/cart-x is Pending on n1"),
        (
            {"node": "n1", "waiting": "ImagePullBackOff"},
            "pod shop/cart-x is ImagePullBackOff on n1",
        ),
        ({"node": "n1", "phase": "Running"}, "pod shop/cart-x is not ready on n1"),
    ],
)
def test_why_a_pod_does_not_run(fields: dict[str, Any], words: str) -> None:
    assert not_running(a_pod(**fields)) == words


RUNNING = {"node": "n1", "phase": "Running"}


@pytest.mark.parametrize(
    "pods, holder",
    [
        ((), ""),
        ((a_pod(ready=True, **RUNNING),), ""),
        ((a_pod(**RUNNING), a_pod("cart-y")), "pod shop/cart-y is being scheduled (and 1 more)"),
        (
            (a_pod(), a_pod("cart-y", unscheduled=WORDS)),
            f"pod shop/cart-y cannot be scheduled: {WORDS} (and 1 more)",
        ),
        ((a_pod("cart-y", phase="Succeeded"),), ""),
        (
            (a_pod(deleted_at=1.0, **RUNNING), a_pod("cart-y", phase="Succeeded")),
            "pod shop/cart-x is still ending on n1",
        ),
        (
            (a_pod(deleted_at=1.0, **RUNNING), a_pod("cart-y")),
            "pod shop/cart-y is being scheduled (and 1 more)",
        ),
        ((a_pod(labels={"app": "mail"}),), ""),
    ],
)
def test_the_pod_that_holds_a_budget(pods: tuple[Pod, ...], holder: str) -> None:
    assert held_by(BUDGET, pods) == holder


def test_the_state_of_a_budget_names_its_holder_and_what_the_control_plane_cannot_work_out() -> (
    None
):
    assert health(BUDGET) == "2 healthy, 3 needed"
    held = dataclasses.replace(BUDGET, held_by="pod shop/cart-x is being scheduled")
    assert health(held) == "2 healthy, 3 needed; pod shop/cart-x is being scheduled"
    failed = dataclasses.replace(held, sync_error="no controller")
    assert health(failed) == "the control plane cannot work out its status: no controller"
