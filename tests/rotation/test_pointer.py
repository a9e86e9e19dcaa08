# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a failed canary, instances come from the previous version again.

This holds whatever happens.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import resolve_origins
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import eks
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

GROUPS = ("demo-blue", "demo-green", "demo-storage")


def bad_image(group: str = BLUE) -> World:
    """Return a world whose new image never joins.

    Every way of pointing at a template is a group of the scenario.
    """
    world = eks.furnish(World(Kernel(2)))
    eks.point_to(world, group, world.facts["new_image"])
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    return world


def next_image(world: World, group: str) -> str:
    """The image that the group would launch now."""
    (origin, *_more) = resolve_origins(world.account, world.account.groups[group])
    return str(origin.data["ImageId"])


def pointer_of(world: World, group: str) -> str:
    return str((world.account.groups[group].template or {})["Version"])


@pytest.mark.parametrize("group", GROUPS)
def test_the_group_launches_the_old_image_again(group: str) -> None:
    world = bad_image(group)
    pointer = pointer_of(world, group)
    run = rotate(world, group, boot_timeout=300)
    assert run.result is not None
    assert run.result.values["canary"] == "failed"
    assert next_image(world, group) == world.facts["old_image"]
    assert pointer_of(world, group) == (pointer if "$" in pointer else "1")
    assert run.result.values["rolled_back_to"] == "1"
    assert world.judge.breaches == []
    assert any(f"rolled back to version 1 of {group}" in line for line in run.story())
    copied = f"version 3 of {group}, the same as version 1 (" if pointer == "$Latest" else ""
    assert (copied or f"version 1 of {group} (") in run.result.values["launches"]


def test_the_template_can_be_kept() -> None:
    world = bad_image()
    rotate(world, BLUE, boot_timeout=300, on_failure="keep_template")
    assert next_image(world, BLUE) == world.facts["new_image"]


@pytest.mark.parametrize("restore", [False, True])
def test_a_run_killed_after_the_verdict_leaves_it_to_the_next(restore: bool) -> None:
    world = bad_image()
    probe = prepare(bad_image(), BLUE, boot_timeout=300)
    probe()
    names = [type(command).__name__ for _at, command in probe.inbox.commands]
    run = prepare(world, BLUE, boot_timeout=300, kill_at_command=names.index("PointBack"))
    with pytest.raises(Killed):
        run()
    assert next_image(world, BLUE) == world.facts["new_image"]
    second = rotate(world, BLUE, run_id="r2", boot_timeout=300, restore_only=restore)
    assert second.result is not None
    assert next_image(world, BLUE) == world.facts["old_image"]
    assert (second.result.status == "failed") is not restore
    assert {**traces(world), "journals": []} == CLEAN


def soaking(group: str, **options: Any) -> tuple[World, Run]:
    """Return a world and a run whose canary is lost while it is watched.

    Other nodes of its image are well.
    """
    world = eks.furnish(World(Kernel(2)))
    eks.point_to(world, group, world.facts["new_image"])
    run = prepare(world, group, soak=300, **options)
    run.inbox.past = world.kernel.now + 6 * 3600

    def lose() -> None:
        if not any("watching it" in line for line in run.story()):
            world.kernel.after(1, lose)
            return
        if images(world, group).count(world.facts["new_image"]) < 2:  # the canary's old node
            world.kernel.after(1, lose)  # is to be made good for from the new image as well
            return
        new = [one for one in world.judge.nodes(group) if is_new(world, one)]
        world.cluster.node_silent(sorted(node["metadata"]["name"] for node in new)[0])

    world.kernel.after(1, lose)
    return world, run


def is_new(world: World, node: dict[str, Any]) -> bool:
    instance = world.account.instances[node["spec"]["providerID"].rsplit("/", 1)[-1]]
    return instance.image_id == world.facts["new_image"]


@pytest.mark.parametrize("group", GROUPS)
def test_the_new_nodes_can_be_rotated_back_as_well(group: str) -> None:
    world, run = soaking(group, on_failure="rollback")
    size = sizes(world, group)
    result = run()
    assert result.status == "failed"
    assert result.values["canary"] == "failed"
    assert "no longer Ready" in str(result.error)
    assert set(images(world, group)) == {world.facts["old_image"]}
    assert next_image(world, group) == world.facts["old_image"]
    assert sizes(world, group) == size
    assert traces(world, group) == CLEAN
    assert world.judge.breaches == []


def test_without_it_they_stay() -> None:
    world, run = soaking(BLUE)
    run()
    assert world.facts["new_image"] in images(world)


def test_a_run_killed_while_it_rotates_back_is_gone_on_with() -> None:
    probe = soaking(BLUE, on_failure="rollback")[1]
    probe()
    names = [type(command).__name__ for _at, command in probe.inbox.commands]
    kill_at = names.index("PointBack") + 40
    world, run = soaking(BLUE, on_failure="rollback", kill_at_command=kill_at)
    with pytest.raises(Killed):
        run()
    again = rotate(world, BLUE, run_id="r2")
    assert again.result is not None, again.story()[-5:]
    assert again.result.error is None, again.story()[-5:]
    assert set(images(world)) == {world.facts["old_image"]}
    assert traces(world) == CLEAN


@pytest.mark.parametrize(("bad", "version"), [(True, "1"), (False, "2")])
def test_the_closing_line_says_what_new_instances_start_from_now(bad: bool, version: str) -> None:
    world = bad_image("demo-green")
    if not bad:
        world.bad_images.clear()
    run = rotate(world, "demo-green", boot_timeout=300)
    assert f"new instances start from version {version} of demo-green" in run.story()[-1]
