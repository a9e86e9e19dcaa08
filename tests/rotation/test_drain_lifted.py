# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drains whose nodes somebody changes, and servers that ask to wait for hours."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import STOP, Stage
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import Webhook


def slow() -> Stage:
    """Node n1 with six pods that go one by one in 20 s each, and an empty n2."""
    stage = Stage()
    stage.node("n1")
    stage.deployment("cart", 6, annotations={STOP: "20"})
    stage.node("n2")
    stage.budget("cart", maxUnavailable=1)
    return stage


def is_cordoned(stage: Stage, name: str = "n1") -> bool:
    """Return whether the node is cordoned in truth."""
    return bool(stage.found("nodes", name)["spec"].get("unschedulable"))


def lift(stage: Stage, name: str = "n1") -> None:
    """Somebody lifts the cordon of a node, if there is one."""
    if is_cordoned(stage, name):
        stage.cluster.change("nodes", stage.found("nodes", name), {"spec": {"unschedulable": None}})


def test_a_cordon_that_is_lifted_in_mid_drain_is_set_again() -> None:
    stage = slow()
    stage.kernel.after(30, lambda: lift(stage))
    (node,) = stage.order("n1").nodes
    assert node.status is not None
    assert (node.status.phase, node.error, node.cordoned) == ("drained", None, True)
    assert is_cordoned(stage)
    assert stage.names_on("n1") == []
    assert [event.text for _at, event in stage.events if event.phase == "warning"] == [
        "somebody lifted its cordon; cordoned again"
    ]


def test_who_lifts_it_again_and_again_is_told_and_not_fought() -> None:
    stage = slow()
    stage.kernel.every(3, lambda: lift(stage))
    (node,) = stage.order("n1").nodes
    assert "Somebody lifted the cordon of node n1 4 times while it was drained" in str(node.error)
    assert not (node.good or node.cordoned or is_cordoned(stage))
    assert stage.calls("patch nodes") == 4
    assert stage.kernel.now < 60


def test_a_cordon_that_is_lifted_after_its_drain_is_no_success() -> None:
    stage = slow()
    stage.node("n3")
    stage.kernel.after(5, lambda: lift(stage, "n2"))
    empty, full = stage.order("n2", "n1").nodes
    assert "lifted the cordon of node n2 after it was drained" in str(empty.error)
    assert (empty.good, empty.cordoned, full.good) == (False, False, True)


def test_another_node_of_the_same_name_is_left_alone() -> None:
    """A reclaimed instance gives its address, and so its name, to the next one."""
    stage = slow()
    asked: list[int] = []

    def reborn() -> None:
        stage.cluster.delete("nodes", stage.found("nodes", "n1"))
        stage.node("n1")
        asked.append(stage.calls("create pods/eviction"))

    stage.kernel.after(30, reborn)
    (node,) = stage.order("n1").nodes
    assert "Node n1 has ended, and another node has its name by now" in str(node.error)
    assert asked == [stage.calls("create pods/eviction")], "nobody of the new one is evicted"
    assert not is_cordoned(stage)


def test_a_node_that_is_deleted_is_drained_when_its_pods_are_gone() -> None:
    """Somebody deletes the Node; its kubelet runs on, and the pods on it with it."""
    stage = slow()
    stage.kernel.after(30, lambda: stage.cluster.delete("nodes", stage.found("nodes", "n1")))
    (node,) = stage.order("n1").nodes
    assert node.status is not None
    assert (node.status.phase, node.error) == ("drained", None)
    assert node.status.reasons == ("the node does not exist any more",)
    assert stage.names_on("n1") == []


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("what", ["create pods/eviction", "* pods", "* nodes", "patch nodes"])
def test_a_server_that_asks_to_wait_for_hours_is_asked_again_after_a_minute(
    what: str, check: bool
) -> None:
    stage = slow()
    stage.gate.faults.append(Fault(f"kubernetes:{what}", "429", retry_after=7200))
    (node,) = stage.order("n1", check=check).nodes
    assert node.good
    assert stage.kernel.now < 300


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_webhook_is_named_whatever_status_it_answers(code: int) -> None:
    stage = slow()
    hook = Webhook("guard.example", "create pods/eviction", "not now", code)
    stage.cluster.webhooks.append(hook)
    (node,) = stage.order("n1", pdb_timeout=70, retry=30).nodes
    assert node.status is not None
    assert node.status.phase == "failed"
    assert "see what guard.example waits for" in node.status.reasons[0]
    assert not is_cordoned(stage)
