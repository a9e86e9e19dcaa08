# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation of a small cluster costs in processor time."""

from __future__ import annotations

import time

from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand

NODES, SECONDS = 10, 1.0


def drained(hand: Hand, node: str) -> bool:
    pods = hand.ask("GET", "/api/v1/pods", fieldSelector=f"spec.nodeName={node}")[1]["items"]
    left = [
        pod["metadata"]
        for pod in pods
        if pod["metadata"]["ownerReferences"][0]["kind"] != "DaemonSet"
    ]
    for meta in left:
        if "deletionTimestamp" not in meta:
            hand.evict(meta["name"], meta["namespace"])
    return not left


def test_ten_nodes_and_eighty_pods_rotate_in_less_than_a_second() -> None:
    hand = Hand(Behavior())
    hand.nodes(*(f"old{number}" for number in range(NODES)))
    build.daemonset(hand.cluster, "kube-system", "agent")
    for name in ("a", "b", "c", "d", "e", "f", "g"):
        build.deployment(hand.cluster, "shop", name, 10)
        build.pdb(hand.cluster, "shop", name, max_unavailable=1)
    hand.cluster.settle()
    gone: set[str] = set()
    hand.cluster.instance_gone = lambda node: node["spec"]["providerID"] in gone
    watches = [
        hand.cluster.watch(path)
        for path in ("/api/v1/pods", "/api/v1/nodes", "/apis/policy/v1/poddisruptionbudgets")
    ]
    began, lines = time.process_time(), 0
    for number in range(NODES):
        build.node(hand.cluster, f"new{number}", zone="eu-west-1" + "abc"[number % 3])
        hand.wait(30)
        hand.cordon(f"old{number}")
        while not drained(hand, f"old{number}"):
            hand.wait(1)
            lines += sum(len(watch.lines()) for watch in watches)
        gone.add(hand.node(f"old{number}")["spec"]["providerID"])
        hand.cluster.node_silent(f"old{number}")
    hand.wait(100)
    spent = time.process_time() - began
    assert sorted(node["metadata"]["name"] for node in hand.cluster.objects("nodes")) == [
        f"new{n}" for n in range(NODES)
    ]
    assert all(wanted == ready for wanted, ready in hand.cluster.workload_figures().values())
    assert lines > 500, spent
    assert spent < SECONDS, spent
