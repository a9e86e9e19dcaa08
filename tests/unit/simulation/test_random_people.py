# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people ask of a rotation in random worlds happens there, and is judged."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.tests.simulate import truthful
from ansible_collections.nodeops.rotator.tests.simulate.kinds.all import KINDS
from ansible_collections.nodeops.rotator.tests.simulate.people import People
from ansible_collections.nodeops.rotator.tests.simulate.plan import PEOPLE, Fault, draw, reduced
from ansible_collections.nodeops.rotator.tests.simulate.play import play
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulate.verdict import judge

QUIET = reduced(draw(7, 3), (), 4)


def played(kind: str, at: float, dice: str = "1") -> Trial:
    """A world in which people ask for this alone, and nothing goes wrong."""
    plan = dataclasses.replace(QUIET, faults=(Fault(0, kind, at, dice),))
    assert judge(plan).good, judge(plan)
    trial = Trial(plan)
    play(trial)
    return trial


def status(trial: Trial) -> str:
    """How the last run ended."""
    assert trial.last.result is not None
    return trial.last.result.status


def test_in_some_worlds_people_ask_for_something_and_faults_are_drawn_as_before() -> None:
    plans = [draw(7, number) for number in range(100)]
    wishes = [sum(KINDS[one.kind].letter == PEOPLE for one in plan.faults) for plan in plans]
    assert set(wishes) == {0, 1, 2}
    assert 10 < sum(map(bool, wishes)) < 40
    for plan, count in zip(plans, wishes, strict=True):
        first = len(plan.faults) - count
        assert all(KINDS[one.kind].letter == PEOPLE for one in plan.faults[first:])
        assert all(KINDS[one.kind].letter != PEOPLE for one in plan.faults[:first])


def test_a_pause_is_set_and_taken_off() -> None:
    trial = played("people_pause_the_rotation", 120.0)
    assert [text for _at, text in trial.log] == ["SOMEBODY pauses", "SOMEBODY goes on"]
    assert any(event.phase == "waiting" for _at, event in trial.last.events)
    assert status(trial) == "complete"


def test_a_node_that_people_keep_stays() -> None:
    trial = played("people_keep_a_node", 2.0)
    assert status(trial) == "partial"
    assert len(trial.instances(new=False)) == 1


def test_the_window_closes_before_the_end_and_the_rest_is_left() -> None:
    trial = played("the_maintenance_window_closes", 0.0)
    assert trial.last.policy.not_after == trial.people.closes
    assert status(trial) == ("partial" if trial.instances(new=False) else "complete")


def test_canaries_may_be_a_share() -> None:
    trial = played("the_canaries_are_a_share", 0.0)
    assert trial.last.policy.canary.percent


def test_a_warm_pool_is_rotated_too() -> None:
    trial = played("the_group_has_a_warm_pool", 0.0)
    pool = trial.group.warm_pool
    assert pool is not None
    images = {trial.world.account.instances[name].image_id for name in pool.members}
    assert images == {trial.world.facts["new_image"]}


@pytest.mark.parametrize("reuse", [True, False])
def test_reuse_that_is_not_as_it_was_is_found(reuse: bool) -> None:
    trial = played("the_group_has_a_warm_pool", 0.0)
    trial.people.reuse = reuse
    found = [one.what for one in trial.found.deviations(trial) if "reuse" in one.what]
    pool = trial.group.warm_pool
    assert pool is not None
    policy = pool.configuration.get("InstanceReusePolicy") or {}
    assert bool(found) is (bool(policy.get("ReuseOnScaleIn")) is not reuse)


def test_what_begins_after_its_window_and_what_is_left_unsaid_are_found() -> None:
    trial = played("people_keep_a_node", 2.0)
    assert truthful.false_statements(trial) == []
    late = dataclasses.replace(trial.last.policy, not_after=trial.world.kernel.now - 1e6)
    trial.last.policy = late
    assert any("after its window" in line for line in truthful.false_statements(trial))
    assert trial.last.result is not None
    trial.last.result.values["left_outdated"].clear()
    assert any("runs another image" in line for line in truthful.false_statements(trial))


def test_a_run_begins_only_in_an_open_window() -> None:
    people = People({"canary": "50%"})
    assert people.chosen(10.0) == {"canary": "50%"}
    people.open_for = 100.0
    assert people.chosen(10.0)["not_after"] == 110.0
    assert people.chosen(109.0)["not_after"] == 110.0
    assert people.chosen(110.0)["not_after"] == 210.0
