# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random worlds with a managed node group replay exactly, and find errors."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.nodegroups import (
    Nodegroups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed import work
from ansible_collections.nodeops.rotator.tests.simulate import __main__, planes
from ansible_collections.nodeops.rotator.tests.simulate.eks_misfortunes import EKS_MISFORTUNES
from ansible_collections.nodeops.rotator.tests.simulate.nodegroups import (
    draw_managed,
    is_managed,
    judge_managed,
)
from ansible_collections.nodeops.rotator.tests.simulate.verdict import Verdict

QUIET = dataclasses.replace(draw_managed(7, 14), rival=False, faults=(), options={})
"""A world in which nothing goes wrong, but for deaths of runs."""


def test_one_world_in_thirty_has_a_managed_node_group_and_none_a_control_plane_too() -> None:
    assert [number for number in range(90) if is_managed(number)] == [14, 44, 74]
    assert not any(is_managed(number) and planes.is_one(number) for number in range(900))


def test_a_plan_depends_on_its_seed_and_number_alone() -> None:
    assert draw_managed(7, 14) == draw_managed(7, 14)
    assert draw_managed(7, 14) != draw_managed(7, 44)
    assert draw_managed(7, 14) != draw_managed(8, 14)


def test_a_world_in_which_nothing_goes_wrong_is_good_and_replayed_exactly() -> None:
    verdict = judge_managed(QUIET)
    assert verdict.good, verdict
    assert judge_managed(QUIET) == verdict


def test_a_plan_can_be_made_smaller_without_changing_the_rest() -> None:
    plan = next(plan for n in range(99) if len((plan := draw_managed(7, n)).faults) == 3)
    smaller = draw_managed(7, plan.number, frozenset({0, 2}))
    assert smaller == dataclasses.replace(plan, faults=(plan.faults[0], plan.faults[2]))
    assert smaller.command == f"make simulate SEED=7 WORLD={plan.number} KEEP=0,2"


def test_every_misfortune_is_drawn() -> None:
    drawn = {act for number in range(99) for _number, _at, act in draw_managed(7, number).faults}
    assert drawn == set(EKS_MISFORTUNES)


def test_a_run_that_writes_to_the_auto_scaling_group_is_a_breach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin = Nodegroups.update_version

    def meddle(self: Nodegroups, cluster: str, name: str, *given: Any) -> Any:
        group = self.read(cluster, name).group
        params = {"AutoScalingGroupName": group.name, "DesiredCapacity": group.desired + 1}
        self._aws.call("meddle", "autoscaling", "SetDesiredCapacity", **params)
        return begin(self, cluster, name, *given)

    monkeypatch.setattr(Nodegroups, "update_version", meddle)
    breaches = judge_managed(QUIET).breaches
    assert any("of a managed node group is written to" in one for one in breaches)


def test_an_update_that_is_taken_for_done_too_early_is_untold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(work, "_begin", lambda ctx: ctx.end("complete"))
    assert any("the node group runs" in one for one in judge_managed(QUIET).untold)


def test_a_world_with_a_managed_node_group_is_played_in_its_turn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    played = []

    def judged(plan: object) -> Verdict:
        played.append(plan)
        return Verdict(breaches=("x",))

    monkeypatch.setattr(__main__.nodegroups, "judge_managed", judged)
    assert __main__.main(["--seed", "7", "--world", "14"]) == 1
    assert played == [draw_managed(7, 14)]
    assert draw_managed(7, 14).command in capsys.readouterr().out
