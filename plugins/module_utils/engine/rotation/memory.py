# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation remembers between looks, and how the outcomes of its commands change that.
Private.

All of it may be lost in a crash: what matters then is in the Lease's journal and in the world
itself.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    DeletePod,
    Evict,
    ReadGroup,
    ReadLease,
    SetDesired,
    Terminate,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    NotFoundError,
    RotatorError,
    TemporaryError,
    ThrottledError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    NEVER,
    Doubt,
    Foreign,
    Reading,
    explain,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Marks,
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.overlay import overlay
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import DrainMemory
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View

STALE_READ_TIMEOUT = 90.0
"""Seconds for which a read that does not show our own change of desired counts as stale (Describe*
calls are eventually consistent); after that somebody else has changed it."""
OURS = ("surplus", "broken")
"""Reasons for which a fresh node is taken out again."""
REPEAT = 20.0
"""Seconds for which an act of ours that succeeded counts, whatever reads say."""
BACKOFF, BACKOFF_MOST = 2.0, 30.0


@dataclasses.dataclass(frozen=True)
class Retry:
    """A command that failed: how often in a row, when it may be tried again, and the last error."""

    times: int
    at: float
    error: RotatorError


@dataclasses.dataclass(frozen=True)
class NodeRecord:
    """What the result tells of one node that we took out or tried to. Moments by the engine's
    clock."""

    name: str
    instance_id: str
    zone: str
    reason: str
    phase: str = "cordoned"
    replaced: bool = False
    began: float = 0.0
    ended: float | None = None
    image_id: str = ""
    evictions: int = 0
    blocked_by: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Memory:
    """See the module. `lease` is as last read or written, `seen` when its renewTime was first seen
    as it is; `held` and `confirmed`: it is ours, by a write issued at that moment. `journal` is
    what the record should say, `written` what it says. `read`: the group as last read, `group`: the
    same with our own late acts laid over it. `desired_at`: when our last
    write of desired or decrement ended; `doubt`: a desired that nothing of ours explains yet;
    `lost`: instances that ended since and that we did not end; `ended_by_us`: those that we asked
    to end; `foreign`: proven writes of others, not told yet. `target`: as resolved when this run
    began. `timers`: when a condition was first seen. `mode`: survey, rotate, settle or release;
    `problem` why we settle. `left`: sentences about what stays as we set it."""

    began: float
    mode: str = "survey"
    lease: Lease | None = None
    lease_read: float = -math.inf
    seen: float = 0.0
    held: bool = False
    confirmed: float = -math.inf
    journal: Journal = Journal()
    written: Journal | None = None
    resumed: bool = False
    group: Group | None = None
    read: Group | None = None
    target: Target | None = None
    read_began: float = -math.inf
    acted: float = -math.inf
    desired_at: float = NEVER
    doubt: Doubt | None = None
    lost: frozenset[str] = frozenset()
    ended_by_us: frozenset[str] = frozenset()
    foreign: tuple[Foreign, ...] = ()
    seen_nodes: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()
    booting: frozenset[str] = frozenset()
    lost_launches: int = 0
    poll_soon: bool = False
    strangers: frozenset[str] = frozenset()
    marks: Marks = Marks()
    retries: Mapping[Command, Retry] = dataclasses.field(default_factory=dict)
    node_writes: Mapping[tuple[str, str], tuple[int, float]] = dataclasses.field(
        default_factory=dict
    )
    acts: Mapping[Command, float] = dataclasses.field(default_factory=dict)
    timers: Mapping[str, float] = dataclasses.field(default_factory=dict)
    told: frozenset[str] = frozenset()
    drain: DrainMemory = dataclasses.field(default_factory=DrainMemory)
    records: Mapping[str, NodeRecord] = dataclasses.field(default_factory=dict)
    problem: RotatorError | None = None
    left: tuple[str, ...] = ()
    canary: str = "none"
    joined_nodes: tuple[Mapping[str, Node], Mapping[str, Node]] | None = None
    memo: tuple[tuple[Any, ...], tuple[Any, ...], Situation] | None = None
    released: bool = False
    changed: bool = False

    @property
    def unseen(self) -> bool:
        """Return whether no read shows yet what we did to desired."""
        account = self.journal.account
        if account.raise_from is not None:
            return True
        return bool(self.marks.gone.intersection(account.decrements))


def learn(memory: Memory, view: View, now: float) -> Memory:
    """The memory after the outcomes of this look."""
    for done in view.done:
        memory = _failed(memory, done, now) if done.error else _succeeded(memory, done)
    return memory


def _succeeded(memory: Memory, done: Done) -> Memory:
    command = done.command
    if command in memory.retries:
        retries = {other: retry for other, retry in memory.retries.items() if other != command}
        memory = dataclasses.replace(memory, retries=retries)
    if isinstance(command, ReadGroup):
        return _read(memory, done)
    if isinstance(command, (ReadLease, WriteLease)):
        return _leased(memory, done)
    memory = dataclasses.replace(memory, changed=True)
    memory = _asked(memory, command, done.ended)
    if isinstance(command, Terminate):
        memory = _terminated(memory, command, done.ended)
    if isinstance(command, ChangeNode):
        key = (command.name, command.change.kind)
        times = memory.node_writes.get(key, (0, 0.0))[0]
        writes = {**memory.node_writes, key: (times + 1, done.ended)}
        memory = dataclasses.replace(memory, node_writes=writes)
    if command.service == "aws":
        others = {act: at for act, at in memory.acts.items() if act != command}
        memory = _effective(
            dataclasses.replace(memory, acted=done.ended, acts={**others, command: done.ended}),
            done.ended,
        )
    return memory


def _asked(memory: Memory, command: Command, now: float) -> Memory:
    """Note what a command that was carried out, or may have been, does to desired and instances."""
    if isinstance(command, Terminate):
        memory = dataclasses.replace(memory, ended_by_us=memory.ended_by_us | {command.instance})
    if isinstance(command, SetDesired) or (isinstance(command, Terminate) and command.decrement):
        memory = dataclasses.replace(memory, desired_at=now)
    return memory


def _terminated(memory: Memory, command: Terminate, now: float) -> Memory:
    marks = dataclasses.replace(memory.marks, gone=memory.marks.gone | {command.instance})
    return dataclasses.replace(memory, marks=marks)


def _read(memory: Memory, done: Done) -> Memory:
    if done.began < memory.read_began:
        return memory
    group: Group = done.answer
    ended = frozenset(instance.id for instance in group.instances if instance.ending)
    gone = memory.marks.gone | ended
    if gone != memory.marks.gone:
        memory = dataclasses.replace(memory, marks=dataclasses.replace(memory.marks, gone=gone))
    memory = _account(memory, group, done.began)
    return _effective(dataclasses.replace(memory, read=group, read_began=done.began), done.began)


def _account(memory: Memory, group: Group, began: float) -> Memory:
    """Explain the desired capacity that this read shows (see core.rotation.accounting)."""
    if not memory.journal.run or not memory.held:
        return memory
    launched = frozenset(instance.id for instance in group.launched)
    before = {instance.id for instance in memory.read.launched} if memory.read else set()
    lost = memory.lost | (before - launched - memory.ended_by_us)
    reading = Reading(began, group.desired, launched, group.min_size, len(lost))
    ours = memory.journal.max_size or ()
    ceiling = ours[0] if group.max_size in ours else group.max_size
    told = explain(memory.journal.account, memory.doubt, reading, memory.desired_at, ceiling)
    counted = told.foreign is not None or group.desired == memory.journal.expected
    return dataclasses.replace(
        memory,
        journal=memory.journal.accounted(told.account),
        doubt=told.doubt,
        lost=frozenset() if counted else lost,
        foreign=(*memory.foreign, *((told.foreign,) if told.foreign else ())),
    )


def _effective(memory: Memory, now: float) -> Memory:
    """The memory with `group`: what was read, with what we did lately laid over it."""
    acts = {act: at for act, at in memory.acts.items() if now - at < REPEAT}
    group = None if memory.read is None else overlay(memory.read, acts)
    return dataclasses.replace(memory, acts=acts, group=group)


def _leased(memory: Memory, done: Done) -> Memory:
    lease: Lease | None = done.answer
    same = (
        memory.lease is not None
        and lease is not None
        and (lease.renewed, lease.holder) == (memory.lease.renewed, memory.lease.holder)
    )
    memory = dataclasses.replace(
        memory, lease=lease, lease_read=done.ended, seen=memory.seen if same else done.ended
    )
    if lease is None:
        return memory
    written = load(lease.journal)
    if isinstance(done.command, WriteLease):
        held = bool(lease.holder)
        return dataclasses.replace(
            memory, held=held, released=not held, confirmed=done.began, written=written
        )
    # what an earlier run has left is where we go on, and until we hold it others may still write
    if not memory.held:
        return dataclasses.replace(
            memory, journal=written, written=written, resumed=not written.clean
        )
    return memory


def _failed(memory: Memory, done: Done, now: float) -> Memory:
    error, command = done.error, done.command
    if error is None or isinstance(
        command, (Evict, DeletePod)
    ):  # the drain has its own table of answers
        return memory
    if isinstance(command, ChangeNode) and isinstance(error, (ConflictError, NotFoundError)):
        # The watch brings the node as it is now, or its end; until then the same write would fail
        # again.
        return dataclasses.replace(
            memory, retries={**memory.retries, command: Retry(0, now + BACKOFF, error)}
        )
    if isinstance(command, WriteLease) and isinstance(error, ConflictError):
        return dataclasses.replace(memory, lease_read=-math.inf)
    if isinstance(error, TemporaryError):  # its answer may be lost only
        memory = _asked(memory, command, done.ended)
    times = memory.retries[command].times + 1 if command in memory.retries else 1
    pause = min(BACKOFF_MOST, BACKOFF * 2 ** min(times - 1, 8))
    if isinstance(error, ThrottledError) and error.retry_after:
        pause = max(pause, error.retry_after)
    elif not isinstance(error, TemporaryError):
        pause = max(pause, 5.0)
    retries = {**memory.retries, command: Retry(times, now + pause, error)}
    acted = (
        memory.acted if isinstance(command, ReadGroup) or command.service != "aws" else done.ended
    )
    return dataclasses.replace(memory, retries=retries, acted=acted)
