# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say whether reads may still lack what was done to the group's settings.

What the record lists must not be taken for undone, and dropped, because a read is late.
"""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Deregister,
    Protect,
    ProtectNew,
    SetMaxSize,
    SetTag,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    SETTLED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.warm_pool import (
    SetReuse,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

SETTINGS = (Suspend, SetMaxSize, ProtectNew, Protect, SetTag, SetReuse, Deregister)
"""Commands that change what the record lists to be restored."""


def are_late(ctx: RotationContext) -> bool:
    """Return whether the last read may lack a setting.

    The run before us made it, or we may have, since the answer to it was lost.
    """
    lost = any(isinstance(act, SETTINGS) for act in ctx.memory.outbox.unanswered)
    return lost or earlier_are_late(ctx)


def earlier_are_late(ctx: RotationContext) -> bool:
    """Return whether the last read may lack what the run before us did."""
    return ctx.memory.reads.read_began < shows_earlier(ctx)


def shows_earlier(ctx: RotationContext) -> float:
    """Return from when on reads show what the run before us did."""
    memory = ctx.memory
    return memory.lock.taken + SETTLED if memory.resumed else -math.inf
