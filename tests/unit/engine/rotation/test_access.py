# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One 401 or 403 is no verdict; a minute of them is."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ReadGroup
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    ForbiddenError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import access
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
)

READ = ReadGroup("blue")
DOWN, SHUT, WHO = UnreachableError("gone"), ForbiddenError("no"), CredentialsError("who")
TIMER = access.timer_of("x")


def a_look(error: RotatorError | None = None, **more: Any) -> RotationContext:
    retries = {READ: Retry(1, NOW, error)} if error else {}
    return a_context(a_group(), retries=retries, **more)


@pytest.mark.parametrize(
    ("error", "waited", "shut"),
    [
        pytest.param(SHUT, None, False, id="the first answer"),
        pytest.param(SHUT, 59, False, id="for less than a minute"),
        pytest.param(SHUT, 60, True, id="for a minute"),
        pytest.param(WHO, 60, True, id="not known"),
        pytest.param(DOWN, 60, False, id="no answer says nothing of that"),
        pytest.param(None, 60, False, id="we are let in"),
    ],
)
def test_who_is_not_let_in_for_long_enough_is_shut_out(
    error: RotatorError | None, waited: float | None, shut: bool
) -> None:
    ctx = a_look(timers={} if waited is None else {TIMER: NOW - waited})
    assert access.is_shut_out(ctx, "x", error) is shut
    denied = error in (SHUT, WHO)
    assert (TIMER in ctx.memory.timers) is denied, "the next time counts from its own beginning"
    assert [event.text for event in ctx.events] == ([f"not let in yet: {error}"] if denied else [])


@pytest.mark.parametrize(
    ("error", "waited", "raised"),
    [(SHUT, 59, False), (SHUT, 60, True), (DOWN, 600, False), (None, 600, False)],
)
def test_the_error_of_a_command_that_is_denied_is_raised_in_the_end(
    error: RotatorError | None, waited: float, raised: bool
) -> None:
    ctx = a_look(error, timers={access.timer_of(str(READ)): NOW - waited})
    if not raised:
        access.raise_if_shut_out(ctx, READ)
        return
    with pytest.raises(ForbiddenError):
        access.raise_if_shut_out(ctx, READ)


@pytest.mark.parametrize(
    ("error", "limit", "waited", "raised"),
    [
        pytest.param(None, 15, 900, False, id="it was answered"),
        pytest.param(DOWN, 15, 14, False, id="it may still be answered"),
        pytest.param(DOWN, 15, 15, True, id="it is not answered"),
        pytest.param(SHUT, 15, 59, False, id="a denial has a minute"),
        pytest.param(SHUT, 15, 60, True, id="and not more"),
        pytest.param(SHUT, 300, 299, False, id="where others have more, it has as much"),
    ],
)
def test_a_command_is_given_up_after_its_limit_and_a_denial_not_before_a_minute(
    error: RotatorError | None, limit: float, waited: float, raised: bool
) -> None:
    ctx = a_look(error, timers={"asked": NOW - waited})
    if not raised:
        access.raise_if_given_up(ctx, READ, "asked", limit)
        return
    with pytest.raises(type(error)):  # type: ignore[arg-type]
        access.raise_if_given_up(ctx, READ, "asked", limit)
