# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Account for the desired capacity that a read shows."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Reading,
    explain,
    move_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.raising import (
    learn_raise_absent,
)


def account(memory: Memory, group: Group, began: float, sending: bool) -> Memory:
    """Account for the desired capacity of this read (see core.rotation.accounting)."""
    if not memory.journal.run or not memory.lock.held:
        return memory
    memory = learn_raise_absent(memory, group, began)
    launched = frozenset(instance.id for instance in group.launched)
    before = (
        {instance.id for instance in memory.reads.read.launched} if memory.reads.read else set()
    )
    # A read that goes back shows nobody's end: what comes to be seen again was not lost.
    lost = (memory.reads.lost | (before - launched - memory.reads.ended_by_us)) - launched
    reading = _reading(memory, group, began, sending, lost)
    ours = memory.journal.max_size or ()
    ceiling = ours[0] if group.max_size in ours else group.max_size
    told = explain(
        memory.journal.account, memory.reads.doubt, reading, memory.reads.desired_at, ceiling
    )
    counted = told.foreign is not None or group.desired == memory.journal.expected
    foreign = (told.foreign.told_by(group.cause),) if told.foreign else ()
    seen = told.foreign is None and told.account.raise_from is None
    lowered = memory.reads.lowered
    if told.foreign is not None:
        lowered = (told.foreign.before - told.foreign.after - len(lost), began)
    return memory.with_fields(
        journal=memory.journal.accounted(told.account),
        doubt=told.doubt,
        lost=frozenset() if counted else lost,
        foreign=(*memory.reads.foreign, *foreign),
        lowered=lowered,
        raise_answered=memory.reads.raise_answered and not seen,
    )


def _reading(
    memory: Memory, group: Group, began: float, sending: bool, lost: frozenset[str]
) -> Reading:
    """Return what a read says of desired. `lost`: instances that others have ended."""
    aside = lost.intersection(one.id for one in group.instances if one.in_standby)
    return Reading(
        began,
        group.desired,
        frozenset(instance.id for instance in group.launched),
        group.min_size,
        ended_elsewhere=len(lost - aside),
        put_aside=len(aside),
        answered=memory.reads.decremented,
        raise_sent=memory.reads.raise_sent or sending,
        raise_answered=memory.reads.raise_answered,
        moved=move_of(memory.reads.cause),
    )
