# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where pods may go, and that the scheduler keeps trying."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.kube.scheduler import Scheduler
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand


def where(hand: Hand, name: str = "p") -> str | None:
    found: str | None = hand.pod(name)["spec"].get("nodeName")
    return found


def taint(hand: Hand, node: str, effect: str, key: str = "team") -> None:
    taints = [
        *(hand.node(node)["spec"].get("taints") or ()),
        {"key": key, "value": "x", "effect": effect},
    ]
    assert hand.ask("PATCH", f"/api/v1/nodes/{node}", {"spec": {"taints": taints}})[0] == 200


def test_not_onto_a_cordoned_node_until_it_is_uncordoned(hand: Hand) -> None:
    hand.cordon("n1")
    build.bare_pod(hand.cluster, "shop", "p")
    hand.wait(5)
    condition = next(
        c for c in hand.pod("p")["status"]["conditions"] if c["type"] == "PodScheduled"
    )
    assert (where(hand), condition["reason"]) == (None, "Unschedulable")
    assert condition["message"] == "0/1 nodes are available: 1 node(s) were unschedulable."
    hand.cordon("n1", on=False)
    hand.wait(1)
    assert where(hand) == "n1"


def test_what_fits_nowhere_is_looked_at_at_one_pace_however_often_the_nodes_have_changed(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    choose = Scheduler._choose

    def counted(scheduler: Scheduler, pod: dict[str, Any]) -> Any:
        nonlocal looks
        looks += 1
        return choose(scheduler, pod)

    monkeypatch.setattr(Scheduler, "_choose", counted)
    hand.cordon("n1")
    build.bare_pod(hand.cluster, "shop", "p")
    for number in range(20):
        taint(hand, "n1", "NoSchedule", f"team-{number}")
        hand.wait(2)
    assert looks > 20
    looks = 0
    hand.wait(10 * hand.cluster.control.behavior.scheduler_retry)
    assert looks in (9, 10)


@pytest.mark.parametrize(
    ("effect", "toleration", "lands"),
    [
        ("NoSchedule", None, False),
        ("NoExecute", None, False),
        ("PreferNoSchedule", None, True),
        ("NoSchedule", {"key": "team", "value": "x"}, True),
        ("NoSchedule", {"key": "team", "value": "y"}, False),
        ("NoSchedule", {"key": "team", "operator": "Exists", "effect": "NoExecute"}, False),
        ("NoExecute", {"operator": "Exists"}, True),
    ],
)
def test_taints_and_tolerations(
    hand: Hand, effect: str, toleration: dict[str, Any] | None, lands: bool
) -> None:
    taint(hand, "n1", effect)
    build.bare_pod(
        hand.cluster, "shop", "p", pod={"tolerations": [toleration]} if toleration else None
    )
    hand.wait(1)
    assert (where(hand) == "n1") is lands


def test_a_soft_taint_is_a_preference(hand: Hand) -> None:
    hand.nodes("n2")
    taint(hand, "n1", "PreferNoSchedule")
    build.deployment(hand.cluster, "shop", "web", 4)
    hand.cluster.settle()
    assert {pod["spec"]["nodeName"] for pod in hand.pods()} == {"n2"}


@pytest.mark.parametrize(
    ("requests", "fits"),
    [({"cpu": "1"}, 1), ({"cpu": "300m"}, 6), ({"memory": "3Gi"}, 2), ({"memory": "1m"}, 28)],
)
def test_room_on_a_node(hand: Hand, requests: dict[str, str], fits: int) -> None:
    build.static_pod(hand.cluster, "kube-system", "agent", "n1")
    build.deployment(
        hand.cluster,
        "shop",
        "web",
        35,
        cpu=requests.get("cpu", "0"),
        memory=requests.get("memory", "0"),
    )
    hand.cluster.settle()
    assert sum("nodeName" in pod["spec"] for pod in hand.pods()) == fits


def test_room_is_free_again_when_pods_end(hand: Hand) -> None:
    for name in ("a", "b"):
        spec = {
            "containers": [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "1500m"}}}]
        }
        build.bare_pod(hand.cluster, "shop", name, pod=spec)
    hand.cluster.settle()
    assert (where(hand, "a"), where(hand, "b")) == ("n1", None)
    hand.ask("DELETE", "/api/v1/namespaces/shop/pods/a")
    hand.wait(2)
    assert where(hand, "b") == "n1"


def test_node_selector(hand: Hand) -> None:
    build.bare_pod(
        hand.cluster,
        "shop",
        "p",
        pod={"nodeSelector": {"topology.kubernetes.io/zone": "eu-west-1b"}},
    )
    hand.wait(1)
    assert where(hand) is None
    hand.nodes("n0", zone="eu-west-1b")
    assert where(hand) == "n0"


def test_a_pod_goes_where_its_volume_is(hand: Hand) -> None:
    hand.nodes("n2", zone="eu-west-1b")
    hand.nodes("n3", zone="eu-west-1c")
    build.statefulset(hand.cluster, "shop", "db", 1, storage="1Gi")
    hand.cluster.settle()
    home = where(hand, "db-0")
    assert home is not None
    hand.cordon(home)
    hand.evict("db-0")
    hand.wait(60)
    condition = next(
        c for c in hand.pod("db-0")["status"]["conditions"] if c["type"] == "PodScheduled"
    )
    assert where(hand, "db-0") is None
    assert "2 node(s) didn't match PersistentVolume's node affinity" in condition["message"]
    hand.nodes("n4", zone=hand.node(home)["metadata"]["labels"]["topology.kubernetes.io/zone"])
    hand.wait(60)
    assert where(hand, "db-0") == "n4"


def test_pods_spread_over_nodes(hand: Hand) -> None:
    hand.nodes("n2", "n3")
    build.deployment(hand.cluster, "shop", "web", 9)
    hand.cluster.settle()
    assert [len(hand.cluster.pods_on(node)) for node in ("n1", "n2", "n3")] == [3, 3, 3]


def test_a_pod_waits_for_an_extended_resource(hand: Hand) -> None:
    """Source: scheduler plugins/noderesources, Fit."""
    gpu = {"resources": {"limits": {"nvidia.com/gpu": "1"}}}
    containers = [{"name": "c", "image": "i", **gpu}]
    for name in ("a", "b"):
        build.bare_pod(hand.cluster, "shop", name, pod={"containers": containers})
    hand.wait(10)
    condition = next(
        c for c in hand.pod("a")["status"]["conditions"] if c["type"] == "PodScheduled"
    )
    assert "1 Insufficient nvidia.com/gpu" in condition["message"]
    usable = {**hand.node("n1")["status"]["allocatable"], "nvidia.com/gpu": "1"}
    hand.cluster.change("nodes", hand.node("n1"), {"status": {"allocatable": usable}})
    hand.wait(30)
    bound = [name for name in ("a", "b") if hand.pod(name)["spec"].get("nodeName")]
    assert len(bound) == 1
