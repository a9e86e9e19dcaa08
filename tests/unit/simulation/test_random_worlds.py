# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random worlds replay exactly, have faults of every family, and find errors."""

from __future__ import annotations

import dataclasses
import random
import re
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import begin
from ansible_collections.nodeops.rotator.tests.simulate import __main__, verdict
from ansible_collections.nodeops.rotator.tests.simulate.kinds.all import KINDS
from ansible_collections.nodeops.rotator.tests.simulate.oracles import WRITES, Oracles
from ansible_collections.nodeops.rotator.tests.simulate.plan import Plan, draw, reduced
from ansible_collections.nodeops.rotator.tests.simulate.shrink import shrink
from ansible_collections.nodeops.rotator.tests.simulate.sizes import CROSSING, Sizes
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial, dice_of
from ansible_collections.nodeops.rotator.tests.simulate.verdict import Verdict, judge
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call

QUIET = reduced(draw(7, 3), (), 2)
"""A small world in which nothing goes wrong."""


class TestAPlan:
    def test_depends_on_its_seed_and_number_alone(self) -> None:
        assert draw(7, 3) == draw(7, 3)
        assert draw(7, 3) != draw(7, 4)
        assert draw(7, 3) != draw(8, 3)

    def test_is_replayed_exactly(self) -> None:
        plan = reduced(draw(7, 11), None, 3)
        assert judge(plan) == judge(plan)

    def test_can_be_made_smaller_without_changing_the_rest(self) -> None:
        plan = next(draw(7, number) for number in range(99) if len(draw(7, number).faults) == 3)
        smaller = reduced(plan, (0, 2), 2)
        assert [fault.number for fault in smaller.faults] == [0, 2]
        assert smaller.faults == (plan.faults[0], plan.faults[2])
        assert (smaller.options, smaller.furnishing) == (plan.options, plan.furnishing)
        assert smaller.command.endswith(f"WORLD={plan.number} SIZE=2 KEEP=0,2")

    def test_draws_from_every_family_of_faults(self) -> None:
        drawn = {KINDS[fault.kind].letter for n in range(300) for fault in draw(7, n).faults}
        assert drawn == set("ABCDEFGHIJ")

    def test_draws_every_kind(self) -> None:
        drawn = {fault.kind for number in range(600) for fault in draw(7, number).faults}
        assert drawn == KINDS.keys()

    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("on_failure", {"rollback_template", "keep_template", "rollback"}),
            ("keep_failed", {True, False}),
            ("unknown_instances", {"leave", "end"}),
            ("workload_gate", {"wait", "warn", "off"}),
        ],
    )
    def test_tries_every_choice_of_an_option(self, name: str, values: set[Any]) -> None:
        assert {draw(7, number).options[name] for number in range(300)} == values

    def test_hands_the_lease_over_in_some_worlds(self) -> None:
        found = {draw(7, number).furnishing["handover"] for number in range(300)}
        assert found == {True, False}


class TestAVerdict:
    def test_is_good_where_nothing_goes_wrong(self) -> None:
        found = judge(QUIET)
        assert found.good
        assert "complete" in found.story[-1]

    def test_finds_more_than_may_be_launched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The judge reads the World, so that a rule which the product has lost shows."""
        plan = _with_surge(QUIET, "2")
        monkeypatch.setattr(
            "ansible_collections.nodeops.rotator.tests.simulate.judge.FairJudge.begin", _strict
        )
        assert any("would be launched" in line for line in judge(plan).breaches)

    def test_finds_a_run_that_does_not_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(begin, "obstacle", lambda ctx: "nothing may begin")
        monkeypatch.setattr(begin, "end_if_stalled", lambda ctx, why: None)
        (hang,) = judge(QUIET).hangs
        assert hang.startswith("still running at")

    def test_finds_a_run_that_breaks_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(ctx: object) -> str:
            raise KeyError("no such node")

        monkeypatch.setattr(begin, "obstacle", broken)
        assert judge(QUIET).breaches == ("it breaks down: KeyError: 'no such node'",)

    def test_of_a_smaller_world_has_to_be_of_the_same_kind(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan = next(draw(7, number) for number in range(99) if len(draw(7, number).faults) == 3)
        bad, other = Verdict(untold=("x",)), Verdict(hangs=("y",))

        def judged(candidate: Plan) -> Verdict:
            return bad if 1 in {fault.number for fault in candidate.faults} else other

        monkeypatch.setattr(
            "ansible_collections.nodeops.rotator.tests.simulate.shrink.judge", judged
        )
        smallest, found = shrink(plan, bad)
        assert [fault.number for fault in smallest.faults] == [1]
        assert smallest.size == 2
        assert found is bad


@pytest.mark.parametrize(
    "kinds",
    [
        ("the_cluster_is_another", "a_pod_tolerates_everything", "a_pod_has_no_controller"),
        ("an_override_names_an_image", "an_override_names_an_image", "the_template_is_moved"),
    ],
)
def test_every_kind_stands_what_another_one_has_done(kinds: tuple[str, ...]) -> None:
    for seed in range(4):
        trial = Trial(QUIET)
        for number, name in enumerate(kinds):
            KINDS[name].act(trial, dice_of(f"{seed}/{number}"))
        assert trial.group.desired == 2


@pytest.mark.parametrize(
    ("faults", "names", "found"),
    [
        (("the_run_is_stopped",), ("r1", "r2", "x1"), ["unexplained: refused: r2"]),
        (("the_run_is_stopped",), ("r1",), ["unexplained: stopped: r1"]),
        ((), ("r1", "r2"), ["unexplained: stopped: r1"]),
    ],
    ids=["refused later", "nobody went on", "nobody stopped it"],
)
def test_after_a_stop_the_last_refusal_has_to_be_explained(
    faults: tuple[str, ...], names: tuple[str, ...], found: list[str]
) -> None:
    def run(name: str) -> Any:
        result = SimpleNamespace(status="stopped" if name == "r1" else "refused", error=name)
        return SimpleNamespace(policy=SimpleNamespace(run=name), result=result)

    runs = [run(name) for name in names]
    plan = SimpleNamespace(faults=[SimpleNamespace(kind=kind) for kind in faults])
    trial: Any = SimpleNamespace(last=runs[0], runs=runs, plan=plan, excused=["stopped: r2"])
    assert verdict._unexplained(trial) == found
    trial.excused.append(found[0].removeprefix("unexplained: "))
    assert verdict._unexplained(trial) == []


def _with_surge(plan: Plan, surge: str) -> Plan:
    return dataclasses.replace(plan, options={**plan.options, "max_surge": surge, "canary": 0})


def _strict(judge: Any) -> None:
    """Begin as the judge does, and allow no surge whatever the run was given."""
    super(type(judge), judge).begin()
    for name, group in judge._world.account.groups.items():
        judge.sizes[name] = Sizes(group.desired, group.minimum, group.maximum)
        judge.sizes[name].range = lambda now: (0, 0)  # type: ignore[method-assign]
        judge._available[name] = set(judge._world.truth.available[name])


class TestTwoRuns:
    """None of them acts again once the other one has acted."""

    @pytest.mark.parametrize(
        ("actors", "breaches"),
        [
            (("host_r1", "host_r1"), 0),
            (("host_r1", "host_r2"), 0),
            (("host_r1", "host_r2", "host_r1"), 1),
            (("host_r1", "operator", "host_r1"), 0),
        ],
    )
    def test_act_by_turns(self, actors: tuple[str, ...], breaches: int) -> None:
        oracles = Oracles(Trial(QUIET))
        for actor in actors:
            oracles._call(Call("autoscaling", "SetDesiredCapacity", {}, actor))
        assert len(oracles.breaches) == breaches

    def test_may_read_and_write_their_leases_at_any_time(self) -> None:
        oracles = Oracles(Trial(QUIET))
        for actor in ("host_r1", "host_r2", "host_r1"):
            oracles._call(Call("autoscaling", "DescribeAutoScalingGroups", {}, actor))
            oracles._call(Call("kubernetes", "update leases", {"name": "x"}, actor))
        assert oracles.breaches == []


class TestAFight:
    @pytest.mark.parametrize(
        ("actors", "breaches"), [(("host_r1",), 1), (("host_r1", "host_r2"), 0)]
    )
    def test_is_of_one_run(self, actors: tuple[str, ...], breaches: int) -> None:
        """What each of several runs tries for as long as it may is none."""
        oracles = Oracles(Trial(QUIET))
        for number in range(WRITES):
            params = {"namespace": "shop", "name": "web"}
            actor = actors[number * len(actors) // WRITES]
            oracles._call(Call("kubernetes", "create pods/eviction", params, actor))
        assert len(oracles.breaches) == breaches


class TestTheMaximum:
    @pytest.mark.parametrize(("seen", "right"), [(True, {9}), (False, {3, 9})])
    def test_of_others_is_lost_where_a_run_cannot_know_it(
        self, seen: bool, right: set[int]
    ) -> None:
        trial = Trial(QUIET)
        trial.found.maximum = {3}
        trial.set_maximum(9)
        if seen:
            lag = trial.world.account.behavior.describe_lag
            trial.world.kernel.advance(trial.now + lag)
            trial.judge.read("host_r1")
            trial.world.kernel.advance(trial.now + 1)
        params = {"AutoScalingGroupName": trial.name, "MaxSize": 4}
        trial.judge._actor = "host_r1"
        trial.judge._update(Call("autoscaling", "UpdateAutoScalingGroup", params, "host_r1"))
        assert trial.found.maxima(trial) == right


def test_somebody_points_a_group_with_an_override_to_an_image() -> None:
    trial = Trial(QUIET)
    KINDS["an_override_names_an_image"].act(trial, random.Random(1))
    assert trial.group.mixed
    trial.point_to(trial.world.facts["new_image"])
    assert trial.launches() == trial.world.facts["new_image"]


class TestTheSizesThatAreRight:
    @pytest.mark.parametrize(
        ("before", "after", "bases"),
        [(4, 6, {6}), (5, 4, {4}), (5, 7, {6}), (5, 3, {3})],
        ids=["a raise", "our surge is written away", "a raise above our surge", "below the base"],
    )
    def test_follow_a_write_of_others(self, before: int, after: int, bases: set[int]) -> None:
        sizes = Sizes(4, 0, 9)
        sizes.foreign(0.0, before, after)
        assert sizes.bases == bases

    def test_stay_within_the_limits(self) -> None:
        sizes = Sizes(4, 2, 5)
        sizes.foreign(0.0, 4, 8)
        assert sizes.bases == {5}

    def test_are_smaller_by_what_is_put_into_standby_or_as_large_as_a_number_says(self) -> None:
        sizes = Sizes(4, 2, 9)
        sizes.put_aside(0.0, 6)
        assert sizes.bases == {3, 4}
        sizes.put_aside(1.0, 3)
        assert sizes.bases == {2, 3}, "never below MinSize"

    def test_of_before_count_for_a_while(self) -> None:
        sizes = Sizes(4, 0, 9)
        sizes.foreign(10.0, 4, 6)
        assert sizes.range(10.0 + CROSSING - 1) == (4, 6)
        assert sizes.range(10.0 + CROSSING) == (6, 6)

    def test_are_both_where_writes_cross(self) -> None:
        sizes = Sizes(4, 0, 9)
        sizes.crossed(0.0, (5,))
        assert sizes.bases == {4, 5}


class TestTheLastLine:
    LINE = re.compile(r"simulate: (\d+) worlds, (\d+) breaches, (\d+) hangs, (\d+) untold")

    @pytest.mark.parametrize(
        ("found", "figures", "status"),
        [
            (Verdict(), "2 worlds, 0 breaches, 0 hangs, 0 untold", 0),
            (Verdict(breaches=("x", "y")), "2 worlds, 4 breaches, 0 hangs, 0 untold", 1),
            (Verdict(hangs=("x",)), "2 worlds, 0 breaches, 2 hangs, 0 untold", 1),
            (Verdict(untold=("x",)), "2 worlds, 0 breaches, 0 hangs, 2 untold", 1),
        ],
        ids=["good", "breaches", "hangs", "untold"],
    )
    def test_counts_everything_and_decides_the_status(
        self,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        found: Verdict,
        figures: str,
        status: int,
    ) -> None:
        monkeypatch.setattr(__main__, "judge", lambda plan: found)
        assert __main__.main(["--worlds", "2", "--first", "5", "--no-shrink"]) == status
        last = capsys.readouterr().out.splitlines()[-1]
        assert last == f"simulate: {figures}"
        assert self.LINE.fullmatch(last)
        assert verdict.Verdict is Verdict
