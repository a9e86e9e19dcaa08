# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why an update failed, and what EKS has left."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
    Trouble,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import (
    from_object,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import EXCLUDE
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.failures import (
    failure_of,
    note_what_is_left,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.managed.builders import (
    ENDED,
    OLD_GROUP,
    a_context,
    a_memory,
    a_node,
    a_view,
)

PODS = tuple(
    Pod("shop", f"a-{n}", f"p-{n}", node="n-1", labels={"app": "a"}, owner=Owner("ReplicaSet", "a"))
    for n in range(7)
)
BUDGET = Budget("shop", "a", "b-1", "1", from_object({"matchLabels": {"app": "a"}}))


def a_failure(*errors: Trouble, status: str = "Failed") -> str:
    update = dataclasses.replace(ENDED, status=status, errors=errors)
    view = a_view(pods=PODS, budgets=(BUDGET,))
    group = dataclasses.replace(OLD_GROUP.group, activity="InsufficientInstanceCapacity: none")
    memory = a_memory(dataclasses.replace(OLD_GROUP, group=group))
    return str(failure_of(a_context(memory, view), update))


def test_pods_that_did_not_leave_are_named_with_their_budgets() -> None:
    text = a_failure(Trouble("PodEvictionFailure", "max retries", ("n-1",)))
    assert "Still there: shop/a-0 (PDB shop/a: " in text
    assert "and 2 more" in text
    assert "0 of 2 nodes run the target, and EKS cannot go back" in text


def test_nodes_that_were_not_created_are_told_with_the_scaling_activity() -> None:
    text = a_failure(Trouble("NodeCreationFailure"))
    assert "The last scaling activity failed: InsufficientInstanceCapacity: none" in text


@pytest.mark.parametrize("status", ["Failed", "Cancelled"])
def test_without_a_reason_that_is_said(status: str) -> None:
    assert f"is {status}: EKS gives no reason" in a_failure(status=status)


@pytest.mark.parametrize(
    ("target", "template", "told"),
    [
        (ManagedTarget("", "ami", "4"), ("lt-1", "own", "3"), True),
        (ManagedTarget("", "ami", "3"), ("lt-1", "own", "3"), False),
        (ManagedTarget("r", "ami", "4"), ("lt-1", "own", "3"), False),
        (ManagedTarget("", "ami", "4"), None, False),
    ],
)
def test_an_image_of_its_own_can_be_led_back_by_hand(
    target: ManagedTarget, template: tuple[str, str, str] | None, told: bool
) -> None:
    memory = a_memory(dataclasses.replace(OLD_GROUP, template=template))
    error = failure_of(a_context(memory, target=target), ENDED)
    assert ("Or set launch_template_version to 3" in str(error)) is told


def test_pods_that_are_gone_are_not_named() -> None:
    assert "Still there" not in a_failure(Trouble("PodEvictionFailure", "", ("n-2",)))


@pytest.mark.parametrize("fields", [{"unschedulable": True}, {"labels": {EXCLUDE: "true"}}])
def test_what_is_left_is_the_size_and_the_nodes_out_of_service(fields: dict[str, object]) -> None:
    ctx = a_context(a_memory(desired_before=1), a_view(a_node(1, **fields), a_node(2)))
    note_what_is_left(ctx)
    size, marked = ctx.memory.left
    assert "is 2, it was 1" in size
    assert "1 outdated node cordoned and out of the load balancers: n-1" in marked
    quiet = a_context()
    note_what_is_left(quiet)
    assert quiet.memory.left == ()
