# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of pods on their nodes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand

POD = "/api/v1/namespaces/shop/pods/p"


def ready(pod: dict[str, Any]) -> str | None:
    return next(
        (c["status"] for c in pod["status"].get("conditions", ()) if c["type"] == "Ready"), None
    )


def gone(hand: Hand, name: str = "p") -> bool:
    return hand.cluster.object("pods", name, "shop") is None


def a_pod(hand: Hand, **annotations: str) -> None:
    notes = {f"world.nodeops/{key.replace('_', '-')}": value for key, value in annotations.items()}
    build.bare_pod(hand.cluster, "shop", "p", annotations=notes)


def test_from_pending_to_ready(hand: Hand) -> None:
    a_pod(hand)
    assert (hand.pod("p")["status"]["phase"], hand.pod("p")["status"]["qosClass"]) == (
        "Pending",
        "Burstable",
    )
    hand.wait(1)
    assert (hand.pod("p")["spec"]["nodeName"], hand.pod("p")["status"]["phase"]) == (
        "n1",
        "Pending",
    )
    hand.wait(2)
    assert (hand.pod("p")["status"]["phase"], ready(hand.pod("p"))) == ("Running", "False")
    hand.wait(3)
    pod = hand.pod("p")
    assert ready(pod) == "True"
    assert pod["status"]["podIP"]
    assert pod["status"]["containerStatuses"][0]["ready"]


def test_a_pod_that_never_becomes_ready(hand: Hand) -> None:
    a_pod(hand, ready_seconds="never")
    hand.cluster.settle()
    hand.wait(1000)
    assert (hand.pod("p")["status"]["phase"], ready(hand.pod("p"))) == ("Running", "False")


@pytest.mark.parametrize(
    ("stop", "grace", "lasts"),
    [
        ("", None, 1),
        ("5", None, 5),
        ("grace", None, 30),
        ("grace", 10, 10),
        ("60", None, 30),
        ("60", 7, 7),
        ("grace", 0, 0),
    ],
)
def test_stopping_takes_its_time_and_at_most_the_grace(
    hand: Hand, stop: str, grace: int | None, lasts: float
) -> None:
    a_pod(hand, **({"stop_seconds": stop} if stop else {}))
    hand.cluster.settle()
    hand.ask("DELETE", POD, {"gracePeriodSeconds": grace} if grace is not None else None)
    if lasts:
        hand.wait(lasts - 0.1)
        assert hand.pod("p")["metadata"]["deletionGracePeriodSeconds"] == (
            30 if grace is None else grace
        )
        hand.wait(0.2)
    assert gone(hand)


def test_the_kubelet_does_not_answer(hand: Hand) -> None:
    a_pod(hand, stop_seconds="never")
    hand.cluster.settle()
    hand.ask("DELETE", POD)
    hand.wait(10000)
    assert "deletionTimestamp" in hand.pod("p")["metadata"]
    hand.ask("DELETE", POD, {"gracePeriodSeconds": 0})
    assert gone(hand)


def test_a_grace_can_be_shortened_and_not_lengthened(hand: Hand) -> None:
    a_pod(hand, stop_seconds="grace")
    hand.cluster.settle()
    hand.ask("DELETE", POD)
    hand.wait(1)
    hand.ask("DELETE", POD, {"gracePeriodSeconds": 100})
    assert hand.pod("p")["metadata"]["deletionGracePeriodSeconds"] == 30
    hand.ask("DELETE", POD, {"gracePeriodSeconds": 5})
    hand.wait(4.9)
    assert not gone(hand)
    hand.wait(0.2)
    assert gone(hand)


def test_a_finalizer_holds_a_pod_whose_containers_have_stopped(hand: Hand) -> None:
    build.bare_pod(hand.cluster, "shop", "p", finalizers=("example.com/hold",))
    hand.cluster.settle()
    hand.ask("DELETE", POD)
    hand.wait(100)
    assert (hand.pod("p")["status"]["phase"], ready(hand.pod("p"))) == ("Failed", "False")
    hand.ask("PATCH", POD, {"metadata": {"finalizers": None}})
    assert gone(hand)


def test_a_pod_without_a_node_goes_at_once(hand: Hand) -> None:
    build.bare_pod(hand.cluster, "shop", "p", pod={"nodeSelector": {"no": "where"}})
    hand.cluster.settle()
    hand.ask("DELETE", POD)
    assert gone(hand)


def test_a_static_pod_comes_back_with_another_uid(hand: Hand) -> None:
    build.static_pod(hand.cluster, "kube-system", "proxy", "n1")
    hand.cluster.settle()
    before = hand.pod("proxy-n1", "kube-system")["metadata"]["uid"]
    assert hand.evict("proxy-n1", "kube-system")[0] == 201
    hand.wait(30)
    assert hand.pod("proxy-n1", "kube-system")["metadata"]["uid"] != before
    hand.cluster.node_silent("n1")
    hand.ask("DELETE", "/api/v1/nodes/n1")
    hand.wait(100)
    assert not hand.pods("kube-system")


def test_a_bare_pod_does_not_come_back(hand: Hand) -> None:
    a_pod(hand)
    hand.cluster.settle()
    hand.evict("p")
    hand.wait(100)
    assert gone(hand)


def test_default_tolerations_and_those_of_ones_own(hand: Hand) -> None:
    a_pod(hand)
    build.bare_pod(hand.cluster, "shop", "q", pod={"tolerations": [{"operator": "Exists"}]})
    assert [t["tolerationSeconds"] for t in hand.pod("p")["spec"]["tolerations"]] == [300, 300]
    assert hand.pod("q")["spec"]["tolerations"] == [{"operator": "Exists"}]
