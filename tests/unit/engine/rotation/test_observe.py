# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the group is read, and what a failed read or another template does."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import (
    OVERRIDES_IMAGE,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ReadGroup
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    RefusedError,
    RotatorError,
    UnknownError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    DAEMONSETS,
    NODES,
    Broken,
    Listed,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import Doubt
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Marks
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import observe
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import timer_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
    STALE_READ_TIMEOUT,
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
    a_context,
    a_policy,
)

GROUP = a_group(an_instance("w"))
READ = ReadGroup("blue")
ENDING = an_instance("e", lifecycle="Terminating")


@pytest.mark.parametrize(
    "fields, due",
    [
        ({}, NOW + 120),
        ({"read_began": NOW - 119}, NOW + 1),
        ({"read_began": NOW - 121}, NOW - 1),
        ({"mode": "settle"}, NOW + 30),
        ({"mode": "release"}, NOW + 30),
        ({"turned": frozenset(("i-w",))}, NOW),
        ({"poll_soon": True}, NOW + 5),
        ({"doubt": Doubt(9, NOW)}, NOW + 5),
        ({"mode": "survey"}, NOW + 5),
        ({"quiet_until": NOW + 60}, NOW + 120),
        ({"quiet_until": NOW + 200}, NOW + 200),
        ({"quiet_until": NOW + 900}, NOW + 300),
        ({"quiet_until": NOW + 200, "poll_soon": True}, NOW + 5),
        ({"quiet_until": NOW + 200, "turned": frozenset(("i-w",))}, NOW),
        ({"acted": NOW + 0.5, "read_due": NOW + 1.5}, NOW + 1.5),
        ({"acted": NOW - 1, "read_due": NOW + 1.5}, NOW + 120),
    ],
)
def test_when_the_group_is_read(fields: dict[str, Any], due: float) -> None:
    ctx = a_context(GROUP, [a_node("w")], **fields)
    observe.look(ctx, ())
    assert (ctx.commands == [READ]) is (due <= NOW)
    assert due <= NOW or ctx.wake == pytest.approx(due)


@pytest.mark.parametrize(("mode", "targets"), [("survey", True), ("rotate", False)])
def test_targets_are_read_with_the_group_only_before_anything_is_touched(
    mode: str, targets: bool
) -> None:
    ctx = a_context(GROUP, [a_node("w")], mode=mode)
    observe.look(ctx, ())
    assert ctx.read.targets is targets
    first = a_context(None, [a_node("w")], mode=mode)
    observe.look(first, ())
    assert first.read.targets


def test_a_node_that_no_read_has_shown_has_the_group_read_once() -> None:
    ctx = a_context(GROUP, [a_node("w"), a_node("new")])
    observe.look(ctx, ("i-x",))
    # type: ignore[attr-defined]
    assert ctx.commands == [READ]
    assert ctx.commands[0].also == ("i-x",)
    again = a_context(GROUP, [a_node("w"), a_node("new")], outside=ctx.memory.reads.outside)
    observe.look(again, ())
    ended = a_context(GROUP, [a_node("w"), a_node("new")], marks=Marks(gone=frozenset(("i-new",))))
    observe.look(ended, ())
    assert again.commands == ended.commands == []


def blind(error: RotatorError, group: Any = GROUP, **fields: Any) -> RotationContext:
    """A look at which reading the group has just failed."""
    return a_context(group, [a_node("w")], retries={READ: Retry(1, NOW + 2, error)}, **fields)


def test_what_will_not_pass_is_raised_at_once_and_what_may_is_waited_for() -> None:
    for held in (True, False):
        assert observe.look(blind(ForbiddenError("no"), held=held), ()) is True, "one answer"
        denied = blind(ForbiddenError("no"), held=held, timers={"not let in": NOW - 70})
        with pytest.raises(ForbiddenError):
            observe.look(denied, ())
    first = {"not let in": NOW - 69, "blind": NOW - 69}
    assert observe.look(blind(ForbiddenError("no"), None, held=False, timers=first), ()) is False
    assert observe.look(blind(UnreachableError("gone")), ()) is True
    assert observe.look(blind(UnknownError("what?"), held=False), ()) is True, "one answer"
    assert (
        observe.look(
            blind(UnreachableError("gone"), timers={"blind": NOW - observe.OUT_OF_SIGHT + 1}), ()
        )
        is True
    )
    with pytest.raises(UnreachableError):
        observe.look(
            blind(UnreachableError("gone"), timers={"blind": NOW - observe.OUT_OF_SIGHT}), ()
        )
    with pytest.raises(UnreachableError):
        observe.look(
            blind(UnreachableError("gone"), None, timers={"blind": NOW - observe.FIRST_CONTACT}), ()
        )


def test_nodes_that_cannot_be_watched_count_as_blindness_and_an_answer_ends_it() -> None:
    ctx = a_context(GROUP, [a_node("w")], timers={"blind": NOW - 299})
    ctx.view = dataclasses.replace(
        ctx.view, cache=reduce(ctx.view.cache, [Broken(NODES, UnreachableError("gone"))])
    )
    assert observe.look(ctx, ())
    assert "blind" in ctx.memory.timers
    seeing = a_context(GROUP, [a_node("w")], timers={"blind": NOW - 299})
    assert observe.look(seeing, ())
    assert "blind" not in seeing.memory.timers


def test_what_may_not_be_read_is_told_before_anything_is_touched() -> None:
    ctx = a_context(GROUP)
    assert observe.permitted(ctx) is False
    assert ctx.feeds >= observe.NEEDED
    ctx.view = dataclasses.replace(
        ctx.view, cache=reduce(ctx.view.cache, [Listed(feed, ()) for feed in observe.NEEDED])
    )
    assert observe.permitted(ctx) is True
    ctx.view = dataclasses.replace(
        ctx.view, cache=reduce(ctx.view.cache, [Broken(DAEMONSETS, ForbiddenError("no"))])
    )
    assert observe.permitted(ctx) is True, "one answer"
    ctx.note(timers={timer_of(str(DAEMONSETS)): NOW - 60})
    with pytest.raises(ForbiddenError):
        observe.permitted(ctx)


def test_a_read_older_than_the_version_that_we_know_of_is_waited_out() -> None:
    policy = a_policy(version="3")
    ctx = a_context(GROUP, policy=policy)
    assert observe.stale(ctx) is True
    assert observe.stale(a_context(GROUP, policy=a_policy(version="2"))) is False
    assert observe.stale(a_context(GROUP, policy=a_policy())) is False
    with pytest.raises(RefusedError, match="launches from version 2 of blue, not 3"):
        observe.stale(a_context(GROUP, policy=policy, timers={"stale": NOW - STALE_READ_TIMEOUT}))
    seen = a_context(GROUP, policy=a_policy(version="2"), timers={"stale": NOW - 999})
    assert not observe.stale(seen)
    assert "stale" not in seen.memory.timers, "the next one is counted anew"


@pytest.mark.parametrize(
    "found, words",
    [
        (TARGET, ""),
        (dataclasses.replace(TARGET, image_id="ami-next", resolved_at=2000.0), ""),
        (Target("lt-1", "3"), "moved from lt-1 version 2 to lt-1 version 3"),
        (Target("lt-9", "2"), "moved from lt-1 version 2 to lt-9 version 2"),
        (None, "was deleted"),
    ],
)
def test_a_template_that_moves_is_believed_after_a_while_and_nothing_new_is_begun_meanwhile(
    found: Target | None, words: str
) -> None:
    group = dataclasses.replace(GROUP, resolved=found)
    ctx = a_context(group)
    assert observe.target_error(ctx) is None
    assert observe.moving(ctx) is bool(words)
    assert ctx.target == TARGET
    assert ctx.poll_soon is bool(words)
    error = observe.target_error(a_context(group, timers={"moved": NOW - REPEAT}))
    assert (error is None) is not bool(words)
    assert words in str(error or "")


def outdated_group(**fields: Any) -> Group:
    """A group of an outdated and a new instance."""
    return dataclasses.replace(a_group(an_instance("w"), an_instance("x", True)), **fields)


@pytest.mark.parametrize(
    ("clauses", "words"),
    [
        pytest.param((OVERRIDES_IMAGE,), "names an image of its own", id="an image"),
        pytest.param(("counts its instances by weight",), "", id="something else"),
    ],
)
def test_an_override_of_the_template_moves_it(clauses: tuple[str, ...], words: str) -> None:
    group = dataclasses.replace(GROUP, unsupported=clauses)
    assert observe.target_error(a_context(group)) is None, "one read is no proof"
    error = observe.target_error(a_context(group, timers={"moved": NOW - REPEAT}))
    assert (error is not None) is bool(words)
    assert error is None or f"Auto Scaling group blue {words}" in error.message


@pytest.mark.parametrize(
    ("fields", "max_age"),
    [
        pytest.param({}, observe.SERVES, id="in the middle of a rotation"),
        pytest.param(
            {"group": a_group(an_instance("x", True))}, observe.SERVES_AT_END, id="the end"
        ),
        pytest.param({"mode": "release"}, observe.SERVES_AT_END, id="while all is restored"),
        pytest.param({"mode": "survey"}, 0.0, id="at the beginning"),
        pytest.param({"mode": "settle"}, 0.0, id="after a failure"),
        pytest.param({"doubt": Doubt(9, NOW)}, 0.0, id="somebody seems to have set desired"),
        pytest.param({"timers": {"moved": NOW}}, 0.0, id="the template moves"),
        pytest.param({"timers": {"stray": NOW}}, 0.0, id="it may have moved"),
        pytest.param({"policy": a_policy(keep_failed=True)}, 0.0, id="a tag may have to be seen"),
        pytest.param(
            {"group": outdated_group(instances=(*GROUP.instances, ENDING))},
            0.0,
            id="somebody else ends an instance",
        ),
        pytest.param(
            {
                "group": outdated_group(instances=(*GROUP.instances, ENDING)),
                "ended_by_us": frozenset(("i-e",)),
            },
            observe.SERVES,
            id="we end one",
        ),
    ],
)
def test_for_how_long_earlier_reads_serve(fields: dict[str, Any], max_age: float) -> None:
    more = {"group": outdated_group(), **fields}
    ctx = a_context(more.pop("group"), [a_node("w"), a_node("x")], **more)
    observe.look(ctx, ())
    assert ctx.read.max_age == max_age


def test_a_member_that_is_not_ready_any_more_is_looked_up_at_once() -> None:
    group = outdated_group()
    first = a_context(group, [a_node("w"), a_node("x")])
    observe.look(first, ())
    ctx = a_context(group, [a_node("w", ready=None), a_node("x")], ready=first.memory.reads.ready)
    observe.look(ctx, ("i-9",))
    assert ctx.commands == [READ]
    assert ctx.read.also == ("i-9", "i-w")
    assert first.commands == []


def test_one_that_we_have_ended_is_not() -> None:
    marks = Marks(gone=frozenset(("i-w",)))
    ctx = a_context(
        outdated_group(), [a_node("w", ready=None)], ready=frozenset(("i-w",)), marks=marks
    )
    observe.look(ctx, ())
    assert ctx.commands == []
