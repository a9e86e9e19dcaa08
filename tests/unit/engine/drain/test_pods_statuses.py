# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each pod, for the result."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Decision,
    Fate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    PodMemory,
    PodStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.pods import (
    Entry,
    NodeLook,
    pod_statuses,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.drain.builders import (
    NODE,
    NOW,
    a_node_memory,
    a_pod,
    going,
    indexed,
    remembered,
)


def entry(pod: Pod, decision: Decision = Decision(Fate.REMOVE), **fields: Any) -> Entry:
    """A pod that is still there."""
    return Entry(PodMemory(pod, **fields), decision)


class TestWhatBecameOfEachPod:
    @pytest.mark.parametrize(
        ("fields", "status"),
        [
            pytest.param({}, ("gone", "", None, None), id="went before we looked"),
            pytest.param({"gone_at": NOW + 9.1234}, ("gone", "", None, 9.123), id="went by itself"),
            pytest.param(
                {"accepted_at": NOW + 2, "asked_at": NOW + 1.23456, "gone_at": NOW + 9},
                ("evicted", "", 1.235, 9.0),
                id="evicted",
            ),
            pytest.param(
                {"accepted_at": NOW + 2, "asked_at": NOW + 1, "gone_at": NOW + 9, "deleted": True},
                ("deleted", "", 1.0, 9.0),
                id="deleted",
            ),
        ],
    )
    def test_of_one_that_is_not_there_any_more(
        self, fields: dict[str, Any], status: tuple[Any, ...]
    ) -> None:
        memory = a_node_memory(pods=remembered(a_pod(), **fields))
        (found,) = pod_statuses(memory, NodeLook(NODE), indexed(), NOW + 20)
        assert (found.state, found.why, found.asked, found.gone) == status

    @pytest.mark.parametrize(
        ("pod", "decision", "fields", "state", "why"),
        [
            pytest.param(a_pod(), Decision(Fate.LEAVE, "left"), {}, "left", "left", id="left"),
            pytest.param(
                a_pod(),
                Decision(Fate.REFUSE, "bare", "set force"),
                {},
                "refused",
                "bare; set force",
                id="refused",
            ),
            pytest.param(
                going(),
                Decision(Fate.AWAIT, "terminating"),
                {"accepted_at": NOW},
                "terminating",
                "terminating for 0 s of its grace of 30 s; raise timeout, or set max_grace_period",
                id="terminating",
            ),
            pytest.param(
                a_pod(), Decision(Fate.AWAIT, "a Job"), {}, "waiting", "a Job", id="waiting"
            ),
            pytest.param(
                a_pod(),
                Decision(Fate.REMOVE),
                {"held_since": NOW, "trouble": "no answer: at all"},
                "blocked",
                "no answer: at all",
                id="blocked",
            ),
            pytest.param(
                a_pod(), Decision(Fate.REMOVE), {}, "pending", "not yet evicted", id="pending"
            ),
            pytest.param(
                going(),
                Decision(Fate.LEAVE, "skipped"),
                {},
                "left",
                "skipped",
                id="left although it terminates",
            ),
        ],
    )
    def test_of_one_that_is_still_there(
        self, pod: Pod, decision: Decision, fields: dict[str, Any], state: str, why: str
    ) -> None:
        memory = a_node_memory(pods=remembered(pod, **fields))
        found = pod_statuses(
            memory, NodeLook(NODE, (entry(pod, decision, **fields),)), indexed(), NOW
        )
        assert [(one.state, one.why) for one in found] == [(state, why)]

    def test_they_come_in_order_of_name(self) -> None:
        pods = (a_pod("b"), a_pod("a"), Pod("bank", "c", "uid-c"))
        found = pod_statuses(a_node_memory(*pods), NodeLook(NODE), indexed(), NOW)
        assert [(one.namespace, one.name) for one in found] == [
            ("bank", "c"),
            ("shop", "a"),
            ("shop", "b"),
        ]
        assert found[0] == PodStatus("bank", "c", "uid-c", "gone")
