# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a control plane node is whole: a truth table of what it can lack."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Components,
    EtcdVolume,
    Health,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.whole import (
    API_SERVER_LABEL,
    Asked,
    Place,
    expected_apps,
    indirect,
    leads,
    led_by,
    stale_leases,
    why_not_whole,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    READ_AT,
    ROLE,
    a_plane_node,
    changed,
    components,
    pods,
    volumes,
)

PLACE = Place("g", "i-a", "a", a_plane_node("a"))
WELL = components()


def why(
    place: Place = PLACE,
    found: Components = WELL,
    attached: list[EtcdVolume] | None = None,
    **asked: Any,
) -> str:
    return why_not_whole(place, found, volumes() if attached is None else attached, Asked(**asked))


def test_a_node_with_all_its_parts_is_whole() -> None:
    assert why() == ""


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"ready": False}, "it is not Ready"),
        ({"ready": None}, "it is not Ready"),
        ({"labels": {}}, "it lacks the role label of a control plane node"),
        ({"labels": {"node-role.kubernetes.io/master": ""}}, ""),
        ({"unschedulable": True}, ""),
    ],
)
def test_what_the_node_itself_has_to_say(node: dict[str, Any], words: str) -> None:
    assert why(dataclasses.replace(PLACE, node=a_plane_node("a", **node))) == words


SERVER = Place("g", "i-a", "a", a_plane_node("a", labels={API_SERVER_LABEL: ""}), etcd=False)
ALONE = dataclasses.replace(
    WELL, pods=tuple(one for one in WELL.pods if one.node != "a" or one.app == "kube-apiserver")
)


@pytest.mark.parametrize(
    ("place", "found", "words"),
    [
        (SERVER, ALONE, ""),
        (SERVER, WELL, ""),
        (
            dataclasses.replace(SERVER, node=a_plane_node("a")),
            ALONE,
            "it lacks the role label of an API server node",
        ),
        (
            SERVER,
            changed(ALONE, "kube-apiserver", "a", ready=False),
            "kube-apiserver is not Ready on it",
        ),
        (
            SERVER,
            dataclasses.replace(ALONE, health={**ALONE.health, "a": Health(False, "500")}),
            "its API server is not ready: 500",
        ),
        (
            dataclasses.replace(SERVER, etcd=True),
            ALONE,
            "it lacks the role label of a control plane node",
        ),
    ],
)
def test_a_node_of_an_api_server_group_needs_its_api_server_and_no_etcd(
    place: Place, found: Components, words: str
) -> None:
    assert why(place, found, attached=[]) == words


@pytest.mark.parametrize(
    ("place", "words", "name"),
    [
        (Place("g", "", ""), "no instance of it is launched", "g"),
        (Place("g", "i-a", "a"), "its node has not joined the cluster", "i-a"),
        (PLACE, "", "a"),
    ],
)
def test_a_place_without_a_node_is_not_whole(place: Place, words: str, name: str) -> None:
    assert why(place) == words
    assert place.name == name


def test_a_lease_that_is_not_renewed_speaks_against_a_node_that_seems_ready() -> None:
    assert why(stale=frozenset("a")) == "its Lease is not renewed"
    assert why(stale=frozenset("b")) == ""


@pytest.mark.parametrize("etcd", ["main", "events"])
def test_the_volume_of_every_etcd_cluster_has_to_be_attached_to_it(etcd: str) -> None:
    lost = [one for one in volumes() if (one.etcd, one.instance) != (etcd, "i-a")]
    moved = [*lost, EtcdVolume("vol", etcd, 3, "a", "i-other")]
    words = f"no volume of etcd cluster {etcd} is attached to it"
    assert why(attached=lost) == words
    assert why(attached=moved) == words


@pytest.mark.parametrize(
    "app",
    [
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kops-controller",
        "etcd-manager-main",
        "etcd-manager-events",
    ],
)
def test_each_of_its_pods_has_to_be_there_and_ready(app: str) -> None:
    assert why(found=changed(WELL, app, "a", ready=False)) == f"{app} is not Ready on it"
    assert why(found=changed(WELL, app, "a", node="elsewhere")) == f"{app} is not Ready on it"
    assert why(found=changed(WELL, app, "b", ready=False)) == ""


def test_several_missing_pods_are_named_together() -> None:
    without = components("bc")
    health, renewed = {**without.health, "a": Health(True)}, {**without.renewed, "a": "t1"}
    text = why(found=dataclasses.replace(without, health=health, renewed=renewed))
    assert text.startswith("etcd-manager-events, etcd-manager-main, kops-controller and 3 more are")


def test_a_cluster_without_kops_controller_needs_none() -> None:
    rest = tuple(pod for pod in WELL.pods if pod.app != "kops-controller")
    assert why(found=dataclasses.replace(WELL, pods=rest)) == ""


def test_a_cluster_of_which_no_etcd_pod_is_seen_lacks_the_main_one() -> None:
    rest = tuple(pod for pod in WELL.pods if not pod.etcd)
    found = dataclasses.replace(WELL, pods=rest)
    assert "etcd-manager-main" in expected_apps(found)
    assert why(found=found) == "etcd-manager-main is not Ready on it"


@pytest.mark.parametrize(
    ("health", "unanswered", "words"),
    [
        (Health(True), False, ""),
        (Health(False, "500"), False, "its API server is not ready: 500"),
        (Health(False, "500"), True, "its API server is not ready: 500"),
        (Health(False, "403", False), False, "its API server cannot be asked: 403"),
        (Health(False, "403", False), True, ""),
        (None, False, "its API server has not been asked yet"),
        (None, True, "its API server has not been asked yet"),
    ],
)
def test_its_api_server_has_to_say_that_it_is_ready(
    health: Health | None, unanswered: bool, words: str
) -> None:
    rest = {"b": Health(True), "c": Health(True)}
    found = dataclasses.replace(WELL, health={**rest, **({"a": health} if health else {})})
    assert why(found=found, unanswered=unanswered) == words


@pytest.mark.parametrize(
    ("app", "age", "words"),
    [
        ("etcd-manager-events", 119, "etcd-manager-events was started less than 120 s ago"),
        ("etcd-manager-events", 120, ""),
        ("etcd-manager-main", 1, ""),
        ("kube-apiserver", 1, ""),
    ],
)
def test_a_member_that_no_api_server_answers_for_has_to_run_for_a_while(
    app: str, age: float, words: str
) -> None:
    assert why(found=changed(WELL, app, "a", started=READ_AT - age)) == words


def test_an_api_server_that_asks_its_member_of_events_answers_for_it() -> None:
    health = {name: Health(True, overrides=True) for name in "abc"}
    found = dataclasses.replace(WELL, health=health)
    young = changed(found, "etcd-manager-events", "a", started=READ_AT - 1)
    assert why(found=young) == ""
    assert indirect(found) == ()
    one = dataclasses.replace(found, health={**health, "b": Health(True)})
    assert indirect(one) == ("events",)


def test_what_nobody_could_ask_answers_for_no_member() -> None:
    health = {**WELL.health, "a": Health(False, "403", False)}
    found = dataclasses.replace(WELL, health=health)
    assert indirect(found) == ("events", "main")
    young = changed(found, "etcd-manager-main", "a", started=READ_AT - 119)
    words = "etcd-manager-main was started less than 120 s ago"
    assert why(found=young, unanswered=True) == words
    assert why(found=found, unanswered=True) == ""


def test_pods_of_a_node_that_has_gone_are_judged_by_nobody() -> None:
    gone = tuple(dataclasses.replace(pod, node="x") for pod in pods("x"))
    assert indirect(dataclasses.replace(WELL, pods=(*WELL.pods, *gone))) == ("events",)


def test_a_node_without_a_lease_is_not_one_whose_lease_is_renewed() -> None:
    found = dataclasses.replace(WELL, renewed={"b": "t1", "c": "t1"})
    assert why(found=found) == "it has no Lease in kube-node-lease"


@pytest.mark.parametrize(
    ("nodes", "led"),
    [
        ("a", ["kube-scheduler"]),
        ("b", ["kube-controller-manager"]),
        ("ab", ["kube-controller-manager", "kube-scheduler"]),
        ("c", []),
        ("", []),
    ],
)
def test_what_nodes_lead_is_told_by_lease(nodes: str, led: list[str]) -> None:
    assert led_by({"kube-scheduler": "a_1", "kube-controller-manager": "b_2"}, nodes) == led


def test_only_the_main_etcd_cluster_is_answered_for() -> None:
    assert indirect(WELL) == ("events",)
    assert indirect(Components()) == ()


@pytest.mark.parametrize(
    ("leaders", "node", "leading"),
    [
        ({"kube-scheduler": "a_123"}, "a", 1),
        ({"kube-scheduler": "a_123", "kube-controller-manager": "a_4"}, "a", 2),
        ({"kube-scheduler": "a_123"}, "b", 0),
        ({"kube-scheduler": "ab_123"}, "a", 0),
        ({"kube-scheduler": ""}, "a", 0),
        ({}, "a", 0),
    ],
)
def test_who_leads_is_told_by_the_name_before_the_random_part(
    leaders: dict[str, str], node: str, leading: int
) -> None:
    assert leads(components(leaders=leaders), node) == leading


@pytest.mark.parametrize(("now", "stale"), [(160.0, set()), (161.0, {"a"}), (261.0, {"a", "b"})])
def test_a_lease_is_stale_when_it_has_not_changed_for_long(now: float, stale: set[str]) -> None:
    assert stale_leases({"a": ("t", 100.0), "b": ("t", 200.0)}, now, 60.0) == stale


def test_a_node_with_the_label_of_either_name_is_one_of_the_control_plane() -> None:
    assert ROLE.keys() <= a_plane_node("a").labels.keys()
