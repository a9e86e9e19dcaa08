# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A group that one read does not show is not taken for deleted."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ReadGroup
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    ForbiddenError,
    NotFoundError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Broken,
    reduce,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import gone, observe
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import NODES
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
)

GROUP = a_group(an_instance("w"))
GONE = NotFoundError("There is no Auto Scaling group blue", "Check the name")


def a_look(
    error: RotatorError | None = GONE, group: Any = GROUP, times: int = 3, **more: Any
) -> RotationContext:
    """A look at a group whose last reads have failed like this."""
    retries = {ReadGroup("blue"): Retry(times, NOW - 1, error)} if error else {}
    return a_context(group, [a_node("w")], retries=retries, **more)


def test_before_anything_is_known_of_it_a_group_that_is_not_there_is_refused_at_once() -> None:
    with pytest.raises(NotFoundError, match="Check the name"):
        observe.look(a_look(group=None, held=False, mode="survey"), ())


@pytest.mark.parametrize("since", [None, 0.0, 59.0])
def test_in_mid_run_one_answer_is_not_the_verdict(since: float | None) -> None:
    timers = {} if since is None else {gone.GONE: NOW - since}
    ctx = a_look(timers=timers)
    assert observe.look(ctx, ()) is True
    assert gone.GONE in ctx.memory.timers
    assert ReadGroup("blue") in ctx.commands, "it is asked again at once"


@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_that_was_not_asked_for_again_says_nothing_however_old(times: int) -> None:
    ctx = a_look(times=times, timers={gone.GONE: NOW - 600})
    assert observe.look(ctx, ()) is True


def test_a_group_that_no_read_shows_for_a_minute_was_deleted() -> None:
    with pytest.raises(FailedError, match="was deleted while it was being rotated"):
        observe.look(a_look(timers={gone.GONE: NOW - gone.GROUP_GONE}), ())


@pytest.mark.parametrize("error", [None, ForbiddenError("no")])
def test_a_group_that_is_seen_again_was_never_gone(error: RotatorError | None) -> None:
    ctx = a_look(error, timers={gone.GONE: NOW - 50})
    assert observe.look(ctx, ()) is True
    assert gone.GONE not in ctx.memory.timers


@pytest.mark.parametrize("since", [0.0, 600.0])
def test_nodes_that_the_api_does_not_know_are_no_sign_of_the_group(since: float) -> None:
    ctx = a_look(None, timers={gone.GONE: NOW - since})
    cache = reduce(ctx.view.cache, [Broken(NODES, NotFoundError("no such resource"))])
    ctx.view = View(cache)
    with pytest.raises(NotFoundError, match="no such resource"):
        observe.look(ctx, ())
    assert gone.GONE not in ctx.memory.timers
