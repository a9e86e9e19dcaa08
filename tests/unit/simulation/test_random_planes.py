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

QUIET = dataclasses.replace(draw(7, 29), size=3, rival="", faults=())
"""A small world in which nothing goes wrong."""


def test_one_world_in_thirty_has_a_control_plane() -> None:
    assert [number for number in range(90) if is_one(number)] == [29, 59, 89]


def test_a_plan_depends_on_its_seed_and_number_alone() -> None:
    assert draw(7, 29) == draw(7, 29)
    assert draw(7, 29) != draw(7, 59)
    assert draw(7, 29) != draw(8, 29)


def test_a_world_in_which_nothing_goes_wrong_is_good_and_replayed_exactly() -> None:
    verdict = judge(QUIET)
    assert verdict.good
    assert judge(QUIET) == verdict


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
