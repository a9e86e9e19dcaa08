# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Lease that is taken over is told once it is ours, and not before."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import WriteLease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import UnreachableError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import lock
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
    a_policy,
)

DEAD = Lease("nodeops-rotator-blue", "3", "other", "t1", 15, 4)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "taken over from other, who no longer renews it"),
        ({"force_takeover": True}, "taken over from other by force_takeover"),
    ],
)
def test_a_takeover_is_told_once_the_lease_is_ours(options: dict[str, Any], told: str) -> None:
    policy, timers = a_policy(**options), {"lease of other": NOW - 15}
    known: dict[str, Any] = {"lease": DEAD, "lease_read": NOW, "seen": NOW - 15}
    asked = a_context(a_group(), held=False, mode="survey", policy=policy, timers=timers, **known)
    assert lock.acquire(asked) is False
    assert [type(command) for command in asked.commands] == [WriteLease]
    assert asked.events == []
    taken = asked.memory.lock.taken_from
    ours = a_context(a_group(), mode="survey", policy=policy, taken_from=taken)
    lock.acquire(ours)
    assert [event.text for event in ours.events] == [told]


def test_a_takeover_that_is_refused_is_not_looked_at_without_a_pause() -> None:
    timers = {"lease of other": NOW - 99}
    known: dict[str, Any] = {"lease": DEAD, "lease_read": NOW, "seen": NOW - 99}
    asked = a_context(a_group(), held=False, mode="survey", timers=timers, **known)
    lock.acquire(asked)
    retries = {command: Retry(2, NOW + 9, UnreachableError("no")) for command in asked.commands}
    waits = a_context(a_group(), held=False, mode="survey", timers=timers, retries=retries, **known)
    lock.acquire(waits)
    assert waits.commands == []
    assert waits.wake >= NOW + 1
