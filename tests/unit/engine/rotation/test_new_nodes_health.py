# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A new node counts once it is healthy where outdated ones are."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import TargetRead
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import new_nodes
from ansible_collections.nodeops.rotator.tests.unit.core.builders import INGRESS, a_target
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import NOW
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.test_new_nodes import (
    GROUP,
    a_look,
)


class TestANewNode:
    @pytest.mark.parametrize(
        ("targets", "read", "joined"),
        [
            pytest.param((a_target("w"),), NOW, False, id="in which it is not"),
            pytest.param((a_target("w"), a_target("n", "initial")), NOW, False, id="as yet"),
            pytest.param((a_target("w"), a_target("n")), NOW - 61, False, id="by an old read"),
            pytest.param((a_target("w"), a_target("n")), NOW - 60, True, id="in which it is"),
            pytest.param((a_target("w", "unhealthy"),), NOW, True, id="in which none is"),
        ],
    )
    def test_where_others_are_healthy_it_counts_once_it_is(
        self, targets: Any, read: float, joined: bool
    ) -> None:
        ctx = a_look(
            {},
            group=dataclasses.replace(GROUP, targets=targets, target_groups=(INGRESS,)),
            target_reads={INGRESS: TargetRead(read, read)},
            timers={"ready i-n": NOW - 60},
        )
        new_nodes.judge(ctx)
        assert ctx.memory.nodes.marks.joined == (frozenset(("i-n",)) if joined else frozenset())
        ready = "ready i-n" in ctx.memory.timers
        assert ready is not joined, "it stays ready until it counts"
        assert ctx.memory.mode == "rotate"

    def test_that_is_never_healthy_fails_in_time_and_says_where(self) -> None:
        ctx = a_look(
            {},
            group=dataclasses.replace(GROUP, targets=(a_target("w"),), target_groups=(INGRESS,)),
            timers={"ready i-n": NOW - 890, "boot i-n": NOW - 900},
        )
        new_nodes.judge(ctx)
        (failure,) = ctx.journal.failures
        assert failure.endswith("waiting for target group ingress to find it healthy")
