# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a change under Leases that are taken before and left or given up after."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Generic, TypeVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.decide import (
    LockOutcome,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
    LockMemory,
    LockOrder,
    LockStage,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Inbox, run

T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class ChangeMade(Generic[T]):
    """What was done, and the claims that say so.

    `error`: why it was not done, where something of it is left that the claims record.
    """

    answer: T
    claims: tuple[LeaseClaim, ...]
    error: RotatorError | None = None


def change(inbox: Inbox, order: LockOrder, act: Callable[[float], ChangeMade[T]], keep: bool) -> T:
    """Take the Leases, act, and leave them held for the rotation that follows.

    `act` gets the moment of the inbox's clock until which it may write. `keep` false: no rotation
    follows, and the Leases are given up. Raises the error that keeps the change from being made;
    then the Leases are given up as they were found.
    """
    taken = _reach(inbox, LockMemory(inbox.now()), order)
    if taken.error is not None:
        raise taken.error
    try:
        changed = act(taken.not_after)
    except BaseException:
        _reach(inbox, taken.memory, dataclasses.replace(order, stage="give_up"))
        raise
    stage: LockStage = "hand_over" if keep and changed.error is None else "give_up"
    after = dataclasses.replace(order, stage=stage, claims=changed.claims)
    left = _reach(inbox, taken.memory, after)
    if (error := changed.error or left.error) is not None:
        raise error
    return changed.answer


def _reach(inbox: Inbox, memory: LockMemory, order: LockOrder) -> LockOutcome:
    begun = dataclasses.replace(memory, began=inbox.now(), error=None, foreign=0)
    return run(decide, begun, order, inbox, lambda event, now: None)
