# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others act while a rotation runs.

They are operators, autoscalers, other runs, and whoever decides what we may do.
"""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import observe
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def operator(world: World, desired: int) -> None:
    """Somebody sets desired; from now on that is what the users ask for."""
    change = desired - world.account.groups[BLUE].desired
    world.account.call(
        "autoscaling",
        "SetDesiredCapacity",
        {"AutoScalingGroupName": BLUE, "DesiredCapacity": desired},
        "operator",
    )
    world.judge.rules[BLUE].base += change
    world.judge.rules[BLUE].surge += max(0, -change)


def killed(world: World, run_id: str, command: int, **options: Any) -> Run:
    """A run that dies before this command."""
    run = prepare(world, BLUE, run_id, kill_at_command=command, **options)
    with pytest.raises(Killed):
        run()
    return run


@pytest.mark.parametrize("at", [100, 150, 200, 300])
def test_a_surge_that_an_autoscaler_takes_back_down_to_the_minimum_is_not_given_back_again(
    at: int,
) -> None:
    world = due()
    group = world.account.groups[BLUE]
    group.minimum = 4
    world.kernel.after(at, lambda: operator(world, 4) if group.desired > 4 else None)
    run = rotate(world, BLUE)
    assert run.result is not None, run.story()[-4:]
    assert run.result.error is None, run.story()[-4:]
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize("at, lower", [(150, 1), (250, 2), (300, 2)])
def test_what_is_above_a_desired_that_was_lowered_behind_the_fence_is_drained(
    at: int, lower: int
) -> None:
    world = due(replicas=4)
    group = world.account.groups[BLUE]
    world.kernel.after(at, lambda: operator(world, group.desired - lower))
    run = prepare(world, BLUE, max_surge="0", max_unavailable="1")
    world.judge.rules[BLUE].unavailable = 2
    run.inbox.past = 7200
    run()
    assert run.result is not None, run.story()[-4:]
    assert run.result.error is None, run.story()[-4:]
    assert all_current(world)
    assert sizes(world) == (4 - lower, 4 - lower, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_protection_that_was_there_before_us_stays() -> None:
    world = due()
    group = world.account.groups[BLUE]
    group.settings["NewInstancesProtectedFromScaleIn"] = True
    for member in list(group.members.values())[1:]:
        member.protected = True
    world.judge.begin()
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.error is None
    assert world.judge.breaches == []
    assert traces(world) == {**CLEAN, "protected": 4, "protects_new": True}


@pytest.mark.parametrize("seed", range(1, 7))
def test_a_run_right_after_another_takes_nothing_of_it_for_the_users_wish(seed: int) -> None:
    world = due(seed, aws=AwsBehavior(describe_lag=10.0))
    assert rotate(world, BLUE).result is not None
    template = (world.account.groups[BLUE].template or {})["LaunchTemplateId"]
    params = {
        "LaunchTemplateId": template,
        "SourceVersion": "$Latest",
        "LaunchTemplateData": {"ImageId": world.facts["old_image"]},
    }
    made = world.account.call("ec2", "CreateLaunchTemplateVersion", params, "operator")
    run = rotate(
        world, BLUE, run_id="r2", version=str(made["LaunchTemplateVersion"]["VersionNumber"])
    )
    assert run.result is not None, run.story()[-3:]
    assert run.result.error is None, run.story()[-3:]
    assert set(images(world)) == {world.facts["old_image"]}
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_the_record_of_a_run_that_came_and_died_while_we_looked_is_not_written_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = due(size=3, replicas=3)
    rotate(world, BLUE)  # its Lease stays, with an empty record
    point_to(world, BLUE, world.facts["old_image"])
    run, stale, seen = prepare(world, BLUE, "b", soak=20), observe.stale, []

    def meanwhile(ctx: RotationContext) -> bool:
        if ctx.policy.run == "b" and not seen:
            seen.append(killed(world, "a", 60))
        return stale(ctx)

    monkeypatch.setattr(observe, "stale", meanwhile)
    run()
    assert run.result is not None, run.story()[-4:]
    assert run.result.error is None, run.story()[-4:]
    assert run.result.values["resumed"], run.story()[-4:]
    assert sizes(world) == (3, 3, 3)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize("command", [36, 39, 42])
def test_a_maximum_that_we_raised_in_two_steps_is_ours_after_a_kill_between_them(
    command: int,
) -> None:
    world = due(size=6, replicas=6)
    killed(world, "r1", command, max_surge="3", soak=20)
    run = rotate(world, BLUE, run_id="r2", restore_only=True)
    assert run.result is not None
    assert not any("somebody changed" in sentence for sentence in run.result.values["not_restored"])


@pytest.mark.parametrize("at", [60.06, 60.1, 60.11, 60.13])
def test_a_stop_while_the_lock_is_being_taken_leaves_it_free(at: float) -> None:
    world = due()
    run = prepare(world, BLUE)
    run.inbox.stop_at(at)
    result = run()
    assert result.status == "stopped"
    assert traces(world) == CLEAN


def test_a_template_deleted_in_mid_run_settles_and_takes_no_fresh_node_for_outdated() -> None:
    world = due()
    run = prepare(world, BLUE)
    world.kernel.after(200, world.account.templates.clear)
    run()
    assert run.result is not None
    assert run.result.status == "failed"
    assert "was deleted" in str(run.result.error)
    assert run.result.values["replaced"] <= 2
    assert traces(world)["cordoned"] == []
    assert world.judge.breaches == []


def test_a_template_that_a_late_read_does_not_show_changes_nothing() -> None:
    world = due()
    faults = [
        Fault("ec2:DescribeLaunchTemplateVersions", "InvalidLaunchTemplateId.NotFound", skip=skip)
        for skip in range(3, 60, 4)
    ]
    world.gate.faults += faults
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.error is None
    assert run.result.values["replaced"] == 4
    assert all_current(world)
    assert traces(world) == CLEAN
    assert world.kernel.now < 700
    assert world.judge.breaches == []


@pytest.mark.parametrize(
    "denied",
    [
        "SuspendProcesses",
        "SetInstanceProtection",
        "SetDesiredCapacity",
        "CreateOrUpdateTags",
        "UpdateAutoScalingGroup",
    ],
)
def test_what_we_may_not_do_keeps_nothing_else_from_being_put_back(denied: str) -> None:
    world = due()
    world.account.denied.append(("*", f"autoscaling:{denied}"))
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "failed"
    assert denied in str(run.result.error)
    assert run.result.values["not_restored"] == [], "what was never set is not left either"
    assert world.kernel.now < 300
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize("denied, kept", [("ResumeProcesses", "suspended"), ("DeleteTags", "tags")])
def test_of_what_may_not_be_put_back_only_that_is_left(denied: str, kept: str) -> None:
    world = due()
    world.account.denied.append(("*", f"autoscaling:{denied}"))
    run = rotate(world, BLUE)
    assert run.result is not None
    assert all_current(world)
    assert denied in run.result.values["not_restored"][0]
    found = traces(world)
    assert {name for name, value in found.items() if value != CLEAN[name]} <= {
        kept,
        "journals",
    }
    assert found[kept]
    assert world.judge.breaches == []


def test_a_node_that_may_not_be_terminated_goes_back_and_no_other_is_tried() -> None:
    world = due()
    world.account.denied.append(("*", "autoscaling:TerminateInstanceInAutoScalingGroup"))
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "failed"
    assert run.phases().count("cordoned") == 1
    assert {**traces(world), "journals": []} == CLEAN
    assert any(
        "5 nodes, 1 above its base of 4" in sentence
        for sentence in run.result.values["not_restored"]
    )
    assert sizes(world) == (5, 5, 5)
    assert world.judge.breaches == []


@pytest.mark.parametrize("denied", ["create leases", "patch nodes", "create pods/eviction"])
def test_what_the_api_server_forbids_ends_soon_and_leaves_nothing(denied: str) -> None:
    world = due()
    world.cluster.denied.append(("*", denied))
    run = rotate(world, BLUE)
    assert run.result is not None
    assert denied.split()[1] in str(run.result.error)
    assert world.kernel.now < 300
    assert images(world) == [world.facts["old_image"]] * 4
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []
