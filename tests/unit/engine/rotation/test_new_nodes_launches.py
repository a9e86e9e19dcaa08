# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launches that do not come, and the verdict on the canary."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    OverdueError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import new_nodes
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
)

OLD = an_instance("w")
FRESH = tuple(an_instance(name, fresh=True) for name in "mn")


class TestLaunchesThatDoNotCome:
    def look(self, waited: float | None, desired: int = 2, **more: Any) -> RotationContext:
        """A look at one outdated node, with that many desired."""
        group = a_group(OLD, desired=desired, **more.pop("group", {}))
        timers = {} if waited is None else {"launch": NOW - waited}
        ctx = a_context(group, [a_node("w")], timers=timers, **more)
        new_nodes.judge(ctx)
        return ctx

    @pytest.mark.parametrize(
        ("waited", "desired", "more", "counts"),
        [
            pytest.param(None, 2, {}, True, id="one is missing"),
            pytest.param(800, 1, {}, False, id="none is missing"),
            pytest.param(800, 2, {"acted": NOW + 1}, False, id="the read is older than our act"),
        ],
    )
    def test_are_waited_for(
        self, waited: float | None, desired: int, more: dict[str, Any], counts: bool
    ) -> None:
        ctx = self.look(waited, desired, **more)
        assert ("launch" in ctx.memory.timers) is counts
        assert ctx.memory.mode == "rotate"

    @pytest.mark.parametrize(
        ("group", "why"),
        [
            ({}, "no scaling activity says why"),
            ({"activity": "InsufficientInstanceCapacity: none"}, "InsufficientInstanceCapacity"),
            ({"refreshing": True}, "An instance refresh is running"),
        ],
    )
    def test_end_in_failure_after_the_time_of_a_boot(self, group: dict[str, Any], why: str) -> None:
        assert self.look(899, group=group).memory.report.problem is None
        ctx = self.look(900, group=group)
        assert isinstance(ctx.memory.report.problem, OverdueError)
        assert why in str(ctx.memory.report.problem)
        assert "launch" not in ctx.memory.timers, "another attempt has its own time"
