# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would make EKS's update fail is found before it begins."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    UpdateConfig,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedMember,
    Nodegroup,
    Trouble,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.preflight import (
    ManagedLook,
    blockers,
    leaving,
    past_budgets,
    warnings,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Instance,
    TargetHealth,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Node,
    Owner,
    Pod,
    Service,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import (
    from_object,
)

CART = from_object({"matchLabels": {"app": "cart"}})
POD = Pod(
    "shop", "cart-1", "u-1", node="n-1", labels={"app": "cart"}, owner=Owner("ReplicaSet", "cart")
)
BUDGET = Budget(
    *("shop", "cart", "b-1", "1", CART, "maxUnavailable 1"),
    current_healthy=2,
    desired_healthy=1,
    expected_pods=2,
    disruptions_allowed=1,
)
NEVER = dataclasses.replace(BUDGET, desired_healthy=2, disruptions_allowed=0)
BUSY = dataclasses.replace(BUDGET, current_healthy=1, disruptions_allowed=0)
OLD = ManagedMember(Instance("i-1", "a", image_id="old"), Node("n-1", "u", "1"), "old")
GROUP = Group("g", 2, 1, 9, (OLD.instance, Instance("i-2", "b")), zones=("a", "b", "c"))
NODEGROUP = Nodegroup("c", "web", "arn", "ACTIVE", GROUP, addresses={"a": 50, "b": 50})


def a_look(budgets: tuple[Budget, ...] = (), **fields: Any) -> ManagedLook:
    return ManagedLook(NODEGROUP, (OLD,), (POD,), budgets, **fields)


def in_group(**fields: Any) -> ManagedLook:
    group = dataclasses.replace(GROUP, **fields)
    return ManagedLook(dataclasses.replace(NODEGROUP, group=group), (OLD,))


def with_addresses(*free: int, config: UpdateConfig = UpdateConfig()) -> ManagedLook:
    addresses = dict(zip("abc", free, strict=False))
    nodegroup = dataclasses.replace(NODEGROUP, addresses=addresses, config=config)
    return ManagedLook(nodegroup, (OLD,))


def test_nothing_stands_in_the_way_of_a_budget_that_lets_go() -> None:
    assert blockers(a_look((BUDGET,))) == ()
    assert warnings(a_look((BUDGET,))) == ()


def test_a_budget_that_never_lets_go_blocks() -> None:
    (text,) = blockers(a_look((NEVER,)))
    assert "shop/cart" in text
    assert "can never allow an eviction" in text


def test_two_budgets_on_one_pod_block() -> None:
    other = dataclasses.replace(BUDGET, name="other", uid="b-2")
    (text,) = blockers(a_look((BUDGET, other)))
    assert "covered by more than one PodDisruptionBudget (shop/cart, shop/other)" in text


def test_a_budget_that_allows_nothing_now_is_a_warning() -> None:
    assert blockers(a_look((BUSY,))) == ()
    (text,) = warnings(a_look((BUSY,)))
    assert "allows no eviction now" in text


@pytest.mark.parametrize(
    ("budgets", "expected"), [((BUDGET,), ()), ((BUSY,), ("shop/cart-1",)), ((), ())]
)
def test_pods_that_force_would_delete_are_named(
    budgets: tuple[Budget, ...], expected: tuple[str, ...]
) -> None:
    assert past_budgets(a_look(budgets)) == expected


@pytest.mark.parametrize(
    ("free", "config", "blocked"),
    [
        ((3, 1, 1), UpdateConfig(), "have 5 free addresses"),
        ((0, 1, 1), UpdateConfig(), "have 2 free addresses"),
        ((4, 1, 1), UpdateConfig(), ""),
        ((2, 2, 2), UpdateConfig(7), "have 6 free addresses"),
        ((9, 0, 0), UpdateConfig(), "have no free address in b, c, where it waits"),
        ((0,), UpdateConfig(1, False, "MINIMAL"), ""),
        ((), UpdateConfig(), ""),
    ],
)
def test_addresses_have_to_do_for_what_eks_launches_besides(
    free: tuple[int, ...], config: UpdateConfig, blocked: str
) -> None:
    found = blockers(with_addresses(*free, config=config))
    assert len(found) == bool(blocked)
    assert all(blocked in text for text in found)


ROOM = Room("L-1", ("m5.large",), 2, used=8, limit=20)
ZONES = "lets the account run 19 vCPUs, 8 run, and 6 more m5.large of g need 12"


def with_rooms(*rooms: Room, config: UpdateConfig = UpdateConfig()) -> ManagedLook:
    nodegroup = dataclasses.replace(NODEGROUP, config=config)
    return ManagedLook(nodegroup, (OLD,), rooms=rooms)


@pytest.mark.parametrize(
    ("limit", "config", "fits"),
    [
        (20, UpdateConfig(), True),
        (19, UpdateConfig(), False),
        (20, UpdateConfig(6), True),
        (20, UpdateConfig(7), False),
        (22, UpdateConfig(7), True),
        (0, UpdateConfig(1, False, "MINIMAL"), True),
    ],
)
def test_the_quota_has_to_do_for_twice_the_zones_or_for_max_unavailable(
    limit: int, config: UpdateConfig, fits: bool
) -> None:
    look = with_rooms(dataclasses.replace(ROOM, limit=limit), config=config)
    assert (blockers(look) == ()) is fits
    assert warnings(look) == (), "what blocks is not said twice"


def test_a_quota_that_is_too_small_says_what_is_missing_and_force_does_not_help() -> None:
    look = with_rooms(dataclasses.replace(ROOM, limit=19))
    (text,) = blockers(look)
    assert ZONES in text
    assert blockers(look, force=True) == (text,)


@pytest.mark.parametrize(
    "rooms",
    [
        (dataclasses.replace(ROOM, limit=1, types=("m5.large", "m5.xlarge")),),
        (dataclasses.replace(ROOM, limit=1), dataclasses.replace(ROOM, code="L-2")),
        (dataclasses.replace(ROOM, limit=None),),
        (dataclasses.replace(ROOM, used=None),),
        (dataclasses.replace(ROOM, code="", limit=None),),
    ],
)
def test_a_quota_that_may_not_be_in_the_way_is_a_warning(rooms: tuple[Room, ...]) -> None:
    assert blockers(with_rooms(*rooms)) == ()
    (text,) = warnings(with_rooms(*rooms))
    assert "6 more" in text


def test_quotas_that_may_not_be_read_are_a_warning() -> None:
    (text,) = warnings(ManagedLook(NODEGROUP, (OLD,), rooms=None))
    assert text.startswith("Whether the vCPU quotas of the account have room for 6 more nodes of g")


def test_without_outdated_nodes_no_room_is_needed() -> None:
    look = ManagedLook(NODEGROUP, (), rooms=(dataclasses.replace(ROOM, limit=0),))
    assert (blockers(look), warnings(look), look.surge) == ((), (), 0)


def test_force_helps_against_budgets_only() -> None:
    look = dataclasses.replace(with_addresses(0), pods=(POD,), budgets=(NEVER,))
    assert len(blockers(look)) == 2
    (text,) = blockers(look, force=True)
    assert "free addresses" in text


def test_a_health_issue_is_explained() -> None:
    issues = (Trouble("AmiIdNotFound", "gone"),)
    look = dataclasses.replace(a_look(), nodegroup=dataclasses.replace(NODEGROUP, issues=issues))
    (text,) = warnings(look)
    assert text.startswith("Node group web is not healthy: AmiIdNotFound: the image")


@pytest.mark.parametrize(("healthy", "count"), [(("i-1",), 1), (("i-1", "i-2"), 0), ((), 0)])
def test_a_target_group_with_all_targets_on_outdated_nodes_is_a_warning(
    healthy: tuple[str, ...], count: int
) -> None:
    targets = tuple(TargetHealth("tg", id_, 80, "healthy") for id_ in healthy)
    found = warnings(in_group(target_groups=("tg",), targets=targets))
    assert len(found) == count
    assert all("target group tg" in text for text in found)


@pytest.mark.parametrize(
    ("local", "elsewhere", "count"), [(True, 0, 1), (True, 1, 0), (False, 0, 0)]
)
def test_a_local_service_with_all_pods_on_outdated_nodes_is_a_warning(
    local: bool, elsewhere: int, count: int
) -> None:
    service = Service("shop", "front", "s-1", local=local, selector=CART)
    others = [dataclasses.replace(POD, name="cart-2", uid="u-2", node="n-9")] * elsewhere
    look = dataclasses.replace(a_look(services=(service,)), pods=(POD, *others))
    found = warnings(look)
    assert len(found) == count
    assert all("externalTrafficPolicy Local" in text for text in found)


def test_services_that_may_not_be_read_are_no_error() -> None:
    assert warnings(a_look(services=None)) == ()


@pytest.mark.parametrize(
    ("pod", "leaves"),
    [
        (POD, True),
        (dataclasses.replace(POD, owner=None), True),
        (dataclasses.replace(POD, deleted_at=1.0), True),
        (dataclasses.replace(POD, phase="Succeeded"), False),
        (dataclasses.replace(POD, owner=Owner("DaemonSet", "agent")), False),
        (dataclasses.replace(POD, annotations={"kubernetes.io/config.mirror": "x"}), False),
    ],
)
def test_pods_that_have_to_leave(pod: Pod, leaves: bool) -> None:
    assert bool(leaving({"n-1": (pod,)}, "n-1")) is leaves
    assert leaving({}, "n-1") == ()


def test_budgets_on_nodes_that_stay_do_not_count() -> None:
    here = dataclasses.replace(POD, node="n-9")
    look = dataclasses.replace(a_look((NEVER,)), pods=(here,))
    assert blockers(look) == ()
    assert past_budgets(look) == ()


def test_a_node_group_without_outdated_nodes_has_nothing_in_its_way() -> None:
    look = dataclasses.replace(with_addresses(0), outdated=(), pods=(POD,), budgets=(NEVER,))
    assert blockers(look) == ()


def test_an_instance_that_has_not_joined_has_no_pods() -> None:
    alone = dataclasses.replace(OLD, node=None)
    look = dataclasses.replace(a_look((NEVER,)), outdated=(alone,))
    assert blockers(look) == ()
    assert past_budgets(look) == ()


@pytest.mark.parametrize(
    ("labels", "namespace"), [({"app": "other"}, "shop"), ({"app": "cart"}, "elsewhere")]
)
def test_a_local_service_of_other_pods_is_no_matter(labels: dict[str, str], namespace: str) -> None:
    service = Service("shop", "front", "s-1", local=True, selector=CART)
    other = dataclasses.replace(POD, labels=labels, namespace=namespace)
    look = dataclasses.replace(a_look(services=(service,)), pods=(other,))
    assert warnings(look) == ()


def test_targets_that_are_not_healthy_serve_nobody() -> None:
    targets = (TargetHealth("tg", "i-1", 80, "initial"),)
    assert warnings(in_group(target_groups=("tg",), targets=targets)) == ()
