# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drains that do not come to an end by themselves, on virtual time."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import DeletePod
from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import (
    STOP,
    Stage,
)
from ansible_collections.nodeops.rotator.tests.rotation.test_drain_faults import (
    two_nodes,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed


def test_a_silent_kubelet_is_named() -> None:
    stage = two_nodes(2)
    stage.cluster.node_silent("n1")
    stage.kernel.advance(60)
    status = stage.order("n1", timeout=120).nodes[0].status
    assert status is not None
    assert status.phase == "failed"
    assert "the kubelet of its node does not answer" in status.reasons[0]


def test_a_finalizer_of_a_pod_that_has_ended_holds_nothing_up() -> None:
    stage = Stage()
    stage.node("n1")
    stage.pod("held", finalizers=["example.com/guard"], grace=5)
    stage.node("n2")
    assert stage.drain("n1", force=True, timeout=60)["n1"].phase == "drained"
    assert stage.names_on("n1") == ["held"]


def test_a_finalizer_is_named_while_nobody_says_that_the_pod_has_ended() -> None:
    stage = Stage()
    stage.node("n1")
    stage.pod("held", finalizers=["example.com/guard"], grace=5, annotations={STOP: "never"})
    stage.node("n2")
    status = stage.drain("n1", force=True, timeout=60)["n1"]
    assert status.phase == "failed"
    assert "held by finalizer example.com/guard" in status.reasons[0]


def test_long_dead_pods_can_be_left() -> None:
    stage = two_nodes(2, annotations={STOP: "never"})
    assert stage.drain("n1", skip_wait_for_delete_timeout=60)["n1"].phase == "drained"
    assert 90 < stage.kernel.now < 95, "their grace of 30 s, and 60 s after it"


@pytest.mark.parametrize(
    ("on_timeout", "phase", "graces"),
    [
        ("fail", "failed", []),
        ("skip", "skipped", []),
        ("delete", "drained", [None]),
        ("force_delete", "drained", [0]),
    ],
)
def test_on_timeout(on_timeout: str, phase: str, graces: list[int | None]) -> None:
    stage = two_nodes(1)
    stage.budget("cart", maxUnavailable=0)
    status = stage.drain("n1", timeout=50, on_timeout=on_timeout)["n1"]
    assert status.phase == phase
    assert [
        command.grace for command in stage.commands() if isinstance(command, DeletePod)
    ] == graces


def test_force_delete_also_ends_what_does_not_end() -> None:
    stage = two_nodes(1, annotations={STOP: "never"})
    assert stage.drain("n1", timeout=50, on_timeout="force_delete")["n1"].phase == "drained"
    assert 50 <= stage.kernel.now < 52


def test_deletion_that_does_not_help_is_a_failure() -> None:
    stage = two_nodes(1, annotations={STOP: "never"})
    status = stage.drain("n1", timeout=50, on_timeout="delete")["n1"]
    assert status.phase == "failed"
    assert 80 <= stage.kernel.now <= 115


def test_a_pod_reborn_under_its_name_is_not_hit() -> None:
    """The pod is replaced between our look and our request.

    The eviction carries the UID of the old one.
    """
    stage = Stage()
    stage.node("n1")
    spec = {"serviceName": "db", "replicas": 1, "selector": {"matchLabels": {"app": "db"}}}
    template = {
        "metadata": {"labels": {"app": "db"}, "annotations": {STOP: "0"}},
        "spec": {"containers": [{"name": "db", "image": "x"}]},
    }
    stage.cluster.create(
        "statefulsets",
        {
            "metadata": {"name": "db", "namespace": "default"},
            "spec": {**spec, "template": template},
        },
    )
    stage.cluster.settle()
    stage.node("n2")
    old = stage.found("pods", "db-0", "default")["metadata"]["uid"]
    born: list[str] = []

    def swap() -> None:
        stage.cluster.delete("pods", stage.found("pods", "db-0", "default"), 0)
        stage.cluster.settle()
        born.append(stage.found("pods", "db-0", "default")["metadata"]["uid"])

    stage.kernel.after(0.01, swap)
    assert stage.drain("n1")["n1"].phase == "drained"
    assert born[0] != old
    assert stage.found("pods", "db-0", "default")["metadata"]["uid"] == born[0]


def test_a_refused_pod_keeps_the_node_untouched() -> None:
    stage = two_nodes(3)
    stage.pod("bare", "n1")
    status = stage.drain("n1")["n1"]
    assert status.phase == "failed"
    assert status.reasons == (
        "default/bare: has no controller and nothing will replace it; set force to lose it",
    )
    assert stage.commands() == []


def test_killed_at_any_command_and_begun_anew() -> None:
    reference = two_nodes(5)
    reference.budget("cart", maxUnavailable=2)
    reference.drain("n1")
    for number in range(len(reference.commands())):
        stage = two_nodes(5)
        stage.budget("cart", maxUnavailable=2)
        stage.cordon("n1")
        with pytest.raises(Killed):
            stage.resume("n1", kill_at_command=number)
        stage.kernel.advance(stage.kernel.now + 1)  # what was on its way arrives all the same
        status = stage.resume("n1")["n1"]
        assert status.phase == "drained"
        assert stage.names_on("n1") == []
        assert stage.calls("create pods/eviction") == 5, "nobody is asked twice"


def test_a_terminating_namespace_takes_its_pods_along() -> None:
    stage = Stage(Behavior(controller_delay=20))
    stage.cluster.create("namespaces", {"metadata": {"name": "old"}})
    stage.node("n1")
    stage.deployment("cart", 2, namespace="old", annotations={STOP: "0"})
    stage.cordon("n1")
    began = stage.kernel.now
    stage.cluster.delete("namespaces", stage.found("namespaces", "old"))
    status = stage.drain("n1")["n1"]
    assert (status.phase, status.total) == ("drained", 2)
    assert stage.calls("create pods/eviction") == 2, (
        "both refused, and not asked again before retry"
    )
    assert {pod.state for pod in status.pods} == {"gone"}
    assert 20 <= stage.kernel.now - began < 25


def test_a_blocked_budget_names_the_pod_that_holds_it() -> None:
    stage = two_nodes(3)
    stage.budget("cart", minAvailable=3)
    spread = stage.cluster.object("deployments", "cart", "default")
    assert spread is not None
    stage.cluster.change("deployments", spread, {"spec": {"replicas": 4}})
    stage.kernel.advance(stage.kernel.now + 60)
    node = stage.cluster.object("nodes", "n2")
    assert node is not None
    stage.cluster.change("nodes", node, {"spec": {"unschedulable": True}})
    status = stage.drain("n1", pdb_timeout=60)["n1"]
    words = "cannot be scheduled: 0/2 nodes are available: 2 node(s) were unschedulable"
    assert status.phase == "failed"
    assert any(words in reason for reason in status.reasons)
    blocked = [event.text for _at, event in stage.events if event.phase == "blocked"]
    assert any(words in text for text in blocked)


def test_a_budget_that_the_control_plane_cannot_work_out_is_named() -> None:
    stage = Stage()
    stage.node("n1")
    stage.budget("cart", maxUnavailable=1)
    kube.job(stage.cluster, "default", "cart", seconds=1e6)
    stage.kernel.advance(60)
    status = stage.drain("n1", pdb_timeout=60)["n1"]
    words = "cannot work out its status: jobs.batch does not implement the scale subresource"
    assert status.phase == "failed"
    assert any(words in reason for reason in status.reasons)
