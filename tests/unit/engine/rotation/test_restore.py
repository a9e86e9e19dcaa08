# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes are restored if still ours; everything else is left and reported."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    Protect,
    ProtectNew,
    Resume,
    SetMaxSize,
    SetTag,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    SHIELDED,
    SIGNPOST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
    Marks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import restore
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.restore_builders import (
    OURS,
    PAIR,
    REBALANCE,
    a_look,
    recorded,
    restored,
)


class TestTheWhole:
    def test_a_clean_record_is_restored(self) -> None:
        assert restored(a_look()) == (True, [], ())

    @pytest.mark.parametrize(("resumed", "taken"), [(True, NOW - 20), (False, NOW)])
    def test_the_record_of_an_earlier_run_is_judged_once_reads_have_its_acts(
        self, resumed: bool, taken: float
    ) -> None:
        ctx = a_look(resumed=resumed, taken=taken, journal=recorded(suspended=(REBALANCE,)))
        assert restored(ctx)[0]

    def test_no_record_is_dropped_while_its_act_may_be_done_and_not_seen(self) -> None:
        lost = Suspend("blue", (REBALANCE,))
        ctx = a_look(unanswered={lost: NOW - 3}, journal=recorded(suspended=(REBALANCE,)))
        assert restored(ctx)[0] is False
        assert ctx.journal.suspended == (REBALANCE,)

    @pytest.mark.parametrize(
        "more",
        [
            pytest.param({"acted": NOW + 1}, id="a read older than our last act"),
            pytest.param(
                {"journal": recorded(base=2, expected=3, raise_from=2)}, id="a raise in the air"
            ),
            pytest.param(
                {"resumed": True, "taken": NOW - 19.9}, id="a read that may lack an earlier run"
            ),
        ],
    )
    def test_nothing_is_judged_on_a_read_that_proves_nothing(self, more: dict[str, Any]) -> None:
        ctx = a_look(**{"group": {"max_size": 9}, **more})
        assert restored(ctx) == (False, [], ())
        assert ctx.poll_soon is True

    @pytest.mark.parametrize(("waited", "over"), [(0, False), (89, False), (90, True)])
    def test_the_reads_have_to_show_it(self, waited: float, over: bool) -> None:
        ctx = a_look(timers={"unseen": NOW - waited})
        ctx.note(read=dataclasses.replace(ctx.group, protects_new=True))
        assert restore.restored(ctx) is over

    def test_all_of_it_is_issued_at_once(self) -> None:
        ctx = a_look(
            recorded(max_size=(2, 9), suspended=("AZRebalance",), fenced=True),
            group={
                "max_size": 9,
                "suspended": REBALANCE,
                "protects_new": True,
                "tags": {SIGNPOST: "r1"},
            },
        )
        done, commands, left = restored(ctx)
        assert (done, left) == (False, ())
        assert commands == [
            Resume("blue", ("AZRebalance",)),
            SetMaxSize("blue", 2),
            ProtectNew("blue", False),
            SetTag("blue", SIGNPOST, None),
        ]


class TestNodes:
    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param(OURS, id="cordoned"),
            pytest.param({"taints": (SOFT_TAINT,)}, id="tainted"),
            pytest.param({"annotations": {SHIELDED: "r1"}}, id="shielded"),
        ],
    )
    def test_that_carry_our_marks_are_written(self, fields: dict[str, Any]) -> None:
        ctx = a_look(nodes=(a_node("m", **fields), a_node("n")))
        done, commands, _left = restored(ctx)
        assert done is False
        assert [one.name for one in commands if isinstance(one, ChangeNode)] == ["m"]

    def test_that_are_clean_of_taints_are_recorded_so(self) -> None:
        ctx = a_look(RUNNING)
        assert restored(ctx)[0] is True
        assert ctx.journal.tainted is False

    def test_that_still_carry_a_taint_are_not(self) -> None:
        ctx = a_look(RUNNING, nodes=(a_node("m", taints=(SOFT_TAINT,)), a_node("n")))
        restored(ctx)
        assert ctx.journal.tainted is True


class TestProcesses:
    @pytest.mark.parametrize(
        ("recorded_", "now", "command"),
        [
            pytest.param(("AZRebalance",), REBALANCE, True, id="ours"),
            pytest.param(("AZRebalance",), frozenset(), False, id="somebody resumed it"),
            pytest.param((), REBALANCE, False, id="somebody else's"),
        ],
    )
    def test_that_we_suspended_are_resumed(
        self, recorded_: tuple[str, ...], now: frozenset[str], command: bool
    ) -> None:
        ctx = a_look(recorded(suspended=recorded_), group={"suspended": now})
        done, commands, _left = restored(ctx)
        assert commands == ([Resume("blue", ("AZRebalance",))] if command else [])
        assert done is not command
        if not command:
            assert ctx.journal.suspended == ()

    @pytest.mark.parametrize(
        ("zones", "found", "resumed"),
        [
            pytest.param("ab", 0, True, id="balanced"),
            pytest.param("aab", 0, True, id="one more in a zone"),
            pytest.param("aaab", 0, False, id="two more in a zone"),
            pytest.param("aaab", 2, True, id="as they were found"),
        ],
    )
    def test_rebalancing_stays_off_where_it_would_end_undrained_nodes(
        self, zones: str, found: int, resumed: bool
    ) -> None:
        members = [an_instance(f"{n}", fresh=True, zone=zone) for n, zone in enumerate(zones)]
        group = a_group(*members, suspended=REBALANCE, zones=("a", "b"))
        nodes = [a_node(f"{n}") for n in range(len(zones))]
        ctx = a_look(recorded(suspended=("AZRebalance",), spread=found), nodes, group=group)
        _done, commands, left = restored(ctx)
        assert bool(commands) is resumed
        assert bool(left) is not resumed
        if not resumed:
            assert "its zones differ by 2 instances" in left[0]

    def test_the_other_processes_are_resumed_even_then(self) -> None:
        members = [an_instance(f"{n}", fresh=True, zone=zone) for n, zone in enumerate("aaab")]
        ours = ("AZRebalance", "AlarmNotification", "ScheduledActions")
        group = a_group(*members, suspended=frozenset(ours), zones=("a", "b"))
        nodes = [a_node(f"{n}") for n in range(4)]
        _done, commands, left = restored(a_look(recorded(suspended=ours), nodes, group=group))
        assert commands == [Resume("blue", ours[1:])]
        assert "AZRebalance of Auto Scaling group blue stays suspended" in left[0]


class TestMaxSize:
    @pytest.mark.parametrize(
        ("record", "group", "command", "after", "words"),
        [
            pytest.param(None, {"max_size": 9}, None, None, "", id="never raised"),
            pytest.param((2, 9), {"max_size": 9}, 2, (2, 9), "", id="ours"),
            pytest.param((2, 8, 9), {"max_size": 8}, 2, (2, 8, 9), "", id="one of ours"),
            pytest.param((2, 9), {"max_size": 2}, None, None, "", id="as it was"),
            pytest.param((2, 9), {"max_size": 7}, None, None, "changed it", id="somebody's"),
            pytest.param((1, 9), {"max_size": 9}, None, (1, 9), "was 1", id="more launched"),
            pytest.param(
                (2, 9), {"max_size": 9, "desired": 3}, None, (2, 9), "was 2", id="more desired"
            ),
        ],
    )
    def test_goes_back_where_that_costs_nobody(
        self, record: Any, group: dict[str, Any], command: int | None, after: Any, words: str
    ) -> None:
        ctx = a_look(recorded(max_size=record), group=group)
        _done, commands, left = restored(ctx)
        assert commands == ([] if command is None else [SetMaxSize("blue", command)])
        assert ctx.journal.max_size == after
        assert bool(left) is bool(words)
        assert words in "".join(left)

    def test_that_the_group_goes_on_to_refuse_ends_the_wait(self) -> None:
        command = SetMaxSize("blue", 2)
        retries = {command: Retry(15, NOW, RefusedError("no"))}
        ctx = a_look(recorded(max_size=(2, 9)), group={"max_size": 9}, retries=retries)
        assert restore.restored(ctx) is True


class TestProtection:
    @pytest.mark.parametrize(
        ("record", "protected", "protects_new", "commands"),
        [
            pytest.param({"fenced": False}, "mn", True, [], id="not ours"),
            pytest.param({}, "mn", True, [ProtectNew("blue", False)], id="the setting first"),
            pytest.param(
                {}, "mn", False, [Protect("blue", ("i-m", "i-n"), False)], id="then the instances"
            ),
            pytest.param(
                {"protected": ("i-m",)},
                "mn",
                False,
                [Protect("blue", ("i-n",), False)],
                id="not one that was protected before",
            ),
            pytest.param(
                {"protects_new": True, "unprotected": ("i-n",)},
                "mn",
                True,
                [Protect("blue", ("i-n",), False)],
                id="a group that protects new ones: only those that were not",
            ),
            pytest.param({}, "", False, [], id="nothing is left of it"),
        ],
    )
    def test_is_taken_off_where_we_put_it(
        self, record: dict[str, Any], protected: str, protects_new: bool, commands: list[Command]
    ) -> None:
        members = [
            dataclasses.replace(one, protected=one.id.removeprefix("i-") in protected)
            for one in PAIR
        ]
        group = a_group(*members, protects_new=protects_new)
        ctx = a_look(recorded(**{"fenced": True, **record}), group=group)
        assert restored(ctx)[1] == commands
        assert ctx.journal.fenced is bool(commands)

    @pytest.mark.parametrize(
        ("desired", "waited", "over"),
        [(3, 0, False), (3, 599, False), (3, 600, True), (1, 600, True)],
    )
    def test_stays_while_more_or_less_is_launched_than_desired(
        self, desired: int, waited: float, over: bool
    ) -> None:
        journal = recorded(fenced=True)
        group = {"desired": desired, "protects_new": True, "max_size": 9}
        ctx = a_look(journal, group=group, timers={"unfence": NOW - waited})
        done, commands, left = restored(ctx)
        assert (done, commands, ctx.journal.fenced) == (over, [], True)
        assert bool(left) is over

    def test_is_taken_off_what_somebody_has_put_into_standby_too(self) -> None:
        aside = an_instance("s", protected=True, lifecycle="Standby")
        found = an_instance("t", protected=True, lifecycle="Standby")
        group = a_group(*PAIR, aside, found, desired=2)
        ctx = a_look(recorded(fenced=True, protected=("i-t",)), group=group)
        assert restored(ctx)[1] == [Protect("blue", ("i-s",), False)]

    def test_is_taken_off_fifty_at_a_time(self) -> None:
        many = [an_instance(f"{n:03}", fresh=True, protected=True) for n in range(120)]
        ctx = a_look(recorded(fenced=True), (), group=a_group(*many, zones=("a",)))
        commands = [one for one in restored(ctx)[1] if isinstance(one, Protect)]
        assert [len(one.instances) for one in commands] == [50, 50, 20]


class TestTheEnd:
    def test_a_look_after_everything_was_written_is_clean(self) -> None:
        ctx = a_look(recorded(suspended=("AZRebalance",), tainted=True, max_size=(2, 9)))
        assert restore.restored(ctx) is True
        assert ctx.journal.clean is True

    def test_a_node_that_is_still_chosen_to_leave_is_not_put_back(self) -> None:
        marks = Marks(selected=frozenset(("i-m",)))
        nodes = (a_node("m", **OURS), a_node("n"))
        assert restored(a_look(nodes=nodes, marks=marks))[1] == []
