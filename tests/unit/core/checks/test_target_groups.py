# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gap of a target group that one pod alone serves is named before a rotation."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import warnings
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.target_groups import (
    gaps,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Service
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_target
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import look, pod

LOCAL = Service("shop", "web", "u", frozenset((30080,)), True, parse("app=cart"))


def seen(*names: str, services: tuple[Service, ...] | None = (LOCAL,), **fields: Any) -> Look:
    """A look at pods of these names behind a target group."""
    pods = tuple(pod(name, **fields) for name in names)
    found = look(pods=pods)
    group = dataclasses.replace(found.group, targets=(a_target("a"), a_target("b")))
    return dataclasses.replace(found, group=group, services=services)


def test_one_pod_alone_is_a_gap_and_two_are_none() -> None:
    (said,) = warnings(seen("cart-1"))
    assert "pod shop/cart-1 alone serves it" in said
    assert "externalTrafficPolicy Local" in said
    assert warnings(seen("cart-1", "cart-2")) == ()


def test_a_group_that_ends_what_is_unhealthy_there_ends_new_nodes() -> None:
    found = seen("cart-1", "cart-2")
    ending = dataclasses.replace(found.group, by_balancers=True)
    (said,) = warnings(dataclasses.replace(found, group=ending))
    assert "a new node without such a pod is ended undrained" in said
    cluster = seen("cart-1", "cart-2", services=(dataclasses.replace(LOCAL, local=False),))
    assert warnings(dataclasses.replace(cluster, group=ending)) == ()


def test_pods_that_are_not_of_the_service_and_other_policies_are_no_gap() -> None:
    assert warnings(seen("cart-1", labels={"app": "other"})) == ()
    assert warnings(seen("cart-1", services=(dataclasses.replace(LOCAL, local=False),))) == ()


def test_services_that_may_not_be_read_are_told_where_there_are_target_groups() -> None:
    (said,) = gaps(seen("cart-1", services=None))
    assert "Services may not be read" in said
    assert list(gaps(dataclasses.replace(look(), services=None))) == []
