# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The node that a run itself works on is left and named."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    own_pod,
    unknown,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.access import timer_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import a_pod
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
    selected,
)

OURS = Feed("pods", address="10.0.3.7")
WHY = "this run itself works on it: rotate it from elsewhere"


def a_look(shown: Any = None, **more: Any) -> RotationContext:
    """A look of a run that works at 10.0.3.7."""
    policy = a_policy(0, 1, addresses=("10.0.3.7",))
    group = a_group(an_instance("w"), an_instance("x"))
    nodes = [a_node("w"), a_node("x")]
    return a_context(group, nodes, policy=policy, shown=shown, **more)


@pytest.mark.parametrize(
    ("pods", "left"),
    [
        ([], {}),
        ([a_pod("runner", "w")], {"i-w": WHY}),
        ([a_pod("runner", "elsewhere")], {}),
        ([a_pod("runner", "")], {}),
        ([a_pod("proxy", "x"), a_pod("agent", "x")], {"i-x": WHY}),
    ],
)
def test_the_node_of_the_pod_with_our_address_is_left(pods: Any, left: dict[str, str]) -> None:
    ctx = a_look({OURS: pods})
    assert ctx.passed_over == left
    assert {member.id for member in unknown.to_replace(ctx)} == {"i-w", "i-x"} - left.keys()


def test_it_is_found_again_when_the_pod_moves() -> None:
    ctx = a_look({OURS: [a_pod("runner", "w")]})
    assert set(ctx.passed_over) == {"i-w"}
    ctx.view = a_look({OURS: [a_pod("runner", "x")]}).view
    assert set(ctx.passed_over) == {"i-x"}


def test_a_node_that_is_leaving_goes_on() -> None:
    assert a_look({OURS: [a_pod("runner", "w")]}, **selected("w")).passed_over == {}


def test_it_is_waited_for_and_followed() -> None:
    ctx = a_look()
    assert own_pod.is_known(ctx) is False
    assert OURS in ctx.feeds
    assert own_pod.is_known(a_look({OURS: []})) is True
    later = a_look()
    own_pod.follow(later)
    assert OURS in later.feeds


def test_who_may_not_list_pods_is_told() -> None:
    denied = {OURS: ForbiddenError("no")}
    assert own_pod.is_known(a_look(broken=denied)) is False, "one answer"
    with pytest.raises(ForbiddenError):
        own_pod.is_known(a_look(broken=denied, timers={timer_of(str(OURS)): NOW - 60}))


def test_a_run_without_an_address_of_a_network_asks_for_nothing() -> None:
    ctx = a_context(a_group(an_instance("w")), [a_node("w")])
    assert own_pod.is_known(ctx) is True
    assert not [feed for feed in ctx.feeds if feed.address]


@pytest.mark.parametrize("shown", [None, {OURS: []}])
def test_it_is_waited_for_apart_from_everything_else(shown: Any) -> None:
    timers = {"unread": NOW - 200, "unread addresses": NOW - 299}
    ctx = a_look(shown, timers=timers)
    assert own_pod.is_known(ctx) is bool(shown)
    assert ctx.memory.timers["unread"] == NOW - 200
    late = a_look(timers={"unread addresses": NOW - 300})
    with pytest.raises(UnreachableError, match="Cannot list pods"):
        own_pod.is_known(late)
