# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The workload gate: pods that were evicted run again before the next node goes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

NEVER = {"world.nodeops/ready-seconds": "never"}
WEB = {"app": "web"}


def a_world(size: int = 4, web: int = 4, **given: Any) -> World:
    """A group with a Deployment that no budget guards."""
    world = due(size=size, replicas=size)
    kube.deployment(world.cluster, "shop", "web", web, **given)
    world.cluster.settle()
    world.kernel.advance(world.kernel.now + 60)
    return world


def spoil(world: World, name: str = "web") -> None:
    """Keep new pods of this Deployment from becoming ready, without a rollout.

    It is as when their configuration has gone bad since they started.
    """
    for found in world.cluster.objects("replicasets", "shop"):
        if found["metadata"]["name"].startswith(f"{name}-"):
            meta = {"metadata": {"annotations": NEVER}}
            world.cluster.change("replicasets", found, {"spec": {"template": meta}})


def web(world: World) -> dict[str, Any]:
    found = world.cluster.object("deployments", "web", "shop")
    assert found is not None
    return found


def rotated(world: World, hours: float = 6, **options: Any) -> Run:
    run = prepare(world, BLUE, **options)
    run.inbox.past = world.kernel.now + hours * 3600
    run()
    return run


def replaced(run: Run) -> int:
    assert run.result is not None
    return int(run.result.values["replaced"])


def ready(world: World) -> int:
    return sum(
        world.cluster.truly_ready(pod)
        for pod in world.cluster.objects("pods", "shop")
        if pod["metadata"]["labels"].get("app") == "web"
    )


def when_told(world: World, run: Run, words: str, act: Any) -> None:
    """Act as soon as the run has told a line with these words."""

    def watch() -> None:
        if any(words in line for line in run.story()):
            act()
        else:
            world.kernel.after(1, watch)

    world.kernel.after(1, watch)


def test_pods_that_do_not_become_ready_again_hold_the_next_node_and_end_the_run() -> None:
    world = a_world()
    spoil(world)
    run = rotated(world)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "Deployment shop/web has 3 of 4 pods ready" in str(run.result.error)
    assert "Nothing could be replaced for 900 s" in str(run.result.error)
    assert replaced(run) == 1
    assert ready(world) == 3
    assert world.judge.breaches == []
    assert images(world).count(world.facts["old_image"]) == 3


def test_after_it_no_node_that_carries_pods_is_drained() -> None:
    world = a_world()
    spoil(world)
    run = prepare(world, BLUE)
    evicted: list[float] = []
    failed_at: list[float] = []
    when_told(world, run, "settle", lambda: failed_at.append(world.kernel.now))
    world.gate.judges.append(
        lambda call: evicted.append(world.kernel.now) if "eviction" in call.operation else None
    )
    run()
    assert run.result is not None
    assert max(evicted) < failed_at[0]
    launched, desired, _most = sizes(world)
    assert launched == desired
    if desired > 4:
        assert any("above its base" in line for line in run.result.values["not_restored"])
    assert {**traces(world), "journals": []} == {**CLEAN, "protected": traces(world)["protected"]}


@pytest.mark.parametrize("gate", ["warn", "off"])
def test_the_gate_can_warn_or_be_off(gate: str) -> None:
    world = a_world()
    spoil(world)
    run = rotated(world, workload_gate=gate)
    assert replaced(run) == 4
    assert all_current(world)
    assert ready(world) == 0
    assert any("of 4 pods ready" in line for line in run.story()) is (gate == "warn")


def test_pods_that_come_back_late_hold_the_next_node_only_until_then() -> None:
    world = a_world(annotations={"world.nodeops/ready-seconds": "200"})
    world.kernel.advance(world.kernel.now + 300)
    seen: list[int] = []

    def cordons(call: Any) -> None:
        body = call.params.get("body") or {}
        if call.operation == "patch nodes" and (body.get("spec") or {}).get("unschedulable"):
            seen.append(ready(world))

    world.gate.judges.append(cordons)
    run = rotated(world)
    assert replaced(run) == 4
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert len(seen) >= 4
    assert set(seen) == {4}


def test_a_workload_that_was_scaled_down_meanwhile_is_held_against_what_is_wanted_now() -> None:
    world = a_world()
    spoil(world)
    run = prepare(world, BLUE)
    when_told(
        world,
        run,
        "of 4 pods ready",
        lambda: world.cluster.change("deployments", web(world), {"spec": {"replicas": 1}}),
    )
    run()
    assert replaced(run) > 1


@pytest.mark.parametrize("how", ["deleted", "rollout"])
def test_a_workload_under_its_own_change_is_not_held(how: str) -> None:
    world = a_world()
    spoil(world)
    run = prepare(world, BLUE)

    def change() -> None:
        if how == "deleted":
            world.cluster.delete("deployments", web(world))
            return
        template = {"metadata": {"annotations": NEVER, "labels": {**WEB, "release": "2"}}}
        world.cluster.change("deployments", web(world), {"spec": {"template": template}})

    when_told(world, run, "of 4 pods ready", change)
    run()
    assert replaced(run) == 4
    assert all_current(world)


def test_a_workload_that_was_short_before_is_held_against_what_it_had() -> None:
    world = a_world(web=8, cpu="900m")
    room = ready(world)
    assert room < 8
    run = rotated(world)
    assert replaced(run) == 4
    assert all_current(world)
    assert ready(world) >= room


def test_what_this_run_did_not_touch_holds_nothing_up() -> None:
    world = a_world()
    kube.deployment(world.cluster, "other", "broken", 3, annotations=NEVER)
    kube.deployment(world.cluster, "other", "homeless", 3, pod={"nodeSelector": {"no": "where"}})
    run = rotated(world)
    assert run.result is not None
    assert run.result.status == "complete"


def test_where_workloads_may_not_be_read_pending_pods_count_alone_and_that_is_said() -> None:
    world = a_world(pod={"nodeSelector": {"role": "web"}}, cpu="1200m")
    for node in world.judge.nodes(BLUE):
        world.cluster.change("nodes", node, {"metadata": {"labels": {"role": "web"}}})
    world.kernel.advance(world.kernel.now + 60)
    for kind in ("deployments", "replicasets"):
        world.cluster.denied.extend([("*", f"list {kind}"), ("*", f"watch {kind}")])
    run = rotated(world)
    assert any("looks at Pending pods alone" in line for line in run.story())
    assert run.result is not None
    assert run.result.status == "failed"
    assert replaced(run) == 1
    assert "cannot be scheduled" in str(run.result.error)


def test_pods_of_a_controller_of_another_kind_count_while_they_are_pending() -> None:
    world = a_world(web=1)
    owner = {
        "apiVersion": "example.com/v1",
        "kind": "Fleet",
        "name": "fleet",
        "uid": "uid-fleet",
        "controller": True,
    }
    pod = kube.bare_pod(world.cluster, "shop", "fleet-0")
    world.cluster.change("pods", pod, {"metadata": {"ownerReferences": [owner]}})
    world.kernel.advance(world.kernel.now + 30)

    def again() -> None:
        if world.cluster.object("pods", "fleet-0", "shop") is None:
            made = kube.bare_pod(
                world.cluster, "shop", "fleet-0", pod={"nodeSelector": {"no": "where"}}
            )
            world.cluster.change("pods", made, {"metadata": {"ownerReferences": [owner]}})
        else:
            world.kernel.after(1, again)

    world.kernel.after(1, again)
    run = rotated(world)
    assert run.result is not None
    assert run.result.status == "failed"
    assert "pod shop/fleet-0 cannot be scheduled" in str(run.result.error)


def test_launches_in_flight_do_not_hide_pods_that_no_new_node_can_take() -> None:
    """With a wide window some launch is always in flight."""
    world = due(size=8, replicas=8)
    for node in world.judge.nodes(BLUE):
        world.cluster.change("nodes", node, {"metadata": {"labels": {"role": "web"}}})
    kube.deployment(
        world.cluster, "shop", "web", 8, cpu="1200m", pod={"nodeSelector": {"role": "web"}}
    )
    world.cluster.settle()
    world.kernel.advance(world.kernel.now + 60)
    run = rotated(world, max_surge="3")
    assert run.result is not None
    assert run.result.status == "failed"
    assert "didn't match Pod's node affinity/selector" in str(run.result.error)
    assert replaced(run) <= 4


def test_pods_that_only_a_launch_in_flight_can_take_are_waited_for_by_that_launch() -> None:
    """The group is full, and a node goes before its replacement comes."""
    world = due(size=3, replicas=3)
    kube.deployment(world.cluster, "shop", "web", 3, cpu="1100m")
    world.cluster.settle()
    world.kernel.advance(world.kernel.now + 60)
    world.judge.rules[BLUE].unavailable = 1
    run = rotated(world, max_surge="0", max_unavailable="1")
    assert run.result is not None
    assert run.result.status == "complete"
    assert all_current(world)


def test_a_run_that_follows_a_killed_one_holds_on_to_what_that_one_left_short() -> None:
    world = a_world()
    spoil(world)
    first = prepare(world, BLUE)
    first.inbox.past = world.kernel.now + 1000
    with pytest.raises((TimeoutError, Killed)):
        first()
    assert any("of 4 pods ready" in line for line in first.story())
    second = prepare(world, BLUE, run_id="r2")
    second()
    assert second.result is not None
    assert second.result.status == "failed"
    assert "Deployment shop/web has 3 of 4 pods ready" in str(second.result.error)
    assert ready(world) == 3
