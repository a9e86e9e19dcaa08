# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a workload that lost a pod answers for, and which launches pods await."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model import selectors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Owner,
    Pod,
    Workload,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.workloads import (
    Hope,
    Loss,
    could_take,
    is_bound_to_zone,
    keys_of,
    shortage,
    workload_of,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_node, an_instance

WEB = Workload("Deployment", "shop", "web", "u", wanted=8, ready=8)
WORDS = "0/5 nodes are available: 5 Insufficient cpu."


def a_pod(name: str = "web-x", **more: Any) -> Pod:
    usual: dict[str, Any] = {"phase": "Pending", "ready": False, "unscheduled": WORDS}
    return Pod("shop", name, f"uid-{name}", **{**usual, **more})


def of(kind: str, name: str, group: str = "apps", **labels: str) -> Pod:
    return a_pod(owner=Owner(kind, name, "o", group), labels=labels)


@pytest.mark.parametrize(
    "before, wanted, ready, ending, lacks",
    [
        (8, 8, 8, 0, None),
        (8, 8, 9, 0, None),
        (8, 8, 7, 0, (8, 7)),
        (7, 8, 7, 0, None),
        (7, 8, 6, 0, (7, 6)),
        (8, 3, 3, 0, None),
        (8, 3, 2, 0, (3, 2)),
        (8, 0, 0, 0, None),
        (0, 8, 0, 0, None),
        (8, 12, 8, 0, None),
        (3, 3, 3, 1, (3, 2)),
        (3, 3, 0, 1, (3, 0)),
    ],
)
def test_a_workload_is_held_against_the_smaller_of_before_and_wanted(
    before: int, wanted: int, ready: int, ending: int, lacks: tuple[int, int] | None
) -> None:
    workload = dataclasses.replace(WEB, wanted=wanted, ready=ready)
    found = shortage(Loss(before, 0.0, ending), workload, (), frozenset())
    assert (None if found is None else (found.needed, found.ready)) == lacks


@pytest.mark.parametrize(
    "workload",
    [
        None,
        dataclasses.replace(WEB, ready=0, rolling=True),
        dataclasses.replace(WEB, ready=0, deleting=True),
    ],
)
def test_one_that_is_gone_or_under_its_own_change_is_not_held(workload: Workload | None) -> None:
    assert shortage(Loss(8, 0.0), workload, (), frozenset()) is None


def test_pods_that_wait_for_a_launch_do_not_count() -> None:
    short = dataclasses.replace(WEB, ready=6)
    pods = (a_pod("web-1"), a_pod("web-2"))
    both = frozenset(("uid-web-1", "uid-web-2"))
    assert shortage(Loss(8, 0.0), short, pods, both) is None
    found = shortage(Loss(8, 0.0), short, pods, frozenset(("uid-web-1",)))
    assert found is not None
    assert found.pending == (pods[1],)
    gone = tuple(dataclasses.replace(pod, deleted_at=1.0) for pod in pods)
    assert shortage(Loss(8, 0.0), short, gone, both) is not None


def test_a_shortage_is_told_with_the_words_of_the_scheduler() -> None:
    short = dataclasses.replace(WEB, ready=6)
    pods = (a_pod("web-1", unscheduled="", node="n"), a_pod("web-2"))
    assert str(shortage(Loss(8, 0.0), short, pods, frozenset())) == (
        "Deployment shop/web has 6 of 8 pods ready: pod shop/web-2 cannot be scheduled: " + WORDS
    )
    assert str(shortage(Loss(8, 0.0), short, (), frozenset())).endswith("6 of 8 pods ready")


@pytest.mark.parametrize(
    "pod, keys",
    [
        (
            of("ReplicaSet", "web-6f", **{"pod-template-hash": "6f"}),
            ("Deployment shop/web", "ReplicaSet shop/web-6f"),
        ),
        (of("ReplicaSet", "web-6f"), ("ReplicaSet shop/web-6f",)),
        (
            of("ReplicaSet", "web-6f", **{"pod-template-hash": "other"}),
            ("ReplicaSet shop/web-6f",),
        ),
        (of("StatefulSet", "db"), ("StatefulSet shop/db",)),
        (of("StatefulSet", "db", "apps.kruise.io"), ()),
        (of("ReplicationController", "rc", ""), ("ReplicationController shop/rc",)),
        (of("Job", "j", "batch"), ()),
        (of("DaemonSet", "d"), ()),
        (a_pod(), ()),
    ],
)
def test_the_workload_of_a_pod(pod: Pod, keys: tuple[str, ...]) -> None:
    assert keys_of(pod) == keys


def test_a_replicaset_of_no_deployment_is_its_own_workload() -> None:
    pod = of("ReplicaSet", "web-6f", **{"pod-template-hash": "6f"})
    alone = Workload("ReplicaSet", "shop", "web-6f", "r")
    assert workload_of(pod, {WEB.key: WEB, alone.key: alone}) is WEB
    assert workload_of(pod, {alone.key: alone}) is alone
    assert workload_of(pod, {}) is None


def asking(*choices: str) -> tuple[selectors.Selector, ...]:
    return tuple(selectors.parse(choice) for choice in choices)


ZONE = "topology.kubernetes.io/zone"
LIKE = a_node("n", labels={"role": "web", ZONE: "a", "kubernetes.io/hostname": "n"})


@pytest.mark.parametrize(
    "placing, zone, there, takes",
    [
        ((), "", "b", True),
        (("role=web",), "", "b", True),
        (("role=db",), "", "b", False),
        (("role=db", "role=web"), "", "b", True),
        ((f"role=web,{ZONE}=b",), "", "b", True),
        ((f"role=web,{ZONE}=a",), "", "b", False),
        ((f"role=web,{ZONE}=a",), "", None, True),
        ((f"role=db,{ZONE}=a",), "", None, False),
        (("kubernetes.io/hostname=n",), "", "a", False),
        ((), "a", "b", False),
        ((), "b", "b", True),
        ((), "a", None, True),
    ],
)
def test_whether_a_node_on_its_way_could_take_a_pod(
    placing: tuple[str, ...], zone: str, there: str | None, takes: bool
) -> None:
    instance = None if there is None else an_instance("x", fresh=True, zone=there)
    assert could_take(a_pod(placing=asking(*placing)), LIKE, instance, zone) is takes


def test_without_a_node_to_compare_with_any_may_take_it() -> None:
    assert could_take(a_pod(placing=asking("role=db")), None, an_instance("x"))


@pytest.mark.parametrize(
    "words, bound",
    [
        ("1 node(s) had volume node affinity conflict", True),
        ("2 node(s) didn't match PersistentVolume's node affinity", True),
        (WORDS, False),
    ],
)
def test_a_volume_binds_a_pod_to_its_zone(words: str, bound: bool) -> None:
    assert is_bound_to_zone(a_pod(unscheduled=words)) is bound


def test_a_pod_waits_for_the_launches_that_were_in_flight_and_for_no_later_one() -> None:
    hope = Hope(100.0, 2).joined_by(("i-1",))
    assert hope.instances == {"i-1"}
    assert hope.stands(frozenset(), 1, 200.0, 900)
    hope = hope.joined_by(("i-1", "i-3", "i-2"))
    assert hope.instances == {"i-1", "i-2"}
    assert hope.stands(frozenset(("i-2",)), 0, 200.0, 900)
    assert not hope.stands(frozenset(("i-3",)), 1, 200.0, 900)
    assert not hope.stands(frozenset(("i-2",)), 0, 1000.0, 900)
    assert not Hope(100.0, 0).stands(frozenset(("i-1",)), 1, 101.0, 900)
