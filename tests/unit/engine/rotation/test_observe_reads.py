# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read before anything is touched, and how long silence is borne."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    RefusedError,
    RotatorError,
    ThrottledError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    CSINODES,
    DAEMONSETS,
    Broken,
    Cache,
    Feed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import observe
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import timer_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import NODES
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW, a_context

GROUP = a_group(an_instance("w"))
DOWN, SHUT = UnreachableError("no answer"), ForbiddenError("not allowed")
ALL: dict[Feed, tuple[Any, ...]] = dict.fromkeys(observe.NEEDED, ())


def a_look(
    missing: tuple[Feed, ...] = (), error: RotatorError | None = None, **more: Any
) -> RotationContext:
    """A look at which these feeds have not been listed, perhaps for that error."""
    shown = {feed: items for feed, items in ALL.items() if feed not in missing}
    broken = dict.fromkeys(missing, error) if error else {}
    return a_context(GROUP, [a_node("w")], shown=shown, broken=broken, empty=(), **more)


class TestWhatIsNeeded:
    def test_is_budgets_daemonsets_and_drivers(self) -> None:
        assert {BUDGETS, DAEMONSETS, CSINODES} == observe.NEEDED

    def test_is_followed_from_the_first_look_on(self) -> None:
        ctx = a_context(GROUP, [a_node("w")])
        assert observe.permitted(ctx) is False
        assert ctx.feeds >= observe.NEEDED

    def test_is_enough(self) -> None:
        ctx = a_look(timers={"unread": NOW - 5})
        assert observe.permitted(ctx) is True
        assert "unread" not in ctx.memory.timers, "the next silence counts from its own beginning"

    @pytest.mark.parametrize("feed", sorted(observe.NEEDED), ids=lambda feed: feed.kind)
    @pytest.mark.parametrize(
        ("error", "waited", "raised"),
        [
            pytest.param(None, 0, None, id="not listed yet"),
            pytest.param(None, 299, None, id="silent for long"),
            pytest.param(None, 300, UnreachableError, id="silent for too long"),
            pytest.param(DOWN, 14, None, id="an error that passes"),
            pytest.param(DOWN, 15, UnreachableError, id="an error that does not pass"),
            pytest.param(ThrottledError("slow down"), 15, ThrottledError, id="another of its kind"),
            pytest.param(SHUT, 59, None, id="we may not for less than a minute"),
            pytest.param(SHUT, 60, ForbiddenError, id="we may not"),
            pytest.param(RefusedError("no"), 0, RefusedError, id="the server will not"),
        ],
    )
    def test_is_waited_for_and_then_its_error_is_told(
        self, feed: Feed, error: RotatorError | None, waited: float, raised: Any
    ) -> None:
        since = dict.fromkeys(("unread", timer_of(str(feed))), NOW - waited)
        ctx = a_look((feed,), error, timers=since)
        if raised is None:
            assert observe.permitted(ctx) is False
            return
        with pytest.raises(raised) as caught:
            observe.permitted(ctx)
        if error is None:
            assert str(caught.value) == f"Cannot list {feed.kind}: no answer within 300 s"

    def test_that_was_read_once_serves_while_its_watch_is_broken(self) -> None:
        ctx = a_look()
        ctx.view = View(reduce(ctx.view.cache, [Broken(BUDGETS, DOWN)]))
        assert observe.permitted(ctx) is True
        ctx.view = View(reduce(ctx.view.cache, [Broken(BUDGETS, SHUT)]))
        assert observe.permitted(ctx) is True
        ctx.note(timers={timer_of(str(BUDGETS)): NOW - 60})
        with pytest.raises(ForbiddenError):
            observe.permitted(ctx)


class TestSilentNodes:
    @pytest.mark.parametrize(("waited", "raises"), [(0, False), (299, False), (300, True)])
    def test_end_the_run(self, waited: float, raises: bool) -> None:
        ctx = a_context(GROUP, timers={"silent": NOW - waited})
        ctx.view = View(Cache())
        if not raises:
            assert observe.look(ctx, ()) is False
            assert ctx.wake < float("inf")
            return
        with pytest.raises(UnreachableError, match="Cannot list nodes: no answer within 300 s"):
            observe.look(ctx, ())

    def test_that_speak_again_have_their_time_again(self) -> None:
        ctx = a_context(GROUP, [a_node("w")], timers={"silent": NOW - 900})
        assert observe.look(ctx, ()) is True
        assert "silent" not in ctx.memory.timers

    def test_that_say_why_are_judged_by_that(self) -> None:
        ctx = a_context(GROUP, timers={"silent": NOW - 900})
        ctx.view = View(reduce(Cache(), [Broken(NODES, DOWN)]))
        assert observe.look(ctx, ()) is False


@pytest.mark.parametrize(
    ("wanted", "found", "waited", "stale"),
    [
        pytest.param("", "2", 0, False, id="no version is known"),
        pytest.param("2", "2", 0, False, id="the read shows it"),
        pytest.param("3", "2", 0, True, id="the read is older"),
        pytest.param("3", "2", 89, True, id="still older"),
        pytest.param("3", "2", 90, None, id="it does not come"),
        pytest.param("3", None, 90, False, id="there is no template"),
    ],
)
def test_a_read_older_than_the_change_of_the_template_is_waited_out(
    wanted: str, found: str | None, waited: float, stale: bool | None
) -> None:
    resolved = None
    if found is not None and GROUP.resolved is not None:
        resolved = dataclasses.replace(GROUP.resolved, version=found)
    group = dataclasses.replace(GROUP, resolved=resolved)
    ctx = a_context(group, [a_node("w")], timers={"stale": NOW - waited})
    ctx.policy = dataclasses.replace(ctx.policy, version=wanted)
    if stale is not None:
        assert observe.stale(ctx) is stale
        return
    with pytest.raises(RefusedError, match="launches from version 2 of blue, not 3"):
        observe.stale(ctx)
