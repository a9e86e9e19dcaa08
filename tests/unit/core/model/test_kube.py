# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Kubernetes objects name their instance, their owner and themselves."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Owner,
    Pod,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_node


@pytest.mark.parametrize(
    ("provider_id", "instance"),
    [
        pytest.param("aws:///eu-west-1a/i-0123", "i-0123", id="as the cloud provider writes it"),
        pytest.param("aws://eu-west-1a/i-0123", "i-0123", id="in its older form"),
        pytest.param("aws:///i-0123", "i-0123", id="without a zone"),
        pytest.param("", "", id="none"),
        pytest.param("gce://project/zone/i-0123", "", id="of another cloud"),
        pytest.param("kind://docker/kind/i-0123", "", id="of a cluster on one machine"),
        pytest.param("i-0123", "", id="an instance without its provider"),
    ],
)
def test_the_instance_of_a_node_is_that_of_its_provider_id(provider_id: str, instance: str) -> None:
    assert a_node("w", provider_id=provider_id).instance_id == instance


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(
            Owner("ReplicaSet", "a", "u1"), Owner("ReplicaSet", "b", "u1"), True, id="uid"
        ),
        pytest.param(
            Owner("ReplicaSet", "a", "u1"), Owner("ReplicaSet", "a", "u2"), False, id="reborn"
        ),
        pytest.param(Owner("ReplicaSet", "a"), Owner("ReplicaSet", "a"), True, id="by name"),
        pytest.param(Owner("ReplicaSet", "a"), Owner("StatefulSet", "a"), False, id="of two kinds"),
        pytest.param(
            Owner("DaemonSet", "a"),
            Owner("DaemonSet", "a", group="x.io"),
            False,
            id="of two groups",
        ),
    ],
)
def test_controllers_are_told_apart(one: Owner, other: Owner, same: bool) -> None:
    assert (one.key == other.key) is same


def test_a_kind_belongs_to_apps_unless_said_otherwise() -> None:
    assert Owner("ReplicaSet", "a").key == "apps/ReplicaSet/a"
    assert Owner("Node", "a", group="").key == "/Node/a"


def test_objects_are_named_as_people_write_them() -> None:
    assert Pod("shop", "cart-1", "u").id == "shop/cart-1"
    assert Budget("shop", "cart", "u", "1", None).id == "shop/cart"


def test_what_is_not_known_is_not_taken_for_good() -> None:
    node = a_node("w", ready=None)
    assert (node.ready, node.provider_id != "", node.unschedulable) == (None, True, False)
    budget = Budget("shop", "cart", "u", "1", None)
    assert (budget.disruptions_allowed, budget.unhealthy_policy) == (0, "IfHealthyBudget")
