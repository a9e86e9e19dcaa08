# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what one look of a rotation knows and decides."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    DeletePod,
    Evict,
    PointBack,
    ReadCluster,
    ReadConsole,
    ReadGroup,
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    READS,
    WriteShared,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event, EventPhase
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import NODES, Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import (
    REFRESH_AGE,
    NodeChange,
    NodeWrite,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.heartbeats import (
    ReadHeartbeat,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    ACT_UNTIL,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.targets import (
    ReadTargets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    View,
    wake_for,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import guard
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.known import Known
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
    replaced,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.subjects import about
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.undone import (
    what_is_undone,
)

UNDONE_TIMES, GIVEN_UP_TIMES = 3, 6
"""How often an act of ours on a Node may be repeated before who undoes it is named, and before it
is left."""
UNDONE_PAUSE, UNDONE_MOST = 10.0, 300.0
"""Seconds until a write that was undone three times is repeated; twice as long every time."""
GUARDED = 5.0
"""Seconds until a command that the guard forbids is decided again."""
RECENT = 5.0
"""Seconds: how old a read may be for acts that somebody else's change would make wrong."""
FREE = (ReadCluster, ReadGroup, ReadHeartbeat, ReadLease, ReadTargets, *READS)
"""Reads, which hurt nobody."""
UNLOCKED = (*FREE, ReadConsole, WriteLease, WriteShared)
"""Commands that need no lock: reads, and writes of a Lease, which are refused if one is late."""


class RotationContext(Known):
    """Everything that the stages of one look share.

    Stages call `do`, `tell`, `note`, `record`, `look_at`; `memory` is replaced, never mutated.
    `poll_soon`: what is awaited only a read of the group shows. `read`: the command that reads it.
    `drained_at`: when instances will have drained. `may_act`: the lock is ours and renewed in time.
    """

    def __init__(self, memory: Memory, view: View, now: float, policy: RotationPolicy) -> None:
        super().__init__(memory, view, now, policy)
        self.commands: list[Command] = []
        self.events: list[Event] = []
        self.feeds: set[Feed] = {NODES}
        self.wake = math.inf
        self.may_act = False
        self.poll_soon, self.drained_at = False, dict[str, float]()
        self.read = ReadGroup(policy.group)

    def do(self, command: Command) -> None:
        """Issue a command, unless it failed lately.

        Reading is free; evicting needs the lock; everything else needs the record written as well.
        What is held back here is simply decided again at the next look.
        """
        if not self._allows(command):
            return
        retry, acted = (
            self.memory.outbox.retries.get(command),
            self.memory.outbox.acts.get(command, -math.inf),
        )
        if (retry is not None and retry.at > self.now) or acted + REPEAT > self.now:
            self.look_at(max(retry.at if retry else 0.0, acted + REPEAT))
        elif guard.forbids(self, tuple(self.commands), command):
            self.look_at(self.now + GUARDED)
        else:
            self.commands.append(command)

    def _allows(self, command: Command) -> bool:
        if isinstance(command, UNLOCKED):
            return True
        beyond = isinstance(command, PointBack) and guard.in_outage(self)
        written = self.recorded or isinstance(command, (Evict, DeletePod))
        return beyond or (self.may_act and written)

    @property
    def not_after(self) -> dict[Command, float]:
        """Return until when each command of this look may be sent.

        That is as long as the Lease is surely ours, less a third of its time for the transfer. What
        nobody else can be hurt by has no limit: a read, and the replacement of a Lease, which the
        server refuses if somebody was faster.
        """
        limit = self.memory.lock.confirmed + guard.sure_for(self) * ACT_UNTIL
        return {command: limit for command in self.commands if _is_limited(self.memory, command)}

    def read_within(self, seconds: float) -> None:
        """Read the group once the last read is older than this."""
        due = self.memory.reads.read_began + seconds
        if self.now >= due:
            self.do(self.read)
        else:
            self.look_at(due)

    def read_recently(self, within: float = RECENT) -> bool:
        """Return whether the last read is no older than `within`; read anew if it is.

        What others may have changed meanwhile must not be undone, or acted upon, by an old read.
        Where reads take longer than that, the newest one has to do. Whether instances are being
        refreshed may have been looked at REFRESH_AGE before.
        """
        memory = self.memory
        took = memory.reads.read_ended - memory.reads.read_began
        recent = self.now - memory.reads.read_began <= max(within, took + 1)
        if recent and self.group.refreshing_age <= REFRESH_AGE:
            return True
        self.do(dataclasses.replace(self.read, refresh_age=REFRESH_AGE))
        return False

    def fresh_awaited(self) -> bool:
        """Return whether a read shows our last action on AWS; poll until one does."""
        self.poll_soon |= not self.read_fresh
        return self.read_fresh

    def change(self, node: Node, change: NodeChange) -> None:
        """Write a Node as it was last seen, unless it only stands in for one.

        Who undoes our write again and again is named, and not fought: after the third time it is
        repeated less and less often.
        """
        if not self.kind.carries_pods:
            return
        key = (node.name, change.kind)
        times, last = self.memory.outbox.node_writes.get(key, (0, 0.0))
        if key in self.memory.outbox.unshown and self.now < last + REPEAT:
            self.look_at(last + REPEAT)
            return
        if times >= UNDONE_TIMES:
            self.tell(
                "undone",
                node.name,
                f"somebody undoes our {what_is_undone(node, change)};"
                " see who writes it (metadata.managedFields)",
                once=f"undone {node.name} {change.kind}",
            )
            pause = min(UNDONE_PAUSE * 2 ** (times - UNDONE_TIMES), UNDONE_MOST)
            if self.now < last + pause:
                self.look_at(last + pause)
                return
        self.do(ChangeNode(node.name, node.resource_version, change))

    def undone(self, node: Node, kind: NodeWrite) -> bool:
        """Return whether somebody has undone this kind of write so often that we stop."""
        return self.memory.outbox.node_writes.get((node.name, kind), (0, 0.0))[0] >= GIVEN_UP_TIMES

    def tell(
        self,
        phase: EventPhase,
        subject: str,
        text: str = "",
        once: str = "",
        since: float | None = None,
        until: float | None = None,
    ) -> None:
        """Report an event; with `once` (a key) only the first time."""
        if once:
            if once in self.memory.report.told:
                return
            self.note(told=self.memory.report.told | {once})
        records, group = self.memory.nodes.records, self.memory.reads.group
        known = group is not None and (group.resolved or self.memory.mode != "survey")
        members, total = self.situation.members if known else (), len(self.begun)
        if known:
            total += len(self.situation.outdated_ids.difference(records, self.passed_over))
        ended = self.shelved(replaced, records)
        meant = about(subject, records.values(), members)
        self.events.append(Event(phase, subject, text, f"{ended}/{total}", since, until, meant))

    def note_outcomes(self, learn: Callable[[Memory, View, float], Memory]) -> None:
        """Take note of how commands ended."""
        self.memory = learn(self.memory, self.view, self.now)

    def note(self, **fields: Any) -> None:
        """Change fields of the memory."""
        self.memory = self.memory.with_fields(**fields)

    def record(self, **fields: Any) -> None:
        """Change what the journal should say; actions wait until it is written."""
        self.note(
            journal=dataclasses.replace(self.journal, **fields),
            canary=fields.get("canary") or self.memory.report.canary,
        )
        self.look_at(self.now)

    def account(self, account: Account) -> None:
        """Change what the journal says of desired."""
        self.note(journal=self.journal.accounted(account))
        self.look_at(self.now)

    def mark(self, **fields: frozenset[str]) -> None:
        """Change what is known of instances beyond what the world says."""
        self.note(marks=dataclasses.replace(self.memory.nodes.marks, **fields))
        self.look_at(self.now)

    def about(self, instance: str, **fields: Any) -> None:
        """Change what the result says of a node."""
        known: NodeRecord = self.memory.nodes.records[instance]
        moved = known.moved(fields.get("phase", known.phase), self.now)
        updated = dataclasses.replace(moved, **fields)
        if updated != known:
            self.note(records={**self.memory.nodes.records, instance: updated})

    def look_at(self, moment: float) -> None:
        """Look again at this moment at the latest."""
        self.wake = min(self.wake, wake_for(moment, self.now))

    def since(self, condition: str) -> float:
        """Return for how many seconds this condition has been seen.

        The first call starts the count.
        """
        if condition not in self.memory.timers:
            self.note(timers={**self.memory.timers, condition: self.now})
        return self.now - self.memory.timers[condition]

    def over(self, condition: str, limit: float) -> bool:
        """Return whether the condition has lasted for `limit` seconds.

        If not, look again when it will have.
        """
        lasted = self.since(condition)
        if lasted < limit - 1e-6:
            self.look_at(self.now + limit - lasted)
            return False
        return True

    def forget(self, condition: str) -> None:
        """Forget a condition that is not so any more; its next time counts from then."""
        if condition in self.memory.timers:
            self.note(
                timers={name: at for name, at in self.memory.timers.items() if name != condition}
            )

    def refused(self, command: Command) -> Retry | None:
        """Return how often this command has failed in a row, None if it has not."""
        return self.memory.outbox.retries.get(command)


def _is_limited(memory: Memory, command: Command) -> bool:
    if isinstance(command, WriteLease):
        return memory.lock.held and not command.lease.resource_version
    if isinstance(command, WriteShared):
        return memory.plane.shared_held and not command.lease.resource_version
    return not isinstance(command, FREE)
