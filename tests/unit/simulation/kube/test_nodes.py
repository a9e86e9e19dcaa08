# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes: registration, readiness, silence, removal, and reused names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand


def ready(hand: Hand, name: str) -> str:
    found: str = next(
        c["status"] for c in hand.node(name)["status"]["conditions"] if c["type"] == "Ready"
    )
    return found


def taints(hand: Hand, name: str) -> set[tuple[str, str]]:
    return {
        (t["key"].rpartition("/")[2], t["effect"])
        for t in hand.node(name)["spec"].get("taints") or ()
    }


def test_a_node_is_complete(hand: Hand) -> None:
    node = hand.node("n1")
    info = node["status"]["nodeInfo"]
    assert len(info) == 10
    assert all(info.values())
    assert (info["architecture"], info["kubeletVersion"]) == ("amd64", "v1.33.5-eks-113cf36")
    assert node["status"]["capacity"]["pods"] == "29"
    assert node["status"]["allocatable"]["cpu"] == "1930m"
    assert {a["type"] for a in node["status"]["addresses"]} == {
        "InternalIP",
        "InternalDNS",
        "Hostname",
    }
    assert {c["type"] for c in node["status"]["conditions"]} == {
        "MemoryPressure",
        "DiskPressure",
        "PIDPressure",
        "Ready",
    }
    labels = node["metadata"]["labels"]
    assert (labels["topology.kubernetes.io/zone"], labels["topology.kubernetes.io/region"]) == (
        "eu-west-1a",
        "eu-west-1",
    )
    assert node["spec"]["providerID"].startswith("aws:///eu-west-1a/i-")


def test_ec2_and_the_kubelet_have_different_words_for_an_architecture(hand: Hand) -> None:
    hand.nodes("n2", architecture="x86_64")
    assert hand.node("n2")["metadata"]["labels"]["kubernetes.io/arch"] == "amd64"


def test_startup_taints_go_in_their_turn(hand: Hand) -> None:
    build.node(
        hand.cluster,
        "n2",
        ready_after=20,
        taints=({"key": "agent-not-ready", "effect": "NoExecute", "seconds": 10},),
    )
    born = {("not-ready", "NoSchedule"), ("agent-not-ready", "NoExecute")}
    assert (ready(hand, "n2"), taints(hand, "n2")) == ("False", born)
    hand.wait(1)
    assert taints(hand, "n2") == {*born, ("not-ready", "NoExecute")}
    hand.wait(20)
    assert (ready(hand, "n2"), taints(hand, "n2")) == ("True", {("agent-not-ready", "NoExecute")})
    hand.wait(10)
    assert taints(hand, "n2") == set()


def test_a_cordon_becomes_a_taint_a_moment_later(hand: Hand) -> None:
    hand.cordon("n1")
    before = hand.node("n1")["metadata"]["resourceVersion"]
    assert taints(hand, "n1") == set()
    hand.wait(0.2)
    assert taints(hand, "n1") == {("unschedulable", "NoSchedule")}
    # So whoever read the node right after the cordon holds a stale version by now.
    assert hand.node("n1")["metadata"]["resourceVersion"] != before
    hand.cordon("n1", on=False)
    hand.wait(0.2)
    assert taints(hand, "n1") == set()


def test_silence_is_noticed_after_the_grace(hand: Hand) -> None:
    build.bare_pod(hand.cluster, "shop", "p")
    hand.cluster.settle()
    hand.cluster.node_silent("n1")
    hand.wait(39)
    assert ready(hand, "n1") == "True"
    hand.wait(2)
    assert ready(hand, "n1") == "Unknown"
    assert taints(hand, "n1") == {("unreachable", "NoSchedule"), ("unreachable", "NoExecute")}
    assert (
        next(c["status"] for c in hand.pod("p")["status"]["conditions"] if c["type"] == "Ready")
        == "False"
    )


def test_pods_of_an_unreachable_node_are_deleted_after_their_toleration(hand: Hand) -> None:
    build.bare_pod(hand.cluster, "shop", "p")
    build.bare_pod(hand.cluster, "shop", "daemon", pod={"tolerations": [{"operator": "Exists"}]})
    hand.cluster.settle()
    hand.cluster.node_silent("n1")
    hand.wait(41 + 299)
    assert "deletionTimestamp" not in hand.pod("p")["metadata"]
    hand.wait(5)
    assert "deletionTimestamp" in hand.pod("p")["metadata"]
    hand.wait(1000)
    # Nobody is there to say that its containers ended.
    assert "deletionTimestamp" in hand.pod("p")["metadata"]
    assert "deletionTimestamp" not in hand.pod("daemon")["metadata"]


def test_a_taint_that_is_taken_off_in_time_spares_the_pods(hand: Hand) -> None:
    build.bare_pod(
        hand.cluster,
        "shop",
        "p",
        pod={"tolerations": [{"key": "x", "operator": "Exists", "tolerationSeconds": 50}]},
    )
    hand.cluster.settle()
    hand.ask(
        "PATCH", "/api/v1/nodes/n1", {"spec": {"taints": [{"key": "x", "effect": "NoExecute"}]}}
    )
    hand.wait(40)
    hand.ask("PATCH", "/api/v1/nodes/n1", {"spec": {"taints": None}})
    hand.wait(100)
    assert "deletionTimestamp" not in hand.pod("p")["metadata"]


def test_a_node_is_removed_only_when_not_ready_and_without_instance(hand: Hand) -> None:
    gone: list[str] = []
    hand.cluster.instance_gone = lambda node: node["spec"]["providerID"] in gone
    gone.append(hand.node("n1")["spec"]["providerID"])
    hand.wait(100)
    assert not hand.cluster.node_removed("n1")
    gone.clear()
    hand.cluster.node_silent("n1")
    hand.wait(100)
    assert ready(hand, "n1") == "Unknown"
    assert not hand.cluster.node_removed("n1")
    gone.append(hand.node("n1")["spec"]["providerID"])
    hand.wait(6)
    assert hand.cluster.object("nodes", "n1") is None
    assert hand.cluster.node_removed("n1")
    assert hand.cluster.object("leases", "n1", "kube-node-lease") is None


def test_pods_of_a_removed_node_are_collected(hand: Hand) -> None:
    build.bare_pod(hand.cluster, "shop", "p")
    hand.cluster.settle()
    hand.cluster.node_silent("n1")
    hand.ask("DELETE", "/api/v1/nodes/n1")
    hand.wait(39)
    assert hand.pods()
    hand.wait(2)
    assert not hand.pods()


def test_a_name_that_is_used_again_takes_over_the_old_node(hand: Hand) -> None:
    hand.cordon("n1")
    build.bare_pod(hand.cluster, "shop", "p", node="n1")
    hand.cluster.settle()
    old = hand.node("n1")
    hand.cluster.node_silent("n1")
    hand.wait(60)
    build.node(
        hand.cluster,
        "n1",
        provider_id="aws:///eu-west-1a/i-new",
        ready_after=10,
        private_ip="10.0.0.9",
    )
    hand.wait(30)
    new = hand.node("n1")
    assert (new["metadata"]["uid"], new["spec"]["providerID"]) == (
        old["metadata"]["uid"],
        old["spec"]["providerID"],
    )
    assert ready(hand, "n1") == "True"
    assert new["spec"]["unschedulable"]
    assert new["status"]["nodeInfo"]["systemUUID"] != old["status"]["nodeInfo"]["systemUUID"]
    assert hand.cluster.truly_ready(hand.pod("p"))


def test_heartbeats_are_fresh_and_cost_nothing(hand: Hand) -> None:
    version = hand.cluster.store.version
    hand.wait(95)
    lease = hand.ask("GET", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1")[1]
    assert lease["spec"]["renewTime"] == "2026-06-01T12:01:30.000000Z"
    assert hand.cluster.store.version == version
    hand.cluster.node_silent("n1")
    hand.wait(10)
    lease = hand.ask("GET", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n1")[1]
    assert lease["spec"]["renewTime"] == "2026-06-01T12:01:30.000000Z"


def test_heartbeats_are_written_on_request(a_hand: Callable[..., Hand]) -> None:
    hand = a_hand(heartbeats=True)
    hand.nodes("n1")
    watch = hand.cluster.watch("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases")
    watch.lines()
    hand.wait(35)
    assert len(watch.lines()) == 3


def test_settling_takes_no_time(a_hand: Callable[..., Any]) -> None:
    hand = a_hand()
    build.node(hand.cluster, "n1")
    build.statefulset(hand.cluster, "shop", "db", 3, storage="1Gi")
    hand.cluster.settle()
    assert hand.kernel.now == 0
    assert hand.cluster.workload_figures() == {("StatefulSet", "shop", "db"): (3, 3)}


@pytest.mark.parametrize(("at", "gone_by"), [(5.0, 60.0), (21.0, 80.0)])
def test_pods_of_a_missing_node_are_removed_by_force_at_a_look_of_the_collector(
    hand: Hand, at: float, gone_by: float
) -> None:
    """It looks every 20 s, and gives a node that it misses 40 s."""
    build.deployment(hand.cluster, "shop", "web", 2)
    hand.cluster.settle()
    hand.wait(at - hand.kernel.now)
    seen: list[tuple[str, str]] = []
    hand.cluster.store.listen(
        "pods", lambda old, new: seen.append(_fate(old, new)) if old and not new else None
    )
    hand.cluster.delete("nodes", hand.node("n1"))
    hand.wait(gone_by - 0.1 - hand.kernel.now)
    assert seen == []
    assert len(hand.pods()) == 2
    hand.wait(0.2)
    assert seen == [("Failed", "DeletionByPodGC")] * 2


def _fate(old: dict[str, Any], new: dict[str, Any] | None) -> tuple[str, str]:
    reasons = [c["reason"] for c in old["status"]["conditions"] if c["type"] == "DisruptionTarget"]
    return old["status"]["phase"], reasons[0]


def test_a_node_that_comes_back_in_time_keeps_its_pods(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 2)
    hand.cluster.settle()
    uids = {pod["metadata"]["uid"] for pod in hand.pods()}
    hand.cluster.delete("nodes", hand.node("n1"))
    hand.wait(30)
    hand.nodes("n1")
    hand.wait(60)
    assert {pod["metadata"]["uid"] for pod in hand.pods()} == uids


def test_containers_outlast_a_pod_that_was_removed_by_force(hand: Hand) -> None:
    build.bare_pod(hand.cluster, "shop", "p", "n1", annotations={"world.nodeops/stop-seconds": "9"})
    hand.cluster.settle()
    hand.ask("DELETE", "/api/v1/namespaces/shop/pods/p", {"gracePeriodSeconds": 0})
    assert hand.cluster.pods_on("n1") == []
    assert [pod["metadata"]["name"] for pod in hand.cluster.running_on("n1")] == ["p"]
    hand.wait(10)
    assert hand.cluster.running_on("n1") == []
