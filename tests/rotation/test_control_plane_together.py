# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on one cluster at the same time queue for its control plane."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
    is_new,
    together,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.world import World

SHARED = "nodeops-rotator-control-plane"


def span(run: Run) -> tuple[float, float]:
    """Return from when to when a run had a node out."""
    times = [at for at, event in run.events if event.phase in ("cordoned", "ready")]
    return min(times), max(times)


def apart(*runs: Run) -> bool:
    """Return whether no two of these runs had a node out at the same time."""
    spans = sorted(map(span, runs))
    return all(one[1] < other[0] for one, other in itertools.pairwise(spans))


def workers(world: World) -> str:
    """Return the group of the workers, due for an update."""
    group = str(world.facts["instance_groups"]["nodes"])
    point_to(world, group, world.facts["new_image"])
    return group


def test_runs_on_three_nodes_of_a_control_plane_queue() -> None:
    world, plane = a_plane()
    runs = [a_run(world, place, f"r{n}", lock_wait=9000) for n, place in enumerate(plane.places)]
    together(world, {float(number): run for number, run in enumerate(runs)})
    assert [run.result.status for run in runs if run.result] == ["complete"] * 3
    assert apart(*runs)
    assert world.judge.breaches == []
    assert plane.etcd.quorum_losses == 0


def test_where_runs_queue_the_node_that_leads_goes_last() -> None:
    world, plane = a_plane()
    leaders = {
        lease["spec"]["holderIdentity"].partition("_")[0]
        for name in ("kube-controller-manager", "kube-scheduler")
        if (lease := world.cluster.object("leases", name, "kube-system"))
    }
    runs = [a_run(world, place, f"r{n}", lock_wait=9000) for n, place in enumerate(plane.places)]
    nodes = {one.id: one.private_dns for one in world.account.instances.values()}
    led = [nodes[instance.id] in leaders for p in plane.places if (instance := plane.instance(p))]
    together(world, {float(number): run for number, run in enumerate(runs)})
    order = sorted(range(3), key=lambda number: span(runs[number]))
    assert led == [True, True, False]
    assert order[0] == 2


def test_a_second_run_on_the_control_plane_does_not_wait_longer_than_it_may() -> None:
    world, plane = a_plane()
    runs = [a_run(world, place, f"r{n}") for n, place in enumerate(plane.places[:2])]
    together(world, {0.0: runs[0], 20.0: runs[1]})
    first, second = (run.result for run in runs)
    assert first is not None
    assert second is not None
    assert first.status == "complete"
    assert second.status == "refused"
    assert f"host_r0 is rotating the control plane (Lease {SHARED})" in str(second.error)
    assert not is_new(world, plane.places[1])


@pytest.mark.parametrize("first", ["control plane", "workers"])
def test_a_control_plane_and_a_node_group_of_its_cluster_take_turns(first: str) -> None:
    world, plane = a_plane()
    group = workers(world)
    control = a_run(world, plane.places[0], "r1", lock_wait=9000)
    nodes = prepare(world, group, "r2", lock_wait=9000, canary=0)
    runs = [control, nodes] if first == "control plane" else [nodes, control]
    together(world, {0.0: runs[0], 5.0: runs[1]})
    assert [run.result.status for run in runs if run.result] == ["complete"] * 2
    assert apart(*runs)
    assert world.judge.breaches == []


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("control plane", "host_r1 is rotating the control plane"),
        ("workers", "host_r2 is rotating a node group"),
    ],
)
def test_who_comes_second_and_may_not_wait_is_refused_and_names_the_other(
    first: str, words: str
) -> None:
    world, plane = a_plane()
    group = workers(world)
    control = a_run(world, plane.places[0], "r1")
    nodes = prepare(world, group, "r2", canary=0)
    runs = [control, nodes] if first == "control plane" else [nodes, control]
    together(world, {0.0: runs[0], 20.0: runs[1]})
    results = [run.result for run in runs]
    assert results[0] is not None
    assert results[1] is not None
    assert (results[0].status, results[1].status) == ("complete", "refused")
    assert words in str(results[1].error)
    assert world.judge.breaches == []


def test_two_that_begin_at_once_do_not_both_go_on() -> None:
    world, plane = a_plane()
    group = workers(world)
    control = a_run(world, plane.places[0], "r1", lock_wait=9000)
    nodes = prepare(world, group, "r2", lock_wait=9000, canary=0)
    together(world, {0.0: control, 0.01: nodes})
    assert control.result is not None
    assert nodes.result is not None
    assert "complete" in (control.result.status, nodes.result.status)
    assert control.result.status in ("complete", "refused")
    assert nodes.result.status in ("complete", "refused")
    assert world.judge.breaches == []


def test_the_lease_of_a_control_plane_is_free_after_a_run_and_names_no_node() -> None:
    world, plane = a_plane()
    a_run(world, plane.places[0])()
    lease = world.cluster.object("leases", SHARED, "kube-system")
    assert lease is not None
    assert not lease["spec"].get("holderIdentity")
    assert "nodeops.rotator/out" not in lease["metadata"].get("annotations", {})


def test_the_lease_says_which_node_is_out_while_it_is() -> None:
    world, plane = a_plane()
    run = a_run(world, plane.places[0])
    run.inbox.interrupt(0, "before")
    seen: list[str] = []

    def look() -> None:
        lease = world.cluster.object("leases", SHARED, "kube-system")
        notes = lease["metadata"].get("annotations", {}) if lease else {}
        seen.append(notes.get("nodeops.rotator/out", ""))

    run = a_run(world, plane.places[0])
    old = plane.instance(plane.places[0])
    world.kernel.every(10, look)
    assert run().status == "complete"
    assert old is not None
    assert any(old.id in text for text in seen)


def test_a_control_plane_is_taken_over_by_force_and_its_node_that_is_out_is_named() -> None:
    world, plane = a_plane()
    first = a_run(world, plane.places[0], "r1")
    second = a_run(world, plane.places[1], "r2", force_takeover=True)
    together(world, {0.0: first, 75.0: second})
    assert first.result is not None
    assert second.result is not None
    assert f"Lease {SHARED} was taken over by host_r2" in str(first.result.error)
    assert second.result.status == "refused"
    assert f"run {plane.places[0]} again first" in str(second.result.error)
    assert not is_new(world, plane.places[1])
    assert a_run(world, plane.places[0], "r3")().status == "complete"
    assert world.judge.breaches == []
    assert plane.etcd.quorum_losses == 0
