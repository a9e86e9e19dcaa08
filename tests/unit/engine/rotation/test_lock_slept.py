# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Lease after the machine has slept."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import lock
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_context,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.test_lock import writes


def test_one_that_was_not_renewed_since_the_machine_slept_is_renewed() -> None:
    ctx = a_context(a_group(), confirmed=NOW - 1000)
    assert not lock.keep(ctx), "nothing is done before it is"
    assert len(writes(ctx)) == 1
    renewed = a_context(a_group(), confirmed=NOW, timers={"renewal": NOW - 200})
    assert lock.keep(renewed)
    assert "renewal" not in renewed.memory.timers
