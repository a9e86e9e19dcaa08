# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instance types with launch templates of their own are rotated together."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import resolve_origins
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import small
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

HOURS = 3600.0
SMALL, BIG = "m6i.large", "m6i.xlarge"
POINTERS = [("$Latest", "1"), ("1", "$Default"), ("$Default", "$Latest")]
"""How the group points to its template, and the override to its own."""


def ec2(world: World, operation: str, **params: Any) -> dict[str, Any]:
    """Let an operator call EC2."""
    return world.account.call("ec2", operation, params, "operator")


def asg(world: World, operation: str, **params: Any) -> None:
    """Let an operator call Auto Scaling about demo-blue."""
    params = {"AutoScalingGroupName": BLUE, **params}
    world.account.call("autoscaling", operation, params, "operator")


def templates(world: World) -> dict[str, str]:
    """The IDs of the two templates, by the instance types that they are named for."""
    known = {one.name: one.id for one in world.account.templates.values()}
    return {SMALL: known["demo-blue"], BIG: known["demo-big"]}


def name_versions(world: World, main: str, own: str) -> None:
    """Let the group point to these versions of the two templates."""
    ids = templates(world)
    spec = {"LaunchTemplateId": ids[BIG], "Version": own}
    part = {
        "LaunchTemplateSpecification": {"LaunchTemplateId": ids[SMALL], "Version": main},
        "Overrides": [
            {"InstanceType": SMALL},
            {"InstanceType": BIG, "LaunchTemplateSpecification": spec},
        ],
    }
    asg(world, "UpdateAutoScalingGroup", MixedInstancesPolicy={"LaunchTemplate": part})


def small_ones_left(world: World, number: int) -> None:
    """Let EC2 have so many small instances in each zone, and then only big ones."""
    for zone in world.account.zones:
        world.account.capacity[SMALL, zone] = number


def mixed(main: str = "$Latest", own: str = "1") -> World:
    """A group of two small and two big nodes, with a launch template for each type."""
    world = small.furnish(World(Kernel(1)))
    data = next(iter(world.account.templates.values())).versions[1].data
    big = {**data, "InstanceType": BIG}
    ec2(world, "CreateLaunchTemplate", LaunchTemplateName="demo-big", LaunchTemplateData=big)
    name_versions(world, main, own)
    small_ones_left(world, 0)
    for member in list(world.account.groups[BLUE].members)[:2]:
        params = {"InstanceId": member, "ShouldDecrementDesiredCapacity": False}
        world.account.call("autoscaling", "TerminateInstanceInAutoScalingGroup", params, "operator")
    world.kernel.advance(world.kernel.now + 900)
    assert types(world) == {SMALL: 2, BIG: 2}
    return world


def types(world: World) -> Counter[str]:
    """How many nodes of each type are in service."""
    members = world.account.groups[BLUE].counted()
    return Counter(world.account.instances[one.instance_id].instance_type for one in members)


def release(world: World, main: str = "$Latest", own: str = "1", **images: str) -> None:
    """Let an operator point the group at a new version of both templates.

    `images`: of a type by its size.
    """
    ids, written = templates(world), []
    for kind, version in ((SMALL, main), (BIG, own)):
        made = ec2(
            world,
            "CreateLaunchTemplateVersion",
            LaunchTemplateId=ids[kind],
            SourceVersion="1",
            LaunchTemplateData={"ImageId": images.get(kind[4:], world.facts["new_image"])},
        )
        number = str(made["LaunchTemplateVersion"]["VersionNumber"])
        if version == "$Default":
            ec2(world, "ModifyLaunchTemplate", LaunchTemplateId=ids[kind], DefaultVersion=number)
        written.append(number if version == "1" else version)
    name_versions(world, *written)
    world.kernel.advance(world.kernel.now + 60)


def due(main: str = "$Latest", own: str = "1") -> World:
    """Such a group, after a release."""
    world = mixed(main, own)
    release(world, main, own)
    return world


def launched_from(world: World) -> set[str]:
    """The images that the group would launch now, by its templates."""
    found = resolve_origins(world.account, world.account.groups[BLUE])
    return {str(origin.data["ImageId"]) for origin in found}


def written(world: World) -> tuple[str, str]:
    """How the group points to its templates now."""
    part = (world.account.groups[BLUE].mixed or {})["LaunchTemplate"]
    own = part["Overrides"][1]["LaunchTemplateSpecification"]
    return part["LaunchTemplateSpecification"]["Version"], own["Version"]


def ended(world: World, **options: Any) -> Run:
    """Rotate without a breach, within six hours."""
    run = prepare(world, BLUE, **options)
    run.inbox.past = world.kernel.now + 6 * HOURS
    run()
    assert run.result is not None
    assert world.judge.breaches == []
    return run


@pytest.mark.parametrize(("main", "own"), POINTERS)
def test_each_node_comes_to_run_what_is_named_for_its_type(main: str, own: str) -> None:
    world = due(main, own)
    small_ones_left(world, 1)
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "complete", run.story()[-5:]
    assert run.result.values["replaced"] == 4
    assert all_current(world)
    assert len(types(world)) == 2, "both templates were launched"
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    (named,) = run.result.values["target"]["overrides"]
    ids = templates(world)
    assert (named["template"], named["version"], named["types"]) == (ids[BIG], "2", [BIG])
    assert run.result.values["target"]["template"] == ids[SMALL]
    again = ended(world, run_id="r2")
    assert again.result is not None
    assert (again.result.status, again.result.changed) == ("unchanged", False)


def test_only_the_nodes_whose_template_has_moved_are_replaced() -> None:
    world = mixed()
    ec2(
        world,
        "CreateLaunchTemplateVersion",
        LaunchTemplateId=templates(world)[BIG],
        SourceVersion="1",
        LaunchTemplateData={"ImageId": world.facts["new_image"]},
    )
    name_versions(world, "$Latest", "2")
    world.kernel.advance(world.kernel.now + 60)
    run = ended(world)
    assert run.result is not None
    assert (run.result.status, run.result.values["replaced"]) == ("complete", 2)
    assert {node["image_id"] for node in run.result.values["nodes"]} == {world.facts["old_image"]}
    assert types(world) == {SMALL: 2, BIG: 2}


@pytest.mark.parametrize(("main", "own"), POINTERS)
def test_after_a_failed_canary_every_template_goes_back(main: str, own: str) -> None:
    world = due(main, own)
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    run = ended(world, boot_timeout=300)
    assert run.result is not None
    assert run.result.values["canary"] == "failed"
    assert launched_from(world) == {world.facts["old_image"]}
    assert written(world) == (main, own), "how it points is as before"
    (told,) = [event.text for _at, event in run.events if "rolled back" in event.text]
    assert told == "rolled back to version 1 of demo-blue and version 1 of demo-big"
    assert {**traces(world), "journals": []} == CLEAN


@pytest.mark.parametrize("restore", [False, True])
def test_what_a_killed_run_owed_goes_back_with_every_template(restore: bool) -> None:
    def bad() -> World:
        world = due()
        world.bad_images[world.facts["new_image"]] = NEVER_JOINS
        return world

    probe = prepare(bad(), BLUE, boot_timeout=300)
    probe()
    names = [type(command).__name__ for _at, command in probe.inbox.commands]
    world = bad()
    with pytest.raises(Killed):
        prepare(world, BLUE, boot_timeout=300, kill_at_command=names.index("PointBack"))()
    assert launched_from(world) == {world.facts["new_image"]}
    second = rotate(world, BLUE, run_id="r2", boot_timeout=300, restore_only=restore)
    assert second.result is not None
    assert launched_from(world) == {world.facts["old_image"]}
    assert (second.result.status == "failed") is not restore
    assert {**traces(world), "journals": []} == CLEAN
    assert world.judge.breaches == []


def test_the_nodes_of_every_template_can_be_rotated_back_as_well() -> None:
    world = due()
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    run = ended(world, boot_timeout=300, on_failure="rollback")
    assert run.result is not None
    assert run.result.status == "failed"
    members = world.account.groups[BLUE].counted()
    assert {world.account.instances[one.instance_id].image_id for one in members} == {
        world.facts["old_image"]
    }
    assert sizes(world) == (4, 4, 4)


def test_a_template_that_no_canary_has_tried_fails_as_one() -> None:
    world = mixed()
    good = world.account.images[world.facts["new_image"]]
    bad = dataclasses.replace(good, id="ami-0bad0bad0bad0bad0")
    world.account.images[bad.id] = bad
    world.bad_images[bad.id] = NEVER_JOINS
    release(world, xlarge=bad.id)
    small_ones_left(world, 1)
    run = ended(world, boot_timeout=300, failure_budget=3)
    assert run.result is not None
    assert any(event.text == "passed" for _at, event in run.events), "the canary was a small one"
    assert (run.result.status, run.result.values["canary"]) == ("failed", "failed")
    assert launched_from(world) == {world.facts["old_image"]}


def test_an_override_that_moves_in_mid_run_is_named_and_nothing_else_begins() -> None:
    world = due()
    world.kernel.after(150, lambda: name_versions(world, "$Latest", "1"))
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "failed"
    ids = templates(world)
    assert f"moved from {ids[BIG]} version 2 to {ids[BIG]} version 1" in str(run.result.error)


def test_one_template_in_two_versions_is_refused() -> None:
    world = due()
    ids = templates(world)
    part = {
        "LaunchTemplateSpecification": {"LaunchTemplateId": ids[SMALL], "Version": "1"},
        "Overrides": [
            {"InstanceType": SMALL},
            {
                "InstanceType": BIG,
                "LaunchTemplateSpecification": {"LaunchTemplateId": ids[SMALL], "Version": "2"},
            },
        ],
    }
    asg(world, "UpdateAutoScalingGroup", MixedInstancesPolicy={"LaunchTemplate": part})
    world.kernel.advance(world.kernel.now + 60)
    run = ended(world)
    assert run.result is not None
    assert run.result.status == "refused"
    said = f"launches more than one version of launch template {ids[SMALL]}"
    assert said in str(run.result.error)
