# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count no time in which a run slept: what nobody looked at has not lasted."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Memory,
)

SLEPT = 10.0
"""Seconds after which a look that comes later than it was due shows that the process slept."""


def without_sleep(memory: Memory, now: float) -> Memory:
    """Return the memory with conditions that have lasted only while somebody looked.

    A process may be stopped, or its machine suspended. Time limits are for what is seen to last.
    """
    slept = now - memory.next_look
    if slept < SLEPT:
        return memory
    timers = {name: min(now, at + slept) for name, at in memory.timers.items()}
    return memory.with_fields(timers=timers, drain=memory.drain.later(slept))
