# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups of which some nodes have had the target before the rotation began."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.test_unseen import HOURS, ended
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    due,
    images,
    in_the_soak,
    soaked_anew,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World


def partly_current(**more: Any) -> World:
    """Six nodes, of which two have run the new image for hours."""
    world = due(size=6, **more)
    for instance in list(world.account.instances.values())[:2]:
        world.account.fleet.terminate(instance, ("Server.InternalError", "hardware"))
    world.kernel.advance(world.kernel.now + 2 * HOURS)
    assert images(world).count(world.facts["new_image"]) == 2
    return world


def new_ones(world: World) -> list[Any]:
    """The instances that run the new image, the one that was launched first first."""
    found = world.account.instances.values()
    current = [one for one in found if one.image_id == world.facts["new_image"]]
    return sorted(current, key=lambda one: one.launched_at)


def test_nodes_that_had_the_target_before_do_not_stand_in_for_a_canary_that_is_lost() -> None:
    world = partly_current()
    run = prepare(world, BLUE, soak=120)
    run.inbox.past = world.kernel.now + 4 * HOURS

    def reclaim() -> None:
        for instance in new_ones(world)[2:]:
            world.account.fleet.terminate(instance, ("Server.SpotInstanceTermination", "x"))

    in_the_soak(run, reclaim)
    result = run()
    assert result.status == "complete"
    assert soaked_anew(run), "with another node"


def test_nor_for_one_that_never_comes() -> None:
    """Without a surge the old node goes before the new one comes."""
    world = partly_current()
    world.judge.rules[BLUE].unavailable = 1
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    run = ended(world, max_surge="0", max_unavailable="1", soak=60, boot_timeout=300)
    assert run.result is not None
    assert run.result.values["canary"] == "failed"
    assert images(world).count(world.facts["old_image"]) >= 3


@pytest.mark.parametrize("unknown", ["leave", "end"])
def test_an_instance_that_has_the_target_and_no_node_is_unknown_too(unknown: str) -> None:
    """Nobody has seen its Node: its pods may run on, and it is no failed launch."""
    world = partly_current(max_unavailable=1)
    current = new_ones(world)[0]
    node = world.node_of(current)
    assert node is not None
    world.cluster.delete("nodes", node, 0)
    world.kernel.advance(world.kernel.now + 1)
    world.judge.rules[BLUE].unavailable = 1
    run = ended(world, max_unavailable="1", unknown_instances=unknown)
    assert run.result is not None
    assert run.result.values["canary"] == "passed", "the image is not to blame"
    assert (current.state == "running") is (unknown == "leave")
    assert (run.result.status == "complete") is (unknown == "end")
    assert (f"Instance {current.id}" in str(run.result.error)) is (unknown == "leave")
