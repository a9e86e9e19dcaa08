# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a run turns to the nodes of a failed image, and what is outdated then."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Target
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import turn_back
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    TARGET,
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    RUNNING,
    a_context,
    a_policy,
)

OLD = Target("lt-1", "1", "ami-old", "blue", resolved_at=1500.0)
FAILED = dataclasses.replace(RUNNING, canary="failed", previous=("lt-1", "1"))


def a_look(resolved: Target | None = OLD, on_failure: Any = "rollback", **more: Any) -> Any:
    """A settling run that has pointed the group back, with an old node and a new one."""
    group = a_group(an_instance("w"), an_instance("n", fresh=True), resolved=resolved)
    fields: dict[str, Any] = {
        "mode": "settle",
        "launches_from": ("lt-1", "1"),
        "problem": FailedError("the canary failed"),
        **more,
    }
    policy = a_policy(on_failure=on_failure, canary=1, max_node_age=1.0)
    return a_context(group, [a_node("w"), a_node("n")], FAILED, policy, **fields)


def turned(ctx: RotationContext) -> bool:
    turn_back.turn_back(ctx)
    return ctx.memory.mode == "rotate"


def test_once_reads_show_the_previous_version_it_is_the_target() -> None:
    ctx = a_look()
    assert turned(ctx)
    assert ctx.journal.target == ("lt-1", "1", "ami-old")
    assert [member.id for member in ctx.situation.outdated] == ["i-n"], "age does not count"
    assert [member.available for member in ctx.situation.current] == [True]
    assert str(ctx.memory.report.problem) == "the canary failed"
    assert not turn_back.is_pending(ctx)


@pytest.mark.parametrize(
    ("more", "pending"),
    [
        pytest.param({"resolved": TARGET}, True, id="a late read"),
        pytest.param({"resolved": None}, True, id="nothing to launch from"),
        pytest.param({"launches_from": ("", "")}, False, id="not pointed back"),
        pytest.param({"on_failure": "rollback_template"}, False, id="not wanted"),
        pytest.param({"turned_back": True}, False, id="done already"),
    ],
)
def test_else_it_does_not(more: dict[str, Any], pending: bool) -> None:
    ctx = a_look(**more)
    assert turned(ctx) is False
    assert turn_back.is_pending(ctx) is pending
    assert ctx.poll_soon is pending
