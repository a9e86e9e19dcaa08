# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""node_drain's course on virtual time: cordon, drain, put back, stop, check."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ChangeNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import STOP, Stage
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed


def stage_of(nodes: int = 1, pods: int = 3) -> Stage:
    """Return nodes n1, ... with Deployments app1, ..., and an empty node spare."""
    stage = Stage()
    for number in range(1, nodes + 1):
        stage.node(f"n{number}", labels={"pool": "blue"})
        stage.deployment(f"app{number}", pods)
        stage.cordon(f"n{number}")
    for number in range(1, nodes + 1):
        stage.cluster.change(
            "nodes", stage.found("nodes", f"n{number}"), {"spec": {"unschedulable": None}}
        )
    stage.node("spare")
    return stage


def cordoned(stage: Stage, name: str) -> bool:
    return bool(stage.found("nodes", name)["spec"].get("unschedulable"))


def writes(stage: Stage) -> list[tuple[str, bool | None]]:
    return [(c.name, c.change.unschedulable) for c in stage.commands() if isinstance(c, ChangeNode)]


def test_drained_stays_cordoned() -> None:
    stage = stage_of()
    began = stage.asked
    result = stage.order("n1")
    assert [(t.name, t.good, t.cordoned) for t in result.nodes] == [("n1", True, True)]
    assert cordoned(stage, "n1")
    assert stage.asked - began == 3 + 4, (
        "nodes, pods and budgets once each, the cordon, and the evictions"
    )


def test_all_are_cordoned_before_any_pod_moves() -> None:
    stage = stage_of(3)
    stage.order("n1", "n2", "n3", max_parallel=3)
    assert {pod["spec"]["nodeName"] for pod in stage.cluster.objects("pods")} == {"spare"}
    kinds = [type(command).__name__ for command in stage.commands()]
    assert kinds == ["ChangeNode"] * 3 + ["Evict"] * 9, "nobody moved twice"


@pytest.mark.parametrize(("parallel", "at_once"), [(1, 1), (2, 2), (5, 4)])
def test_max_parallel(parallel: int, at_once: int) -> None:
    stage = stage_of(4, pods=2)
    home = {
        pod["metadata"]["name"]: pod["spec"]["nodeName"] for pod in stage.cluster.objects("pods")
    }
    result = stage.order("n1", "n2", "n3", "n4", max_parallel=parallel)
    assert all(node.good for node in result.nodes)
    first = min(at for at, _command in stage.evictions())
    assert len({home[command.name] for at, command in stage.evictions() if at == first}) == at_once


def test_a_selector() -> None:
    stage = stage_of(2)
    result = stage.order(selector="pool=blue", max_parallel=2)
    assert [node.name for node in result.nodes] == ["n1", "n2"]
    assert not cordoned(stage, "spare")


def test_a_selector_that_finds_nothing_is_done() -> None:
    stage = stage_of()
    assert stage.order(selector="pool=red").nodes == ()


@pytest.mark.parametrize(("leave", "after"), [(False, False), (True, True)])
def test_a_failure_puts_the_cordon_back(leave: bool, after: bool) -> None:
    stage = stage_of()
    stage.budget("app1", maxUnavailable=0)
    result = stage.order("n1", pdb_timeout=40, leave_cordoned=leave)
    assert not result.nodes[0].good
    assert cordoned(stage, "n1") is after


def test_what_was_cordoned_before_stays_so() -> None:
    stage = stage_of()
    stage.cordon("n1")
    stage.budget("app1", maxUnavailable=0)
    assert not stage.order("n1", pdb_timeout=40).nodes[0].good
    assert writes(stage) == []
    assert cordoned(stage, "n1")


@pytest.mark.parametrize(("again", "after"), [({}, False), ({"leave_cordoned": True}, True)])
def test_the_cordon_of_a_killed_run_is_not_what_was_before(
    again: dict[str, bool], after: bool
) -> None:
    stage = stage_of()
    stage.budget("app1", maxUnavailable=0)
    with pytest.raises(Killed):
        stage.order("n1", kill_at_command=2, retry=5)
    assert cordoned(stage, "n1")
    assert not stage.order("n1", pdb_timeout=40, **again).nodes[0].good
    assert cordoned(stage, "n1") is after


@pytest.mark.parametrize(
    "options", [{"state": "cordoned"}, {"leave_cordoned": True, "pdb_timeout": 40}]
)
def test_a_cordon_on_purpose_stays_after_a_failure(options: dict[str, Any]) -> None:
    stage = stage_of()
    stage.budget("app1", maxUnavailable=0)
    stage.order("n1", **options)
    assert not stage.order("n1", pdb_timeout=40).nodes[0].good
    assert cordoned(stage, "n1")


def test_somebody_who_cordons_anew_after_us_is_respected() -> None:
    stage = stage_of()
    stage.order("n1")
    path = "/api/v1/nodes/n1"
    for wanted in (None, True):
        stage.cluster.request(
            "PATCH", path, {}, {"spec": {"unschedulable": wanted}}, "application/merge-patch+json"
        )
    stage.pod("late", "n1")
    assert not stage.order("n1").nodes[0].good
    assert cordoned(stage, "n1")


def test_a_drained_node_stays_cordoned_if_a_second_run_is_refused() -> None:
    stage = stage_of()
    stage.daemonset("agent")
    assert stage.order("n1").nodes[0].good
    assert not stage.order("n1", ignore_daemonsets=False).nodes[0].good
    assert cordoned(stage, "n1")


def test_one_bad_node_does_not_keep_the_others() -> None:
    stage = stage_of(2)
    stage.budget("app1", maxUnavailable=0)
    result = stage.order("n1", "n2", pdb_timeout=40)
    assert [node.good for node in result.nodes] == [False, True]
    assert (cordoned(stage, "n1"), cordoned(stage, "n2")) == (False, True)


@pytest.mark.parametrize(("state", "wanted"), [("cordoned", True), ("uncordoned", False)])
def test_only_the_cordon(state: str, wanted: bool) -> None:
    stage = stage_of(2)
    stage.cordon("n1")
    stage.order("n1", "n2", "ghost", state=state)
    assert (cordoned(stage, "n1"), cordoned(stage, "n2")) == (wanted, wanted)
    assert len(writes(stage)) == 1, "one of them was there already"
    stage.order("n1", "n2", state=state)
    assert writes(stage) == []


def test_a_second_run_changes_nothing() -> None:
    stage = stage_of()
    stage.order("n1")
    stage.order("n1")
    assert stage.commands() == []


def test_writes_to_nodes_that_fail_are_tried_again() -> None:
    stage = stage_of()
    stage.gate.faults.append(Fault("kubernetes:patch nodes", "503", times=3))
    assert stage.order("n1").nodes[0].good
    assert len(writes(stage)) == 4


def test_no_permission_to_cordon() -> None:
    stage = stage_of()
    stage.cluster.denied.append(("*", "patch nodes"))
    node = stage.order("n1").nodes[0]
    assert isinstance(node.error, ForbiddenError)
    assert "Cannot change node n1" in str(node.error)
    assert stage.evictions() == []


@pytest.mark.parametrize(("code", "kind"), [("403", ForbiddenError), ("0", UnreachableError)])
def test_nodes_that_cannot_be_read(code: str, kind: type[Exception]) -> None:
    stage = stage_of()
    stage.gate.faults.append(Fault("kubernetes:* nodes", code, times=-1))
    result = stage.order("n1")
    assert isinstance(result.error, kind)
    assert stage.kernel.now <= 60
    assert stage.commands() == []


def test_stopped_before_a_pod_was_lost() -> None:
    stage = stage_of()
    stage.budget("app1", maxUnavailable=0)
    result = stage.order("n1", stop_at=5.0)
    assert result.stopped == "signal SIGTERM"
    assert not cordoned(stage, "n1")
    assert stage.kernel.now < 6


def test_stopped_in_the_middle_stays_cordoned() -> None:
    stage = stage_of(2, pods=6)
    stage.budget("app1", maxUnavailable=1)
    result = stage.order("n1", "n2", stop_at=10.0)
    asked = [at for at, _command in stage.evictions()]
    assert result.stopped
    assert 0 < len(asked) < 6
    assert max(asked) <= 10
    assert (cordoned(stage, "n1"), cordoned(stage, "n2")) == (True, False)
    assert stage.order("n1", "n2").nodes[0].good, "run again, it goes on"


def test_check_asks_and_changes_nothing() -> None:
    stage = stage_of()
    stage.daemonset("agent")
    stage.budget("app1", maxUnavailable=0)
    stage.deployment("other", 2)
    before = [
        (pod["metadata"]["uid"], pod["metadata"]["resourceVersion"])
        for pod in stage.cluster.objects("pods")
    ]
    stage.cordon("spare")
    status = stage.order("n1", check=True).nodes[0].status
    assert status is not None
    assert [
        (pod["metadata"]["uid"], pod["metadata"]["resourceVersion"])
        for pod in stage.cluster.objects("pods")
    ] == before
    assert not cordoned(stage, "n1")
    assert {pod.name[:4]: pod.state for pod in status.pods if pod.name[:4] in ("app1", "agen")} == {
        "app1": "blocked",
        "agen": "left",
    }
    assert status.blocked_by == ("default/app1",)
    assert "needs 3 healthy pods and has 3 currently" in status.reasons[0]


def test_check_tells_what_would_be_refused() -> None:
    stage = stage_of()
    stage.pod("bare", "n1")
    status = stage.order("n1", check=True).nodes[0].status
    assert status is not None
    assert status.phase == "failed"
    assert status.reasons == (
        "default/bare: has no controller and nothing will replace it; set force to lose it",
    )
    assert stage.commands() == []


def test_check_of_a_deletion() -> None:
    stage = stage_of()
    stage.budget("app1", maxUnavailable=0)
    status = stage.order("n1", check=True, disable_eviction=True).nodes[0].status
    assert status is not None
    assert [pod.state for pod in status.pods] == ["deleted"] * 3
    assert len(stage.names_on("n1")) == 3


def test_check_is_patient_with_a_busy_server() -> None:
    stage = stage_of()
    stage.gate.faults.append(
        Fault("kubernetes:create pods/eviction", "429", "Too many requests", times=3, retry_after=4)
    )
    stage.gate.faults.append(Fault("kubernetes:create pods/eviction", "503", times=2))
    status = stage.order("n1", check=True).nodes[0].status
    assert status is not None
    assert [pod.state for pod in status.pods] == ["evicted"] * 3
    assert stage.kernel.now >= 4


def test_progress_is_told_once() -> None:
    stage = stage_of(1, pods=4)
    stage.order("n1")
    told = [(event.phase, event.progress) for _at, event in stage.events]
    assert told[0] == ("cordoned", "")
    assert told[1] == ("draining", "0/4")
    assert [phase for phase, _progress in told[2:]] == ["evicted"] * 4 + ["drained"]
    assert told[-1] == ("drained", "4/4")


def test_a_long_stop_is_not_waited_for_on_signal() -> None:
    stage = Stage()
    stage.node("n1")
    stage.deployment("slow", 1, annotations={STOP: "grace"}, grace=600)
    stage.node("n2")
    result = stage.order("n1", stop_at=5.0)
    assert result.stopped
    assert stage.kernel.now < 6
