# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The console of a replacement node that failed is read before its instance goes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import ReadConsole
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.console import (
    PATIENCE,
    console_read,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
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
    a_context,
    selected,
)

READ = ReadConsole("i-n")


def a_look(reason: str = "broken", text: str | None = None, **more: Any) -> RotationContext:
    """A look at a new node that is to go."""
    fields = selected("n", reason=reason)
    record = dataclasses.replace(fields["records"]["i-n"], console_output=text)
    fields["records"] = {"i-n": record}
    return a_context(a_group(an_instance("n", fresh=True)), [a_node("n")], **{**fields, **more})


def done(ctx: RotationContext) -> bool:
    """Return whether the instance may go."""
    (member,) = ctx.situation.members
    return console_read(ctx, member)


def test_it_is_asked_for_and_waited_for() -> None:
    ctx = a_look()
    assert not done(ctx)
    assert ctx.commands == [READ]


@pytest.mark.parametrize("fields", [{"text": "panic"}, {"text": ""}, {"reason": "surplus"}])
def test_what_is_read_or_of_no_interest_is_not_waited_for(fields: dict[str, str]) -> None:
    ctx = a_look(**fields)
    assert done(ctx)
    assert ctx.commands == []


@pytest.mark.parametrize(
    ("error", "waited", "given_up"),
    [
        pytest.param(ForbiddenError("no"), 0.0, True, id="refused"),
        pytest.param(UnreachableError("no answer"), 0.0, False, id="no answer"),
        pytest.param(UnreachableError("no answer"), PATIENCE, True, id="no answer for long"),
        pytest.param(None, PATIENCE, True, id="nothing comes of it"),
    ],
)
def test_what_cannot_be_read_holds_it_up_for_a_while_at_most(
    error: RotatorError | None, waited: float, given_up: bool
) -> None:
    retries = {READ: Retry(1, NOW, error)} if error else {}
    ctx = a_look(retries=retries, timers={"console i-n": NOW - waited})
    assert done(ctx) is given_up
    if given_up:
        assert ctx.memory.nodes.records["i-n"].console_output == ""
        assert [event.text for event in ctx.events] == ([str(error)] if error else [])
