# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A recorded raise is carried out by LaunchInstances, zone after zone."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RefusedError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.launching import (
    LaunchInstance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import launching
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
)

GROUP = dataclasses.replace(
    a_group(an_instance("w", zone="a")), source=("lt-1", "$Latest"), zones=("a", "b")
)


def a_look(surge_by: Any = "launch_instances", surge: int = 1, **more: Any) -> RotationContext:
    """A look at a group of one node, in zone a of two."""
    policy = a_policy(surge, 1, surge_by=surge_by)
    return a_context(more.pop("group", GROUP), [a_node("w")], policy=policy, **more)


def refused(*zones: str, error: RotatorError = RefusedError("no room")) -> dict[str, Any]:
    """Fields of a memory in which these zones have refused."""
    asked = (LaunchInstance(GROUP.name, 2, zone, "t") for zone in zones)
    return {"retries": {command: Retry(1, NOW - 9, error) for command in asked}}


@pytest.mark.parametrize(
    ("more", "zone"),
    [
        pytest.param({}, "b", id="the emptiest"),
        pytest.param(refused("b"), "a", id="the next one after a refusal"),
        pytest.param(refused("b", error=UnreachableError("x")), "b", id="the same one again"),
    ],
)
def test_one_instance_is_launched_in(more: dict[str, Any], zone: str) -> None:
    ctx = a_look(**more)
    assert launching.launch(ctx, 2, 7.0)
    assert ctx.commands == [LaunchInstance(GROUP.name, 2, zone, "")]


def test_a_request_that_is_sent_again_has_the_token_of_the_first_and_another_raise_has_not() -> (
    None
):
    tokens = []
    for since in (7.0, 7.0, 8.0):
        ctx = a_look()
        launching.launch(ctx, 2, since)
        tokens.append(ctx.commands[0].token)  # type: ignore[attr-defined]
    assert tokens[0] == tokens[1] != tokens[2]


@pytest.mark.parametrize(
    ("more", "issued"),
    [
        pytest.param({"raise_sent": True}, False, id="a run before us may have sent it"),
        pytest.param({"raise_sent": True, **refused("a")}, True, id="we have sent it"),
        pytest.param({"raise_sent": False}, True, id="nobody has"),
    ],
)
def test_what_a_run_before_us_may_have_launched_is_not_launched_again(
    more: dict[str, Any], issued: bool
) -> None:
    ctx = a_look(**more)
    assert launching.launch(ctx, 2, 7.0) is issued
    assert bool(ctx.commands) is issued
    assert ctx.poll_soon is (not issued)


def test_where_every_zone_refuses_the_run_settles_and_says_why() -> None:
    ctx = a_look(**refused("a", "b"))
    assert not launching.launch(ctx, 2, 7.0)
    assert ctx.commands == []
    assert ctx.memory.mode == "settle"
    assert "The surge could not be launched. no room; no room" in str(ctx.memory.report.problem)


@pytest.mark.parametrize(
    ("surge_by", "surge", "group", "is_refused"),
    [
        ("launch_instances", 1, GROUP, False),
        ("launch_instances", 1, dataclasses.replace(GROUP, zones=()), True),
        ("launch_instances", 0, dataclasses.replace(GROUP, zones=()), False),
        ("set_desired", 1, dataclasses.replace(GROUP, zones=()), False),
    ],
)
def test_a_group_that_cannot_be_launched_so_is_refused_only_if_that_is_asked(
    surge_by: str, surge: int, group: Any, is_refused: bool
) -> None:
    ctx = a_look(surge_by, surge, group=group)
    assert (launching.refusal_to_launch(ctx) is not None) is is_refused
