# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the group that somebody takes back."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Protect,
    ProtectNew,
    Resume,
    SetTag,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import settings
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_memory,
)

GROUP = a_group(an_instance("w"), an_instance("x"))
SUSPEND = Suspend("blue", ("AZRebalance",))
SUSPENSION = "suspension of AZRebalance"


def a_look(times: int, ago: float = 0.0, name: str = SUSPENSION, **more: Any) -> RotationContext:
    """A look at a setting that was made so often, the last time so many seconds ago."""
    return a_context(GROUP, node_writes={("", name): (times, NOW - ago)}, **more)


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (SUSPEND, (SUSPENSION,)),
        (SetTag("blue", "t", "x"), ("tag t",)),
        (SetTag("blue", "t", None), ()),
        (ProtectNew("blue", True), ("scale-in protection of new instances",)),
        (ProtectNew("blue", False), ()),
        (Resume("blue", ("AZRebalance",)), ()),
    ],
)
def test_are_what_a_rotation_keeps_while_it_lasts(command: Command, names: tuple[str, ...]) -> None:
    assert settings.settings_of(command) == names


@pytest.mark.parametrize(
    ("commands", "counts"),
    [
        pytest.param([SUSPEND] * 2, {SUSPENSION: 2}, id="each time"),
        pytest.param([Protect("blue", ("i-w",), True)], {"i-w": 1}, id="a first protection"),
        pytest.param(
            [Protect("blue", ("i-w",), True), Protect("blue", ("i-w", "i-x"), True)],
            {"i-w": 2, "i-x": 1, settings.PROTECTION: 1},
            id="one that was taken back",
        ),
        pytest.param([Protect("blue", ("i-w",), False)], {}, id="no protection"),
    ],
)
def test_are_counted(commands: list[Command], counts: dict[str, int]) -> None:
    memory = a_memory(GROUP)
    for command in commands:
        memory = settings.learn_setting(memory, command, NOW)
    assert memory.outbox.node_writes == {("", key): (n, NOW) for key, n in counts.items()}


@pytest.mark.parametrize(
    ("times", "ago", "commands", "told"),
    [
        pytest.param(2, 0, [SUSPEND], [], id="made twice"),
        pytest.param(3, 9, [], ["undone"], id="three times"),
        pytest.param(3, 10, [SUSPEND], ["undone"], id="once more after a while"),
        pytest.param(4, 19, [], ["undone"], id="then later"),
        pytest.param(99, 299, [], ["undone"], id="every five minutes at least"),
        pytest.param(99, 300, [SUSPEND], ["undone"], id="in the end"),
    ],
)
def test_are_not_fought_for(
    times: int, ago: float, commands: list[Command], told: list[str]
) -> None:
    ctx = a_look(times, ago)
    settings.keep_set(ctx, SUSPEND)
    assert ctx.commands == commands
    assert [event.phase for event in ctx.events] == told
    assert all("somebody takes back our suspension of AZRebalance" in e.text for e in ctx.events)


@pytest.mark.parametrize(("times", "now"), [(2, ["i-w", "i-x"]), (3, ["i-x"])])
def test_instances_that_were_not_protected_before_do_not_wait(times: int, now: list[str]) -> None:
    ctx = a_look(times, name=settings.PROTECTION)
    ctx.note(node_writes={**ctx.memory.outbox.node_writes, ("", "i-w"): (9, NOW)})
    assert settings.to_protect(ctx, ["i-w", "i-x"]) == now


@pytest.mark.parametrize(
    ("times", "name", "found"),
    [
        (2, SUSPENSION, ""),
        (3, SUSPENSION, SUSPENSION),
        (3, settings.PROTECTION, settings.PROTECTION),
        (3, "tag t", ""),
        (3, "i-w", ""),
    ],
)
def test_of_the_fence_is_named_what_is_fought_over(times: int, name: str, found: str) -> None:
    assert settings.fought_over(a_look(times, name=name)) == found
