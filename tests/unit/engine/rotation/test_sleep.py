# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has lasted while the process slept was not seen to last."""

from __future__ import annotations

import math

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.decide import decide
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.sleep import (
    SLEPT,
    without_sleep,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import (
    a_group,
    a_node,
    an_instance,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    POLICY,
    a_cache,
    a_memory,
)

GROUP = a_group(an_instance("w"))


@pytest.mark.parametrize(
    ("due", "began", "counts_from"),
    [
        pytest.param(NOW, 400.0, 400.0, id="in time"),
        pytest.param(NOW - SLEPT + 1, 400.0, 400.0, id="a little late, as on a busy machine"),
        pytest.param(NOW - 300, 400.0, 700.0, id="it slept for five minutes"),
        pytest.param(NOW - 900, 50.0, 950.0, id="it slept for most of the time"),
        pytest.param(NOW - 300, 990.0, NOW, id="a condition never begins in the future"),
        pytest.param(math.inf, 400.0, 400.0, id="no look was due"),
    ],
)
def test_sleep_does_not_count(due: float, began: float, counts_from: float) -> None:
    memory = a_memory(GROUP, timers={"stalled": began}, next_look=due)
    assert without_sleep(memory, NOW).timers == {"stalled": counts_from}


def test_a_run_that_wakes_has_as_much_time_as_before() -> None:
    memory = a_memory(GROUP, timers={"stalled": NOW - 500}, next_look=NOW - 450)
    step = decide(memory, View(a_cache([a_node("w")])), NOW, POLICY)
    assert step.result is None
    assert step.memory.timers.get("stalled", NOW) >= NOW - 50
    assert step.memory.next_look == step.wake


def test_the_drains_have_as_much_time_as_before_too() -> None:
    drain = DrainMemory({"w": NodeMemory(NOW - 500)})
    memory = without_sleep(a_memory(GROUP, drain=drain, next_look=NOW - 450), NOW)
    assert memory.drain.nodes["w"].began == NOW - 50


def test_a_look_before_it_is_due_counts_nothing_twice() -> None:
    memory = a_memory(GROUP, timers={"stalled": NOW - 500}, next_look=NOW + 20)
    assert without_sleep(memory, NOW) == memory
    late = memory.with_fields(next_look=NOW - 100)
    once = without_sleep(late, NOW).timers["stalled"]
    assert once == NOW - 400
