# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock comes before the template, and is handed over to the next rotation."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    LockedError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.tests.rotation.template_builders import (
    GREEN,
    SIZE,
    holder,
    lease_of,
    record,
    shared,
    update,
    versions,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

BOTH = {"rotated_groups": [BLUE, GREEN]}


def test_the_update_holds_the_lease_of_every_group_that_follows_and_says_what_it_did() -> None:
    world = shared()
    found, _warnings = update(world, BLUE, **BOTH)
    (template,) = list(world.account.templates.values())
    assert found.changed
    assert versions(world) == 2
    for group in (BLUE, GREEN):
        assert "r1" in holder(world, group)
        said = record(world, group)
        assert said["previous"] == [template.id, "1"]
        assert said["handover"] == "r1"
        assert said["target"] == [template.id, "2", world.facts["new_image"]]


def test_the_rotation_of_the_same_run_takes_it_at_once() -> None:
    world = shared()
    update(world, BLUE, **BOTH)
    began = world.kernel.now
    for group in (BLUE, GREEN):
        run = rotate(world, group, run_id="r1")
        assert run.result is not None
        assert run.result.status == "complete"
        if group == BLUE:
            assert run.events[0][0] - began < 5
        assert all_current(world, group)
        assert sizes(world, group) == (SIZE, SIZE, SIZE)
        assert {**traces(world, group), "holders": [], "journals": []} == CLEAN
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_another_run_waits_until_nobody_comes_for_it() -> None:
    world = shared(("$Latest", "1"))
    update(world, BLUE)
    began = world.kernel.now
    run = rotate(world, BLUE, run_id="other")
    taken = next(at for at, event in run.events if "taken over" in event.text)
    assert 110 <= taken - began <= 130
    assert run.result is not None
    assert run.result.status == "complete"
    assert all_current(world)


@pytest.mark.parametrize("kind", ["alive", "dead"])
def test_a_rotation_under_way_keeps_the_template_as_it_is(kind: str) -> None:
    world = shared()
    run = prepare(world, GREEN, "other", kill_at_command=30, max_node_age=60)
    with pytest.raises(Killed):
        run()
    if kind == "dead":
        world.kernel.advance(world.kernel.now + 600)
    before = lease_of(world, GREEN)
    with pytest.raises(RefusedError, match="a rotation of node group demo-green that has not"):
        update(world, BLUE, **BOTH)
    assert versions(world) == 1
    assert lease_of(world, GREEN) == before
    assert holder(world, BLUE) == ""


def held_by_somebody(world: World, group: str, renewing: bool) -> None:
    """Somebody holds the Lease and has not recorded anything yet."""
    probe = prepare(shared(), group, "other", max_node_age=60, max_surge=0, max_unavailable=1)
    probe()
    names = [type(command).__name__ for _at, command in probe.inbox.commands]
    second = names.index("WriteLease", names.index("WriteLease") + 1)
    run = prepare(world, group, "other", kill_at_command=second, max_node_age=60)
    with pytest.raises(Killed):
        run()
    world.kernel.advance(world.kernel.now + 1)
    assert "other" in holder(world, group)
    assert "tainted" not in record(world, group)

    def renew() -> None:
        now = world.kernel.utc().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        world.cluster.change("leases", lease_of(world, group), {"spec": {"renewTime": now}})

    if renewing:
        world.kernel.every(5, renew)


def test_a_lease_that_somebody_renews_keeps_the_template_as_it_is() -> None:
    world = shared()
    held_by_somebody(world, GREEN, renewing=True)
    with pytest.raises(LockedError, match="demo-green is held by host_other"):
        update(world, BLUE, **BOTH)
    assert versions(world) == 1
    assert holder(world, BLUE) == ""


def test_a_lease_of_a_dead_run_that_recorded_nothing_is_taken_over() -> None:
    world = shared()
    held_by_somebody(world, GREEN, renewing=False)
    began = world.kernel.now
    found, _warnings = update(world, BLUE, **BOTH)
    assert found.changed
    assert 25 <= world.kernel.now - began <= 45


def test_check_mode_takes_no_lease_and_tells_a_held_one() -> None:
    world = shared()
    held_by_somebody(world, GREEN, renewing=False)
    before = lease_of(world, GREEN)
    found, warnings = update(world, BLUE, check=True, **BOTH)
    assert found.changed
    assert versions(world) == 1
    assert lease_of(world, BLUE) is None
    assert lease_of(world, GREEN) == before
    assert len(warnings) == 1
    assert "demo-green is held by host_other" in warnings[0]


@pytest.mark.parametrize(
    "pointers, options, refused",
    [
        (("$Latest", "$Latest"), {}, True),
        (("$Default", "$Default"), {}, True),
        (("1", "$Latest"), {}, True),
        (("$Latest", "$Latest"), {"rotated_groups": [GREEN]}, False),
        (("$Latest", "$Latest"), {"shared_template": "allow"}, False),
        (("$Latest", "1"), {}, False),
        (("$Latest", "$Default"), {}, False),
        (("1", "$Default"), {}, False),
    ],
)
def test_a_group_that_would_follow_and_is_not_rotated_keeps_the_template_as_it_is(
    pointers: tuple[str, str], options: dict[str, Any], refused: bool
) -> None:
    world = shared(pointers)
    if refused:
        with pytest.raises(RefusedError, match="demo-green would launch from the new version too"):
            update(world, BLUE, **options)
        assert versions(world) == 1
        assert lease_of(world, BLUE) is None
    else:
        update(world, BLUE, **options)
        assert versions(world) == 2
        assert "r1" in holder(world, BLUE)
        assert bool(holder(world, GREEN)) is ("$Latest" in pointers[1])


def test_without_a_run_the_leases_are_given_up_after_the_update() -> None:
    world = shared()
    update(world, BLUE, run_id=None, **BOTH)
    assert versions(world) == 2
    assert holder(world, BLUE) == holder(world, GREEN) == ""
    assert traces(world)["journals"] == []


def test_what_need_not_be_changed_needs_no_lease() -> None:
    world = shared()
    update(world, BLUE, run_id=None, **BOTH)
    before = lease_of(world, BLUE)
    found, _warnings = update(world, BLUE, **BOTH)
    assert not found.changed
    assert lease_of(world, BLUE) == before


def test_an_update_that_fails_gives_the_leases_up_as_they_were_found() -> None:
    world = shared()

    def refuse() -> None:
        raise RefusedError("no")

    with pytest.raises(RefusedError, match="no"):
        update(world, BLUE, between=refuse, **BOTH)
    assert versions(world) == 1
    assert traces(world)["journals"] == []
    assert holder(world, BLUE) == holder(world, GREEN) == ""


def test_an_update_that_slept_changes_nothing() -> None:
    world = shared()

    def sleep() -> None:
        world.kernel.advance(world.kernel.now + 100)

    with pytest.raises(RotatorError, match="somebody else|another run"):
        update(world, BLUE, between=sleep, **BOTH)
    assert versions(world) == 1


def test_a_group_that_begins_to_follow_meanwhile_stops_it() -> None:
    world = shared(("$Latest", "1"))

    def follow() -> None:
        specification = dict(world.account.groups[BLUE].template or {})
        params = {"AutoScalingGroupName": GREEN, "LaunchTemplate": specification}
        world.account.call("autoscaling", "UpdateAutoScalingGroup", params, "operator")
        world.kernel.advance(world.kernel.now + 30)

    with pytest.raises(LockedError, match="demo-green has just begun to follow"):
        update(world, BLUE, between=follow)
    assert versions(world) == 1
    assert holder(world, BLUE) == ""


@pytest.mark.parametrize("command", range(4))
def test_killed_at_any_lease_the_next_run_updates_and_rotates(command: int) -> None:
    world = shared()
    with pytest.raises(Killed):
        update(world, BLUE, kill_at=command, **BOTH)
    assert versions(world) == 1
    found, _warnings = update(world, BLUE, run_id="r2", **BOTH)
    assert found.changed
    assert versions(world) == 2
    run = rotate(world, BLUE, run_id="r2")
    assert run.result is not None
    assert run.result.status == "complete"
    assert all_current(world)


def test_a_run_with_nothing_to_replace_gives_the_lease_up() -> None:
    world = shared(("$Latest", "1"))
    update(world, BLUE)
    rotate(world, BLUE, run_id="r1")
    update(world, BLUE, rollback=True, run_id="r2")
    update(world, BLUE, run_id="r2")
    assert "r2" in holder(world, BLUE)
    (template,) = list(world.account.templates.values())
    assert template.versions[2].data == template.versions[4].data
    run = rotate(world, BLUE, run_id="r2")
    assert run.result is not None
    assert run.result.status == "unchanged"
    assert not run.result.changed
    assert traces(world) == CLEAN


@pytest.mark.parametrize("plan_only", [False, True])
def test_a_run_that_is_refused_gives_the_lease_up_unless_it_only_plans(plan_only: bool) -> None:
    world = shared(("$Latest", "1"))
    update(world, BLUE)
    params = {"AutoScalingGroupName": BLUE, "ScalingProcesses": ["Launch"]}
    world.account.call("autoscaling", "SuspendProcesses", params, "operator")
    world.kernel.advance(world.kernel.now + 30)
    run = rotate(world, BLUE, run_id="r1", plan_only=plan_only)
    assert "process Launch suspended" in str(run.result.error if run.result else "")
    assert [bool(holder(world, BLUE)), bool(traces(world)["journals"])] == [plan_only] * 2


def test_the_first_run_s_rotation_does_not_die_of_a_second_run_s_update() -> None:
    """Plays on groups of one template: the second is refused, the first goes on."""
    world = shared()
    update(world, BLUE, **BOTH)
    refused: list[str] = []

    def second() -> None:
        world.facts["new_image"], kept = world.facts["old_image"], world.facts["new_image"]
        try:
            update(world, GREEN, run_id="second", **BOTH)
        except RotatorError as error:
            refused.append(str(error))
        world.facts["new_image"] = kept

    run = prepare(world, BLUE, run_id="r1")
    world.kernel.after(200, second)
    result = run()
    assert result.status == "complete"
    assert all_current(world)
    assert len(refused) == 1
    assert "a rotation of node group demo-blue" in refused[0]
