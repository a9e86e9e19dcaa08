# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random worlds with a control plane replay exactly, and find errors."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import reading
from ansible_collections.nodeops.rotator.tests.simulate import __main__, misfortunes, planes
from ansible_collections.nodeops.rotator.tests.simulate.planes import draw, is_one, judge
from ansible_collections.nodeops.rotator.tests.simulate.verdict import Verdict

USUAL = {
    "control_plane_repair": False,
    "allow_api_outage": False,
    "api_outage_timeout": 1800,
    "on_outage": "leave",
}
QUIET = dataclasses.replace(draw(7, 29), size=3, options=USUAL, rival="", faults=())
"""A small world in which nothing goes wrong."""
ALLOWED = {**USUAL, "allow_api_outage": True}


def test_one_world_in_thirty_has_a_control_plane() -> None:
    assert [number for number in range(90) if is_one(number)] == [29, 59, 89]


def test_a_plan_depends_on_its_seed_and_number_alone() -> None:
    assert draw(7, 29) == draw(7, 29)
    assert draw(7, 29) != draw(7, 59)
    assert draw(7, 29) != draw(8, 29)


def test_an_only_node_may_be_missing_where_that_is_allowed_and_that_is_replayed_exactly() -> None:
    single = dataclasses.replace(QUIET, size=1, options=ALLOWED)
    verdict = judge(single)
    assert verdict.good
    assert judge(single) == verdict


def test_a_plan_can_be_made_smaller_without_changing_the_rest() -> None:
    plan = next(plan for n in range(99) if len((plan := draw(7, n)).faults) == 3)
    smaller = draw(7, plan.number, frozenset({0, 2}))
    assert smaller == dataclasses.replace(plan, faults=(plan.faults[0], plan.faults[2]))
    assert smaller.command == f"make simulate SEED=7 WORLD={plan.number} KEEP=0,2"


def test_every_misfortune_is_drawn() -> None:
    drawn = {act for number in range(99) for _number, _at, act in draw(7, number).faults}
    assert drawn == set(misfortunes.MISFORTUNES)


def test_a_rotation_that_takes_every_node_for_whole_costs_a_quorum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planes, "TRIES", 1)
    monkeypatch.setattr(reading, "why_not_whole", lambda *asked: "")
    plan = dataclasses.replace(QUIET, faults=((0, 0.0, misfortunes.a_member_never_joins),))
    assert any("quorum" in breach for breach in judge(plan).breaches)


def test_every_kind_of_control_plane_is_drawn() -> None:
    plans = [draw(7, number) for number in range(99)]
    assert {plan.size for plan in plans} == {1, 3, 5}
    assert {plan.forbidden for plan in plans if plan.size == 1} == {True, False}
    assert {plan.options["control_plane_repair"] for plan in plans} == {True, False}


def test_an_outage_that_was_not_allowed_is_refused_by_the_run_and_found_by_the_judge(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forbidden = dataclasses.replace(QUIET, size=1)
    monkeypatch.setattr(planes, "TRIES", 1)
    assert judge(forbidden).good
    # A run that takes the leave that nobody has given.
    prepare = planes.prepare
    monkeypatch.setattr(
        planes, "prepare", lambda *asked, **options: prepare(*asked, **{**options, **ALLOWED})
    )
    verdict = judge(forbidden)
    assert any("without quorum" in breach for breach in verdict.breaches)
    assert any("not refused" in line for line in verdict.untold)


def test_a_node_that_dies_while_another_is_out_costs_no_quorum() -> None:
    faults = ((0, 0.0, misfortunes.a_second_node_dies),)
    verdict = judge(dataclasses.replace(QUIET, faults=faults))
    assert verdict.good
    assert any("fails while" in line for line in verdict.story)


def test_a_node_that_never_joins_is_ended_once_where_a_repair_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planes, "TRIES", 1)
    options = {**USUAL, "control_plane_repair": True}
    faults = ((0, 0.0, misfortunes.the_image_is_bad),)
    verdict = judge(dataclasses.replace(QUIET, options=options, faults=faults))
    assert verdict.good
    assert any("is ended once" in line for line in verdict.story)


def test_a_world_with_a_control_plane_is_played_in_its_turn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    played = []

    def judged(plan: object) -> Verdict:
        played.append(plan)
        return Verdict(breaches=("x",))

    monkeypatch.setattr(__main__.planes, "judge", judged)
    assert __main__.main(["--seed", "7", "--world", "29"]) == 1
    assert played == [draw(7, 29)]
    assert draw(7, 29).command in capsys.readouterr().out


def test_worlds_of_one_kind_can_be_tried_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[int] = []

    def judged(plan: planes.PlanePlan) -> Verdict:
        played.append(plan.number)
        return Verdict()

    monkeypatch.setattr(__main__.planes, "judge", judged)
    given = ["--kind", "control-plane", "--worlds", "3", "--first", "30"]
    assert __main__.main(given) == 0
    assert played == [59, 89, 119]


def test_every_world_is_of_one_kind() -> None:
    for number in range(90):
        assert sum(is_of(number) for is_of in __main__.KINDS.values()) == 1
