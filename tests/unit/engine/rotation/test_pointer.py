# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""After a failed canary, instances launch from the previous version again."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import PointBack
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import pointer
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    TARGET,
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    RUNNING,
    a_context,
    a_policy,
)

GROUP = a_group(an_instance("w"))
OWED = dataclasses.replace(RUNNING, pointer_owed=True, previous=("lt-1", "1"))
BACK = PointBack("blue", (("lt-1", "1"),))


def a_look(journal: Journal = OWED, **more: Any) -> RotationContext:
    """A look at a run that owes the pointer back."""
    return a_context(GROUP, [a_node("w")], journal, **more)


class TestThePreviousSource:
    @pytest.mark.parametrize(
        ("sources", "found"),
        [
            pytest.param([("lt-1", "1")], ("lt-1", "1"), id="the version of the outdated node"),
            pytest.param(
                [("lt-1", "1"), ("lt-1", "0"), ("lt-1", "0")], ("lt-1", "0"), id="of most of them"
            ),
            pytest.param([("lt-9", "1")], ("", ""), id="another template is no way back"),
            pytest.param([("old-config", "")], ("", ""), id="nor is a launch configuration"),
            pytest.param([("lt-1", "2")], ("", ""), id="nor is the target itself"),
            pytest.param([], ("", ""), id="nothing is outdated"),
            pytest.param([("lt-9", "1"), ("lt-9", "1"), ("lt-1", "1")], ("lt-1", "1"), id="mixed"),
        ],
    )
    def test_is_what_most_outdated_nodes_came_from(
        self, sources: list[tuple[str, str]], found: tuple[str, str]
    ) -> None:
        members = [an_instance(f"{n}", source=source) for n, source in enumerate(sources)]
        assert pointer.previous_source(a_context(a_group(*members))) == found

    @pytest.mark.parametrize(
        ("source", "found"),
        [
            pytest.param(("old-config", ""), ("old-config", ""), id="another configuration"),
            pytest.param(("lt-1", "1"), ("", ""), id="a template is no way back"),
            pytest.param(("", ""), ("", ""), id="nor is nothing"),
        ],
    )
    def test_of_a_launch_configuration_is_one_as_well(
        self, source: tuple[str, str], found: tuple[str, str]
    ) -> None:
        ctx = a_context(a_group(an_instance("w", source=source)), target=Target("new-config", ""))
        assert pointer.previous_source(ctx) == found


@pytest.mark.parametrize(
    ("on_failure", "previous", "owed"),
    [
        pytest.param("rollback_template", ("lt-1", "1"), True, id="wanted, and there is a way"),
        pytest.param("rollback", ("lt-1", "1"), True, id="the nodes as well"),
        pytest.param("rollback_template", ("", ""), False, id="there is no way"),
        pytest.param("keep_template", ("lt-1", "1"), False, id="not wanted"),
    ],
)
def test_it_is_owed_where_it_is_wanted_and_there_is_a_way(
    on_failure: str, previous: tuple[str, str], owed: bool
) -> None:
    journal = dataclasses.replace(RUNNING, previous=previous)
    ctx = a_look(journal, policy=a_policy(on_failure=on_failure))
    pointer.owe(ctx)
    assert ctx.journal.pointer_owed is owed


class TestGoingBack:
    def test_is_asked_for_until_it_is_answered(self) -> None:
        ctx = a_look()
        pointer.back(ctx)
        assert (ctx.commands, ctx.journal.pointer_owed) == ([BACK], True)
        assert ctx.poll_soon is True

    def test_is_recorded_and_told_once_it_is_answered(self) -> None:
        ctx = a_look(acts={BACK: NOW - 1})
        pointer.back(ctx)
        assert (ctx.commands, ctx.journal.pointer_owed) == ([], False)
        assert ctx.memory.report.launches_from == ("lt-1", "1")
        assert ctx.events[0].text == "rolled back to version 1 of blue"

    def test_of_a_launch_configuration_names_it(self) -> None:
        back = PointBack("blue", (("old-config", ""),))
        journal = dataclasses.replace(OWED, previous=("old-config", ""))
        ctx = a_look(journal, acts={back: NOW - 1})
        pointer.back(ctx)
        assert ctx.events[0].text == "rolled back to old-config"

    def test_is_not_asked_for_where_nothing_is_owed(self) -> None:
        ctx = a_look(RUNNING)
        pointer.back(ctx)
        assert (ctx.commands, ctx.events) == ([], [])

    @pytest.mark.parametrize(("times", "given_up"), [(0, False), (4, False), (5, True), (9, True)])
    def test_is_left_to_the_next_run_after_five_failures(self, times: int, given_up: bool) -> None:
        retries = {BACK: Retry(times, NOW, RefusedError("no"))} if times else {}
        assert pointer.given_up(a_look(retries=retries)) is given_up


class TestWhatAnEarlierRunOwed:
    KNOWN = dataclasses.replace(OWED, run="earlier")

    def test_nothing(self) -> None:
        ctx = a_look(RUNNING)
        assert pointer.inherited(ctx) is False
        assert ctx.journal == a_look(RUNNING).journal

    @pytest.mark.parametrize(("restore_only", "mode"), [(False, "settle"), (True, "release")])
    def test_is_taken_over(self, restore_only: bool, mode: str) -> None:
        ctx = a_look(self.KNOWN, policy=a_policy(restore_only=restore_only), mode="survey")
        assert pointer.inherited(ctx) is True
        assert (ctx.memory.mode, ctx.journal.run, ctx.journal.pointer_owed) == (mode, "r1", True)
        assert ctx.memory.reads.target == TARGET
        assert isinstance(ctx.memory.report.problem, FailedError) is not restore_only

    def test_is_dropped_where_the_group_launches_from_something_else_by_now(self) -> None:
        journal = dataclasses.replace(self.KNOWN, target=("lt-1", "9", "ami-bad"))
        ctx = a_look(journal, mode="survey")
        assert pointer.inherited(ctx) is False
        assert ctx.journal.pointer_owed is False
        assert ctx.journal.store_owed is False
        assert ctx.memory.mode == "survey"

    @pytest.mark.parametrize(
        ("origin", "owed"), [(("kops", "nodes", "o/old"), True), (("aws", "", ""), False)]
    )
    def test_stays_owed_by_a_state_store_that_run_may_have_died_before_it_recorded(
        self, origin: tuple[str, str, str], owed: bool
    ) -> None:
        journal = dataclasses.replace(self.KNOWN, target=("lt-1", "9", "ami-bad"), origin=origin)
        tags = {"KubernetesCluster": "c", "kops.k8s.io/instancegroup": "nodes"}
        group = dataclasses.replace(GROUP, tags={**tags, "k8s.io/role/node": "1"})
        ctx = a_context(group, [a_node("w")], journal, mode="survey")
        assert pointer.inherited(ctx) is False
        assert (ctx.journal.pointer_owed, ctx.journal.store_owed) == (False, owed)
        assert ctx.journal.origin == origin


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target("lt-1", "7", "ami", "blue"), "new instances start from version 7 of blue (ami)"),
        (Target("lt-1", "7"), "new instances start from version 7 of lt-1"),
        (Target("config", "", "ami", "config"), "new instances start from config (ami)"),
        (
            Target("lt-1", "7", "ami", others=(Target("lt-1", "7", "ami-2", types=("m5.large",)),)),
            "new instances start from version 7 of lt-1 (ami-2)",
        ),
        (None, "what new instances start from does not exist"),
    ],
)
def test_what_new_instances_start_from_is_said(target: Target | None, said: str) -> None:
    ctx = a_context(a_group(an_instance("w"), resolved=target))
    assert pointer.launches_now(ctx) == said


@pytest.mark.parametrize(
    ("back", "equivalent", "said"),
    [
        pytest.param(("lt-1", "1"), {"1"}, "3 of blue, the same as version 1 (ami)", id="a copy"),
        pytest.param(("lt-1", "1"), set(), "3 of blue (ami)", id="somebody else's"),
        pytest.param(("lt-9", "1"), {"1"}, "3 of blue (ami)", id="another template went back"),
        pytest.param(("", ""), {"1"}, "3 of blue (ami)", id="nothing was rolled back"),
    ],
)
def test_a_version_made_to_go_back_is_told_with_the_old_one(
    back: tuple[str, str], equivalent: set[str], said: str
) -> None:
    made = Target("lt-1", "3", "ami", "blue", equivalent_versions=frozenset(equivalent))
    ctx = a_context(a_group(an_instance("w"), resolved=made))
    ctx.note(launches_from=back)
    assert pointer.launches_now(ctx) == f"new instances start from version {said}"


class TestTemplatesOfOverrides:
    MIXED = dataclasses.replace(
        TARGET, types=("m5.large",), others=(Target("lt-8", "5", types=("c5.large",)),)
    )
    BOTH = dataclasses.replace(OWED, previous_others=(("lt-8", "4"),))

    def look(self, **more: Any) -> RotationContext:
        """A look at an outdated node of each template."""
        nodes = (
            an_instance("w", type="m5.large"),
            an_instance("x", type="c5.large", source=("lt-8", "3")),
        )
        return a_context(a_group(*nodes, resolved=self.MIXED), target=self.MIXED, **more)

    @pytest.mark.parametrize(
        ("handed", "found"),
        [
            pytest.param((), (("lt-8", "3"),), id="what the outdated nodes came from"),
            pytest.param((("lt-8", "4"),), (("lt-8", "4"),), id="what the update has recorded"),
            pytest.param((("lt-7", "1"),), (("lt-8", "3"),), id="of another template"),
        ],
    )
    def test_are_remembered_with_what_they_were_before(
        self, handed: tuple[tuple[str, str], ...], found: object
    ) -> None:
        assert pointer.previous_source(self.look()) == ("lt-1", "1")
        assert pointer.previous_others(self.look(), handed) == found

    def test_are_forgotten_where_nothing_is_known_of_them(self) -> None:
        one = a_group(an_instance("w"), resolved=self.MIXED)
        assert pointer.previous_others(a_context(one, target=self.MIXED), ()) == ()

    def test_go_back_with_the_groups_own(self) -> None:
        ctx = a_look(self.BOTH)
        pointer.back(ctx)
        both = PointBack("blue", (("lt-1", "1"), ("lt-8", "4")))
        assert ctx.commands == [both]
        done = a_look(self.BOTH, acts={both: NOW - 1})
        pointer.back(done)
        assert done.journal.pointer_owed is False
        said = "rolled back to version 1 of blue and version 4 of lt-8"
        assert done.events[0].text == said

    def test_are_owed_also_where_the_groups_own_has_not_moved(self) -> None:
        ctx = a_look(dataclasses.replace(RUNNING, previous_others=(("lt-8", "4"),)))
        pointer.owe(ctx)
        assert ctx.journal.pointer_owed is True
        assert pointer.command_back(ctx) == PointBack("blue", (("lt-8", "4"),))

    @pytest.mark.parametrize(
        ("main", "own", "ways"),
        [
            pytest.param("2", "5", (("lt-1", "1"), ("lt-8", "4")), id="nothing has moved"),
            pytest.param("3", "5", (("lt-8", "4"),), id="only the group's own has gone back"),
            pytest.param("2", "4", (("lt-1", "1"),), id="only that of the override has"),
            pytest.param("3", "4", (), id="both have"),
        ],
    )
    def test_of_a_dead_run_are_owed_as_far_as_they_have_not_moved(
        self, main: str, own: str, ways: tuple[tuple[str, str], ...]
    ) -> None:
        owed = dataclasses.replace(self.BOTH, run="earlier", target_others=(("lt-8", "5", ""),))
        others = (dataclasses.replace(self.MIXED.others[0], version=own),)
        shown = dataclasses.replace(self.MIXED, version=main, others=others)
        group = a_group(an_instance("w"), resolved=shown)
        ctx = a_context(group, journal=owed, mode="survey", target=None)
        assert pointer.inherited(ctx) is bool(ways)
        assert ctx.journal.pointer_owed is bool(ways)
        assert ctx.journal.ways_back == ways

    def test_are_all_named_as_what_new_instances_start_from(self) -> None:
        said = "new instances start from version 2 of blue (ami-new) and version 5 of lt-8"
        assert pointer.launches_now(self.look()) == said
