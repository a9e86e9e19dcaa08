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
    same with our own late acts laid over it. `expected`: desired after our own act at
    `expected_at`, while a late read may say otherwise (any number of `span`); `unseen`: no read has
    shown it yet. `target`: as resolved when this run began. `timers`: when a condition was first
    seen. `mode`: survey, rotate, settle or release; `problem` why we settle. `left`: sentences
    about what stays as we set it."""

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
    expected: int | None = None
    expected_at: float = -math.inf
    span: tuple[int, int] = (0, 0)
    unseen: bool = False
    poll_soon: bool = False
    strangers: frozenset[str] = frozenset()
    marks: Marks = Marks()
    retries: Mapping[Command, Retry] = dataclasses.field(default_factory=dict)
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
    if isinstance(command, SetDesired):
        journal = dataclasses.replace(memory.journal, intent=None)
        memory = _expect(dataclasses.replace(memory, journal=journal), command.desired, done.ended)
    elif isinstance(command, Terminate):
        memory = _terminated(memory, command, done.ended)
    if command.service == "aws":
        others = {act: at for act, at in memory.acts.items() if act != command}
        memory = _effective(
            dataclasses.replace(memory, acted=done.ended, acts={**others, command: done.ended}),
            done.ended,
        )
    return memory


def _terminated(memory: Memory, command: Terminate, now: float) -> Memory:
    marks = dataclasses.replace(memory.marks, gone=memory.marks.gone | {command.instance})
    memory = dataclasses.replace(memory, marks=marks)
    if not command.decrement or memory.group is None:
        return memory
    desired = memory.group.desired if memory.expected is None else memory.expected
    return _expect(
        dataclasses.replace(memory, journal=_retired(memory.journal, {command.instance})),
        desired - 1,
        now,
    )


def _expect(memory: Memory, desired: int, now: float) -> Memory:
    """Desired is this now by our act. A late read may show what it was since the last read that we
    believed; any other number is somebody else's."""
    known = memory.group.desired if memory.group else desired
    low, high = memory.span if memory.expected is not None else (known, known)
    span = (min(low, desired), max(high, desired))
    return dataclasses.replace(memory, expected=desired, expected_at=now, span=span, unseen=True)


def _retired(journal: Journal, instances: set[str]) -> Journal:
    """The journal when these are gone: each that went with decrement has taken 1 off the surge."""
    ended = [instance for instance in journal.retiring if instance in instances]
    still = tuple(instance for instance in journal.retiring if instance not in instances)
    return dataclasses.replace(journal, surge=max(0, journal.surge - len(ended)), retiring=still)


def _read(memory: Memory, done: Done) -> Memory:
    if done.began < memory.read_began:
        return memory
    group: Group = done.answer
    ended = frozenset(instance.id for instance in group.instances if instance.ending)
    if ended - memory.marks.gone:
        memory = dataclasses.replace(
            memory, marks=dataclasses.replace(memory.marks, gone=memory.marks.gone | ended)
        )
    memory = _effective(dataclasses.replace(memory, read=group, read_began=done.began), done.began)
    if memory.expected is not None and done.began >= memory.acted:
        memory = _compared(memory, group.desired, done.began - memory.expected_at)
    if done.began >= memory.acted:
        launched = {instance.id for instance in group.launched}
        over = {instance for instance in memory.journal.retiring if instance not in launched}
        memory = (
            dataclasses.replace(memory, journal=_retired(memory.journal, over)) if over else memory
        )
    return memory


def _compared(memory: Memory, desired: int, after: float) -> Memory:
    """What a read so long after our act tells of desired. A number that cannot be old is somebody
    else's. Reads may go back behind one that showed ours, so it is given up for theirs only when
    none can be so late."""
    shown = desired == memory.expected
    ours = memory.span[0] <= desired <= memory.span[1] and after <= (
        STALE_READ_TIMEOUT if memory.unseen and not shown else REPEAT
    )
    return dataclasses.replace(
        memory,
        unseen=memory.unseen and ours and not shown,
        expected=memory.expected if ours else None,
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
