# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failure leads to, which commands are given up, and lost access."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    Deregister,
    EnterStandby,
    Evict,
    Protect,
    ReadGroup,
    ReadLease,
    Register,
    Resume,
    SetDesired,
    SetMaxSize,
    Terminate,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    CredentialsError,
    FailedError,
    ForbiddenError,
    NotFoundError,
    RefusedError,
    RotatorError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Broken, reduce
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import failures
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import NODES
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    HELD,
    NOW,
    RUNNING,
    a_context,
    a_policy,
)

GROUP = a_group(an_instance("w"), an_instance("x"))
END = Terminate("i-w", True)
CHANGE = ChangeNode("w", "1", NodeChange(True))
DOWN, SHUT, WHO = UnreachableError("no answer"), ForbiddenError("no"), CredentialsError("who")
REFUSED = RefusedError("will not")


def a_look(**more: Any) -> RotationContext:
    """A look at two outdated nodes."""
    return a_context(GROUP, [a_node("w"), a_node("x")], **more)


def failing(command: Command, error: RotatorError, times: int = 1, ago: float = 0.0) -> Any:
    """The retries of a memory in which this command has failed so often."""
    return {command: Retry(times, NOW - ago, error)}


class TestAFailure:
    @pytest.mark.parametrize(
        ("budget", "before", "canary", "verdict", "mode"),
        [
            pytest.param(0, 0, 0, "", "settle", id="no budget"),
            pytest.param(1, 0, 0, "", "rotate", id="within the budget"),
            pytest.param(1, 1, 0, "", "settle", id="past the budget"),
            pytest.param(9, 0, 1, "", "settle", id="before the canary is judged"),
            pytest.param(9, 0, 1, "passed", "rotate", id="after the canary has passed"),
        ],
    )
    def test_settles_the_run_or_is_within_the_budget(
        self, budget: int, before: int, canary: int, verdict: str, mode: str
    ) -> None:
        journal = dataclasses.replace(RUNNING, failures=("x",) * before, canary=verdict)
        ctx = a_look(journal=journal, policy=a_policy(canary=canary, failure_budget=budget))
        failures.fail(ctx, FailedError("why", "do this"))
        assert ctx.memory.mode == mode
        assert ctx.journal.failures == (*("x",) * before, "why")
        assert (ctx.events[0].phase, ctx.events[0].subject, ctx.events[0].text) == (
            "failed",
            "blue",
            "why",
        )

    @pytest.mark.parametrize(
        ("fresh", "canary", "verdict", "mode", "owed"),
        [
            pytest.param("n", 1, "", "rotate", True, id="the new node is to blame"),
            pytest.param("", 1, "", "rotate", False, id="an old one is: the image is innocent"),
            pytest.param("n", 1, "passed", "rotate", False, id="after the canary has passed"),
            pytest.param("n", 0, "", "rotate", False, id="without canaries"),
            pytest.param("n", 1, "", "settle", False, id="when the run settles already"),
        ],
    )
    def test_condemns_the_image_only_while_its_canary_is_judged(
        self, fresh: str, canary: int, verdict: str, mode: str, owed: bool
    ) -> None:
        journal = dataclasses.replace(RUNNING, canary=verdict, previous=("lt-1", "1"))
        ctx = a_look(journal=journal, policy=a_policy(canary=canary), mode=mode)
        failures.fail(ctx, FailedError("why"), fresh)
        assert ctx.journal.pointer_owed is owed
        assert ctx.journal.canary == ("failed" if owed else verdict)
        assert ctx.events[0].subject == (fresh or "blue")

    def test_that_settled_the_run_first_is_the_one_told(self) -> None:
        ctx = a_look()
        failures.settle(ctx, FailedError("first"))
        failures.settle(ctx, FailedError("second"))
        assert str(ctx.memory.report.problem) == "first"
        assert [event.phase for event in ctx.events] == ["settle"]

    @pytest.mark.parametrize("mode", ["survey", "settle", "release"])
    def test_changes_nothing_where_the_run_does_not_rotate(self, mode: str) -> None:
        ctx = a_look(mode=mode)
        failures.settle(ctx, FailedError("why"))
        assert (ctx.memory.mode, ctx.memory.report.problem, ctx.events) == (mode, None, [])


class TestGivingUp:
    @pytest.mark.parametrize(
        ("command", "error", "times", "given_up"),
        [
            pytest.param(CHANGE, REFUSED, 2, False, id="refused twice"),
            pytest.param(CHANGE, REFUSED, 3, True, id="refused three times"),
            pytest.param(CHANGE, DOWN, 14, False, id="an error that passes"),
            pytest.param(CHANGE, DOWN, 15, True, id="an error that does not pass"),
            pytest.param(CHANGE, ConflictError("x"), 14, False, id="a conflict"),
            pytest.param(CHANGE, ConflictError("x"), 15, True, id="a conflict without end"),
            pytest.param(CHANGE, NotFoundError("x"), 14, False, id="a node that is gone"),
            pytest.param(CHANGE, NotFoundError("x"), 15, True, id="gone, and still shown"),
            pytest.param(END, NotFoundError("x"), 14, False, id="an instance that is gone"),
            pytest.param(END, NotFoundError("x"), 15, True, id="ended, and still shown"),
            pytest.param(
                EnterStandby("blue", "i-w"),
                NotFoundError("x"),
                14,
                False,
                id="gone before it waits",
            ),
            pytest.param(
                SetDesired("blue", 4), NotFoundError("x"), 3, True, id="another thing that is gone"
            ),
            pytest.param(Terminate("i-w", True), ThrottledError("x"), 15, True, id="throttled"),
            pytest.param(ReadGroup("blue"), REFUSED, 99, False, id="reads have rules of their own"),
            pytest.param(WriteLease(HELD), REFUSED, 99, False, id="and the Lease"),
            pytest.param(ReadLease("lease"), REFUSED, 3, True, id="but reading it has not"),
        ],
    )
    def test_a_command_that_keeps_failing(
        self, command: Command, error: RotatorError, times: int, given_up: bool
    ) -> None:
        ctx = a_look(retries=failing(command, error, times))
        assert failures.hopeless(ctx) == ({command: error} if given_up else {})

    @pytest.mark.parametrize(
        ("waited", "command", "given_up"),
        [
            pytest.param(59.0, CHANGE, False, id="not let in for less than a minute"),
            pytest.param(60.0, CHANGE, True, id="for a minute"),
            pytest.param(60.0, Protect("blue", ("i-w",), True), False, id="another kind was"),
        ],
    )
    def test_a_kind_of_command_that_is_not_let_in(
        self, waited: float, command: Command, given_up: bool
    ) -> None:
        timers = {"not let in ChangeNode": NOW - waited}
        ctx = a_look(retries=failing(command, SHUT, 99), timers=timers)
        assert bool(failures.hopeless(ctx)) is given_up

    def test_the_same_write_to_another_version_of_a_node_counts_with_it(self) -> None:
        later = dataclasses.replace(CHANGE, resource_version="2")
        retries = failing(later, SHUT)
        ctx = a_look(retries=retries, timers={"not let in ChangeNode": NOW - 60})
        assert failures.hopeless(ctx) == {later: SHUT}

    @pytest.mark.parametrize(("ago", "counts"), [(34.9, True), (35.0, False)])
    def test_a_refusal_of_long_ago_does_not_count(self, ago: float, counts: bool) -> None:
        timers = {"not let in ChangeNode": NOW - 60}
        ctx = a_look(retries=failing(CHANGE, SHUT, ago=ago), timers=timers)
        assert bool(failures.hopeless(ctx)) is counts
        assert ("not let in ChangeNode" in ctx.memory.timers) is counts

    def test_settles_a_run_that_rotates(self) -> None:
        ctx = a_look(retries=failing(CHANGE, REFUSED, 3))
        failures.settle_if_hopeless(ctx)
        assert (ctx.memory.mode, ctx.memory.report.problem) == ("settle", REFUSED)
        well = a_look(retries=failing(CHANGE, REFUSED, 2))
        failures.settle_if_hopeless(well)
        assert well.memory.mode == "rotate"

    @pytest.mark.parametrize(
        ("command", "blocks"),
        [
            (CHANGE, True),
            (ChangeNode("x", "1", NodeChange(True)), False),
            (Terminate("i-w", False), True),
            (Terminate("i-x", False), False),
            (Deregister("tg", (("i-w", 80),)), True),
            (Deregister("tg", (("i-x", 80),)), False),
            (Register("tg", (("i-w", 80),)), False),
            (Evict("shop", "cart", "u"), False),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_a_command_blocks_the_node_that_it_is_about(
        self, command: Command, blocks: bool
    ) -> None:
        ctx = a_look(retries=failing(command, REFUSED, 3))
        assert failures.barred(ctx, ctx.situation.members[0]) is blocks

    @pytest.mark.parametrize(("times", "given_up"), [(2, False), (3, True)])
    def test_a_command_is_tried_until_it_is_given_up(self, times: int, given_up: bool) -> None:
        command = Resume("blue", ("Launch",))
        ctx = a_look(retries=failing(command, REFUSED, times))
        assert failures.tried(ctx, command) is given_up
        assert ctx.commands == [command]


class TestAccess:
    @pytest.mark.parametrize(
        ("command", "error", "ago", "found"),
        [
            pytest.param(CHANGE, SHUT, 0, True, id="a write that we may not"),
            pytest.param(CHANGE, WHO, 0, True, id="a write without credentials"),
            pytest.param(CHANGE, DOWN, 0, False, id="a write that passes"),
            pytest.param(CHANGE, SHUT, 35, False, id="long ago"),
            pytest.param(SetDesired("blue", 3), SHUT, 0, False, id="the raise itself"),
            pytest.param(SetMaxSize("blue", 3), SHUT, 0, False, id="its maximum"),
        ],
    )
    def test_that_was_denied_lately_is_known(
        self, command: Command, error: RotatorError, ago: float, found: bool
    ) -> None:
        ctx = a_look(retries=failing(command, error, ago=ago))
        assert failures.access_error(ctx) is (error if found else None)

    @pytest.mark.parametrize(
        ("done", "given_up"),
        [
            pytest.param({}, True, id="nothing was done"),
            pytest.param({Terminate("i-x", True): NOW - 20}, False, id="another was since"),
            pytest.param({Terminate("i-x", True): NOW - 70}, True, id="another was before"),
            pytest.param({SetDesired("blue", 3): NOW - 20}, True, id="something else was"),
        ],
    )
    def test_a_kind_of_command_that_was_let_in_since_is_not_denied(
        self, done: dict[Command, float], given_up: bool
    ) -> None:
        denied, since = Terminate("i-w", False), {"not let in Terminate": NOW - 60}
        ctx = a_look(retries=failing(denied, SHUT), timers=since, acts=done)
        assert (denied in failures.hopeless(ctx)) is given_up

    @pytest.mark.parametrize(
        ("held", "waited", "found"),
        [
            pytest.param(False, 0, False, id="before the lock is held"),
            pytest.param(False, 60, True, id="for a minute before it"),
            pytest.param(True, 0, False, id="one answer is not the verdict"),
            pytest.param(True, 59, False, id="for less than a minute"),
            pytest.param(True, 60, True, id="for a minute"),
        ],
    )
    @pytest.mark.parametrize("where", ["command", "watch"])
    def test_without_credentials_the_run_is_suspended_when_it_lasts(
        self, where: str, held: bool, waited: float, found: bool
    ) -> None:
        retries = failing(CHANGE, WHO) if where == "command" else {}
        ctx = a_look(retries=retries, held=held, timers={"credentials": NOW - waited})
        if where == "watch":
            ctx.view = View(reduce(ctx.view.cache, [Broken(NODES, WHO)]))
        assert failures.credentials_error(ctx) is (WHO if found else None)

    def test_with_good_credentials_the_count_begins_anew(self) -> None:
        ctx = a_look(retries=failing(CHANGE, SHUT), timers={"credentials": NOW - 90})
        assert failures.credentials_error(ctx) is None
        assert "credentials" not in ctx.memory.timers
