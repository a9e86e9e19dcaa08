# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that no other node can take, and pods whose data goes with their node."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.places import (
    lost,
    stranded,
    unread,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    blockers,
    warnings,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Volume
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import (
    fresh,
    instance,
    look,
    node,
    pod,
)

HOST, ZONE = "kubernetes.io/hostname", "topology.kubernetes.io/zone"


def labelled(number: int, **more: str) -> Node:
    """A node of the group with the labels that nodes have."""
    labels = {HOST: f"node-{number}", ZONE: "zone-a", "role": "web", **more}
    return node(number, labels=labels)


def a_look(*texts: str, nodes: Any = None, **more: Any) -> Look:
    """A look at two outdated nodes and a pod that asks for one of these nodes."""
    nodes = nodes or {"i-1": labelled(1), "i-2": labelled(2)}
    pods = (pod("cart-1", placing=tuple(parse(text) for text in texts)),)
    usual = {"pods": pods, "nodes": nodes, "zones": ("zone-a", "zone-b")}
    return look(instance(1), instance(2), **{**usual, **more})


@pytest.mark.parametrize(
    ("asks", "is_stranded"),
    [
        ((), False),
        (("role=web",), False),
        (("role=db",), True),
        (("role=db", "role=web"), False),
        ((f"{HOST}=node-1",), True),
        ((f"{HOST}=node-1,role=web",), True),
        ((f"{HOST}!=node-1",), False),
        (("metadata.name=node-1",), True),
        ((f"{ZONE}=zone-b",), False),
        ((f"{ZONE}=zone-c",), True),
        (("topology.ebs.csi.aws.com/zone in (zone-b,zone-c)",), False),
        (("node.kubernetes.io/instance-type=m7i.large",), False),
        (("extra",), True),
        (("!extra",), False),
    ],
)
def test_a_pod_that_no_node_to_come_can_take_is_stranded(
    asks: tuple[str, ...], is_stranded: bool
) -> None:
    found = list(stranded(a_look(*asks)))
    assert bool(found) is is_stranded
    assert tuple(found) == blockers(a_look(*asks))


def test_the_sentence_names_the_pod_and_what_it_asks_for() -> None:
    assert list(stranded(a_look("role=db", "role=x"))) == [
        "Pod shop/cart-1 can run on no other node: it asks for a node with role in (db) or role in"
        " (x). Move it first, or remove it"
    ]


@pytest.mark.parametrize(
    "more",
    [
        {"others": (labelled(9, role="db"),)},
        {"pods": (pod("agent", placing=(parse("role=db"),), owner=None),)},
        {"drain": DrainPolicy(pod_selector=parse("app=other"))},
    ],
    ids=["another node takes it", "nothing makes it again", "it is not removed"],
)
def test_a_pod_is_not_stranded_if_it_has_a_place_or_needs_none(more: dict[str, Any]) -> None:
    assert list(stranded(a_look("role=db", **more))) == []


def test_a_current_node_of_the_group_may_take_it() -> None:
    nodes = {"i-1": labelled(1), "i-2": labelled(2, extra="x")}
    pods = (pod("cart-1", placing=(parse("extra"),)),)
    assert list(stranded(look(instance(1), fresh(2), nodes=nodes, pods=pods))) == []
    assert list(stranded(look(instance(1), instance(2), nodes=nodes, pods=pods)))


@pytest.mark.parametrize(
    ("placing", "is_stranded"),
    [
        ((), False),
        ((parse(f"{HOST}=node-1"),), True),
        ((parse(f"{ZONE}=zone-b"),), False),
        ((parse(f"{ZONE}=zone-c"),), True),
    ],
)
def test_a_volume_may_keep_its_pod_on_a_node_or_in_a_zone(
    placing: tuple[Any, ...], is_stranded: bool
) -> None:
    volumes = {"shop/data": Volume("pv-1", "u", "shop/data", placing)}
    pods = (pod("db-0", claims=("data",)),)
    found = list(stranded(a_look(pods=pods, volumes=volumes)))
    assert bool(found) is is_stranded
    assert not found or "its volume pv-1 is on a node with" in found[0]


def test_volumes_that_may_not_be_read_are_told() -> None:
    assert list(unread(a_look())) == []
    (told,) = unread(a_look(volumes=None))
    assert told.startswith("The PersistentVolumes may not be read")
    assert told in warnings(a_look(volumes=None))


@pytest.mark.parametrize(
    ("fields", "policy", "told"),
    [
        ({}, {"delete_emptydir_data": True, "force": True}, ""),
        ({"empty_dir": True}, {"delete_emptydir_data": True}, "loses what is in its emptyDir"),
        ({"empty_dir": True}, {}, ""),
        ({"owner": None}, {"force": True}, "has no controller, and is lost with its node"),
        ({"owner": None}, {}, ""),
    ],
)
def test_what_a_drain_would_lose_is_warned_of_by_name(
    fields: dict[str, Any], policy: dict[str, Any], told: str
) -> None:
    seen = a_look(pods=(pod("cart-1", **fields),), drain=DrainPolicy(**policy))
    found = list(lost(seen))
    assert len(found) == bool(told)
    assert all(line.startswith("Pod shop/cart-1") and told in line for line in found)
    assert set(found) <= set(warnings(seen))


def test_pods_that_ask_for_the_same_are_named_together() -> None:
    pods = [pod(f"cart-{n}", placing=(parse("role=db"),)) for n in range(4)]
    others = [pod("solo", 2, placing=(parse("role=x"),))]
    assert list(stranded(a_look(pods=(*others, *pods)))) == [
        "Pod shop/cart-0, shop/cart-1, shop/cart-2 and 1 more can run on no other node: it asks for"
        " a node with role in (db). Move it first, or remove it",
        "Pod shop/solo can run on no other node: it asks for a node with role in (x). Move it"
        " first, or remove it",
    ]


def test_a_pod_is_named_once_for_what_it_asks_for_and_for_its_volume() -> None:
    volumes = {"shop/data": Volume("pv-1", "u", "shop/data", (parse(f"{HOST}=node-1"),))}
    pods = (pod("db-0", claims=("data",), placing=(parse("role=x"),)),)
    (found,) = stranded(a_look(pods=pods, volumes=volumes))
    assert "it asks for a node with role in (x)" in found


def test_nodes_that_differ_promise_only_what_they_share() -> None:
    nodes = {"i-1": labelled(1, role="web"), "i-2": labelled(2, role="db")}
    assert list(stranded(a_look("role=web", nodes=nodes)))
    assert list(stranded(a_look(f"{ZONE}=zone-a", nodes=nodes))) == []


def test_a_group_whose_zones_are_unknown_strands_no_pod_for_its_zone() -> None:
    assert list(stranded(a_look(f"{ZONE}=zone-c", zones=()))) == []


def test_a_volume_of_another_claim_keeps_nobody() -> None:
    volumes = {"shop/other": Volume("pv-1", "u", "shop/other", (parse(f"{HOST}=node-1"),))}
    pods = (pod("db-0", claims=("data",)), pod("db-1"))
    assert list(stranded(a_look(pods=pods, volumes=volumes))) == []
    assert list(stranded(a_look(pods=pods, volumes=None))) == []
