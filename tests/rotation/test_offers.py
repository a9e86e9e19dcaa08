# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new node takes the pods of an old one only if it offers what the old one did."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    bare,
    boot_times,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import (
    NEVER_JOINS,
    NodeKind,
    World,
)

GPU, EBS = "nvidia.com/gpu", "ebs.csi.aws.com"


def a_world(after: float = 0.0, **more: Any) -> World:
    return bare(3, NodeKind(resources={GPU: "4"}, drivers=(EBS,), offered_after=after, **more))


@pytest.mark.parametrize("offer, named", [(GPU, f"resource {GPU}"), (EBS, f"CSI driver {EBS}")])
def test_an_image_whose_nodes_lack_what_the_old_ones_offer_fails_the_canary(
    offer: str, named: str
) -> None:
    world = a_world()
    world.lacking[world.facts["new_image"]] = frozenset((offer,))
    run = rotate(world, BLUE, boot_timeout=300)
    assert run.result is not None
    assert run.result.values["canary"] == "failed"
    assert f"waiting for {named} to be offered" in str(run.result.error)
    assert images(world) == [world.facts["old_image"]] * 3
    assert sizes(world) == (3, 3, 3)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_device_plugin_that_takes_minutes_is_waited_for() -> None:
    world = a_world(after=400)
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "complete"
    assert all_current(world)
    assert min(boot_times(run.story())) > 400


def test_a_driver_that_goes_away_in_the_soak_begins_the_soak_anew() -> None:
    world = a_world()
    run = prepare(world, BLUE, soak=120)

    def vanish() -> None:
        new = [one for one in world.judge.nodes(BLUE) if _is_new(world, one)]
        for one in new:
            world.cluster.change("nodes", one, {"status": {"allocatable": {GPU: "0"}}})
            world.kernel.after(200, lambda: _restore(world))

    def watch() -> None:
        watching = any("watching" in line for line in run.story())
        world.kernel.after(60 if watching else 1, vanish if watching else watch)

    world.kernel.after(1, watch)
    result = run()
    told = [at for at, event in run.events if event.phase == "canary"]
    assert result.status == "complete"
    assert any(f"waiting for resource {GPU} to be offered" in line for line in run.story())
    assert told[-1] - told[0] >= 60 + 120, "another node was watched, from the beginning"


def _is_new(world: World, node: dict[str, Any]) -> bool:
    instance = world.account.instances[node["spec"]["providerID"].rsplit("/", 1)[-1]]
    return instance.image_id == world.facts["new_image"]


def _restore(world: World) -> None:
    for one in world.judge.nodes(BLUE):
        world.cluster.change("nodes", one, {"status": {"allocatable": {GPU: "4"}}})


@pytest.mark.parametrize("instance_type, seconds", [("m6i.large", 900), ("g5.xlarge", 1800)])
def test_the_time_of_a_boot_depends_on_the_instances_unless_it_is_set(
    instance_type: str, seconds: float
) -> None:
    world = bare(3)
    for instance in world.account.instances.values():
        instance.instance_type = instance_type
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    run = rotate(world, BLUE)
    assert run.result is not None
    assert f"not ready {seconds} s after" in str(run.result.error)


def test_the_time_of_a_boot_counts_from_the_launch_whoever_began_it() -> None:
    world = bare(3)
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    first = prepare(world, BLUE, boot_timeout=900, kill_at_command=1000)
    first.inbox.past = 500.0 + world.kernel.now
    with pytest.raises((Killed, TimeoutError)):
        first()
    second: Run = prepare(world, BLUE, run_id="r2", boot_timeout=900)
    second()
    launched = min(
        instance.launched_at
        for instance in world.account.instances.values()
        if instance.image_id == world.facts["new_image"]
    )
    failed = next(at for at, event in second.events if event.phase == "failed")
    assert 890 <= failed - launched < 960


def test_a_node_that_stops_to_take_pods_again_and_again_has_failed() -> None:
    world = a_world()

    def flap() -> None:
        for one in world.judge.nodes(BLUE):
            if _is_new(world, one):
                world.cluster.change("nodes", one, {"status": {"allocatable": {GPU: "0"}}})
        world.kernel.after(5, lambda: _restore(world))
        world.kernel.after(60, flap)

    world.kernel.after(100, flap)
    run = prepare(world, BLUE)
    run.inbox.past = 4 * 3600
    run()
    assert run.result is not None
    assert run.result.status == "failed"
    assert f"4 times, the last time for resource {GPU} to be offered" in str(run.result.error)


def test_one_old_node_with_more_does_not_set_the_standard() -> None:
    world = a_world()
    odd = world.judge.nodes(BLUE)[0]
    more = {"status": {"allocatable": {"vendor.example/fpga": "1"}}}
    world.cluster.change("nodes", odd, more)
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "complete"
    assert all_current(world)


def test_what_csi_drivers_there_are_has_to_be_readable() -> None:
    world = a_world()
    world.cluster.denied.extend([("*", "list csinodes"), ("*", "watch csinodes")])
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "refused"
    assert "csinodes" in str(run.result.error)
    assert dataclasses.asdict(run.policy)["boot_timeout"] is None
