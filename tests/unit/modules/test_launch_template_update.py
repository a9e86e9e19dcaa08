# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""launch_template_update from stdin to stdout."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.template_builders import (
    with_configuration,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, point_to
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.modules.running import Runner

NAMED: dict[str, Any] = {"autoscaling_group_name": BLUE}


@pytest.fixture
def image(world: World) -> str:
    """Return the ID of an image that the group does not launch yet."""
    point_to(world, BLUE, world.facts["old_image"])
    return str(world.facts["new_image"])


def test_a_new_version_launches_the_image(run: Runner, world: World, image: str) -> None:
    outcome = run("launch_template_update", diff=True, **NAMED, image_id=image)
    assert outcome.code == 0, outcome.result
    result = outcome.result
    assert result["changed"] is True
    assert result["version"] == result["previous_version"] + 1
    assert (result["image_id"], result["previous_image_id"]) == (image, world.facts["old_image"])
    assert f"ImageId: {image}" in result["diff"][0]["after"]


def test_a_second_run_changes_nothing(run: Runner, world: World, image: str) -> None:
    first = run("launch_template_update", **NAMED, image_id=image).result
    run.calls.clear()
    again = run("launch_template_update", **NAMED, image_id=image).result
    assert (again["changed"], again["version"]) == (False, first["version"])
    assert [call for call in run.writes() if call != "ec2:RunInstances"] == []


def test_check_mode_tells_the_version_and_writes_nothing(
    run: Runner, world: World, image: str
) -> None:
    planned = run("launch_template_update", check=True, diff=True, **NAMED, image_id=image).result
    assert planned["changed"] is True
    assert [call for call in run.writes() if call != "ec2:RunInstances"] == []
    done = run("launch_template_update", diff=True, **NAMED, image_id=image).result
    assert (planned["version"], planned["diff"]) == (done["version"], done["diff"])


def test_it_is_rolled_back(run: Runner, world: World, image: str) -> None:
    run("launch_template_update", **NAMED, image_id=image)
    result = run("launch_template_update", **NAMED, state="rolled_back").result
    assert (result["changed"], result["image_id"]) == (True, world.facts["old_image"])


def test_overrides_are_merged_into_the_version(run: Runner, world: World, image: str) -> None:
    overrides = {"MetadataOptions": {"HttpTokens": "required"}}
    options = {"image_id": image, "overrides": overrides}
    result = run("launch_template_update", diff=True, **NAMED, **options).result
    assert "MetadataOptions.HttpTokens: required" in result["diff"][0]["after"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"image_id": "ami-1"}, "one of the following is required", id="nothing named"),
        pytest.param(
            {**NAMED, "launch_template_name": "x", "image_id": "ami-1"},
            "mutually exclusive",
            id="two things named",
        ),
        pytest.param(NAMED, "any of the following are missing", id="nothing wanted"),
        pytest.param(
            {**NAMED, "image_id": "debian"}, "'debian' is not a valid image ID", id="no image"
        ),
        pytest.param(
            {**NAMED, "image_id": "ami-0123456789abcdef0"},
            "does not exist",
            id="no such image",
        ),
        pytest.param(
            {"autoscaling_group_name": "demo-bleu", "image_id": "ami-0123456789abcdef0"},
            "",
            id="a group not there",
        ),
        pytest.param(
            {"launch_template_name": "web", "state": "rolled_back"},
            "There is no launch template web",
            id="a template not there",
        ),
        pytest.param(
            {**NAMED, "image_id": "ami-0123456789abcdef0", "keep_versions": -1},
            "keep_versions is -1",
            id="fewer than no versions",
        ),
        pytest.param(
            {"kops_instance_group": "nodes", "state": "rolled_back"},
            "kops_cluster",
            id="half of a kops group",
        ),
        pytest.param(
            {"eks_nodegroup": "ng", "state": "rolled_back"},
            "eks_cluster",
            id="no cluster",
        ),
        pytest.param({**NAMED, "state": "absent"}, "state must be one of", id="no choice"),
    ],
)
def test_bad_input_is_told_in_one_line_and_writes_nothing(
    run: Runner, world: World, options: dict[str, Any], words: str
) -> None:
    assert words in run("launch_template_update", **options).message
    assert run.writes() == []


UNAVAILABLE, DENIED = "ServiceUnavailable", "AccessDenied"


@pytest.mark.parametrize(
    ("options", "call", "code", "changed"),
    [
        ({"set_default": True}, "ec2:ModifyLaunchTemplate", DENIED, True),
        ({"pin": True}, "autoscaling:UpdateAutoScalingGroup", DENIED, True),
        ({}, "ec2:CreateLaunchTemplateVersion", DENIED, False),
        ({}, "ec2:CreateLaunchTemplateVersion", UNAVAILABLE, True),
        ({}, "autoscaling:DescribeAutoScalingGroups", UNAVAILABLE, False),
    ],
    ids=["default refused", "pin refused", "refused", "no answer", "not even read"],
)
def test_a_failure_says_whether_something_may_have_been_changed(
    run: Runner,
    world: World,
    image: str,
    options: dict[str, Any],
    call: str,
    code: str,
    changed: bool,
) -> None:
    world.account.gate.faults.append(Fault(call, code, times=-1))
    outcome = run("launch_template_update", **NAMED, image_id=image, **options)
    assert outcome.code == 1
    assert outcome.result["changed"] is changed
    assert outcome.result["status"] == ("failed" if changed else "refused")


@pytest.mark.parametrize(
    ("call", "changed"),
    [
        ("autoscaling:UpdateAutoScalingGroup", True),
        ("autoscaling:CreateLaunchConfiguration", False),
    ],
)
def test_so_does_one_with_a_launch_configuration(
    run: Runner, world: World, image: str, call: str, changed: bool
) -> None:
    with_configuration(world, "red")
    world.account.gate.faults.append(Fault(call, DENIED, times=-1))
    outcome = run("launch_template_update", autoscaling_group_name="red", image_id=image)
    assert outcome.code == 1
    assert outcome.result["changed"] is changed


@pytest.mark.parametrize(("code", "changed"), [(DENIED, False), (UNAVAILABLE, True)])
def test_so_does_a_rollback(
    run: Runner, world: World, image: str, code: str, changed: bool
) -> None:
    run("launch_template_update", **NAMED, image_id=image)
    world.account.gate.faults.append(Fault("ec2:CreateLaunchTemplateVersion", code, times=-1))
    outcome = run("launch_template_update", **NAMED, state="rolled_back")
    assert outcome.code == 1
    assert outcome.result["changed"] is changed
