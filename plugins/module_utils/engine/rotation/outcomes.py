# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply outcomes of commands to the memory."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ChangeNode,
    Command,
    DeleteNode,
    DeletePod,
    Deregister,
    EnterStandby,
    Evict,
    ReadCluster,
    ReadConsole,
    ReadGroup,
    ReadLease,
    Register,
    SetDesired,
    Terminate,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    NotFoundError,
    TemporaryError,
    ThrottledError,
    may_be_done,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.heartbeats import (
    ReadHeartbeat,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.launching import (
    LaunchInstance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.overlay import overlay
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.targets import (
    ReadTargets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    outcomes as control_plane,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.console import (
    learn_console,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.desired import account
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.heartbeats import (
    learn_heartbeat,
    learn_refusal,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.lease_news import (
    learn_lease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    REPEAT,
    Memory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.node_writes import (
    learn_shown,
    learn_write,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    Retry,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.settings import (
    learn_setting,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.target_news import (
    learn_deregistered,
    learn_targets,
    with_known_targets,
)

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
"""Seconds until a failed command is tried again: at first, doubled every time, and at most."""

AFTER_ACT = 1.0
"""Seconds until the group is read after an act of ours."""
RAISES = (SetDesired, LaunchInstance)
"""Commands that raise desired."""
TARGETS = (Deregister, Register)
"""Commands that change nothing of the group itself."""
CONFLICT_PAUSE = 1.0
"""Seconds until a Lease that somebody else has written is read: who writes it again and again must
not make us ask without a pause."""


def learn(memory: Memory, view: View, now: float) -> Memory:
    """Return the memory after the outcomes of this look."""
    memory = learn_shown(memory, view.cache)
    sending = any(isinstance(command, RAISES) for command in view.in_flight)
    if _raises(view.done):  # reads before it tell nothing, however long they showed no raise
        memory = memory.with_fields(raise_sent=True, raise_absent=None)
    for done in view.done:
        if done.error is not None:
            memory = _failed(memory, done, now)
        elif isinstance(done.command, ReadGroup):
            memory = _read(_without_retry(memory, done.command), done, done.command.also, sending)
        else:
            memory = _succeeded(memory, done)
    return memory


def _raises(outcomes: tuple[Done, ...]) -> bool:
    """Return whether desired may have been set, whatever order the answers came in."""
    raised = (done for done in outcomes if isinstance(done.command, RAISES))
    return any(done.error is None or may_be_done(done.error) for done in raised)


def _without_retry(memory: Memory, command: Command) -> Memory:
    if command not in memory.outbox.retries:
        return memory
    retries = {other: retry for other, retry in memory.outbox.retries.items() if other != command}
    return memory.with_fields(retries=retries)


def _succeeded(memory: Memory, done: Done) -> Memory:
    command = done.command
    memory = _without_retry(memory, command)
    if isinstance(command, control_plane.COMMANDS):
        return control_plane.learned(memory, done)
    if isinstance(command, ReadCluster):
        return memory.with_fields(cluster_uid=done.answer)
    if isinstance(command, ReadLease) and command.namespace:
        found = {**memory.lock.elsewhere, command.namespace: (done.answer, done.began)}
        return memory.with_fields(elsewhere=found)
    if isinstance(command, (ReadLease, WriteLease)):
        return learn_lease(memory, done)
    if isinstance(command, ReadHeartbeat):
        return learn_heartbeat(memory, command.node, done.answer, done.began)
    if isinstance(command, ReadConsole):
        return learn_console(memory, command, done.answer)
    if isinstance(command, ReadTargets):
        return _effective(learn_targets(memory, done), done.began)
    memory = memory.with_fields(changed=True)
    memory = learn_setting(_asked(memory, command, done.ended), command, done.ended)
    if isinstance(command, RAISES):
        memory = memory.with_fields(raise_answered=True)
    if isinstance(command, (Terminate, EnterStandby)):
        memory = _terminated(memory, command, done.ended)
    if isinstance(command, DeleteNode):  # a finalizer may keep the Node for long
        memory = memory.with_fields(acts={**memory.outbox.acts, command: done.ended})
    if isinstance(command, ChangeNode):
        memory = learn_write(memory, command, done.answer or "", done.ended)
    if isinstance(command, Deregister):
        memory = learn_deregistered(memory, command)
    if command.service == "aws":
        memory = memory.with_fields(
            acts={**_without(memory.outbox.acts, command), command: done.ended},
            unanswered=_without(memory.outbox.unanswered, command),
        )
        memory = _effective(_acted(memory, command, done.ended), done.ended)
    return memory


def _acted(memory: Memory, command: Command, now: float) -> Memory:
    """Note that an act on AWS has ended, and when a read should show it.

    The end of an instance that Auto Scaling replaces is not waited for: its replacement is seen
    when its node joins, before the next node is cordoned, or on the slow tick. What happens to
    targets, reads of the group do not show.
    """
    if isinstance(command, TARGETS):
        return memory
    replaced = isinstance(command, Terminate) and not command.decrement
    due = math.inf if replaced else now + AFTER_ACT
    if memory.reads.read_began < memory.outbox.acted:
        due = min(due, memory.reads.read_due)
    return memory.with_fields(acted=now, read_due=due)


def _asked(memory: Memory, command: Command, now: float) -> Memory:
    """Note what a command does to desired and instances.

    It was performed, or may have been.
    """
    if isinstance(command, (Terminate, EnterStandby)):
        memory = memory.with_fields(ended_by_us=memory.reads.ended_by_us | {command.instance})
    if isinstance(command, RAISES) or _lowers(command):
        memory = memory.with_fields(desired_at=now)
    return memory


def _lowers(command: Command) -> bool:
    """Return whether a command makes the group one smaller."""
    return isinstance(command, EnterStandby) or (
        isinstance(command, Terminate) and command.decrement
    )


def _terminated(memory: Memory, command: Terminate | EnterStandby, now: float) -> Memory:
    marks = dataclasses.replace(
        memory.nodes.marks, gone=memory.nodes.marks.gone | {command.instance}
    )
    if _lowers(command):
        memory = memory.with_fields(decremented=memory.reads.decremented | {command.instance})
    return memory.with_fields(marks=marks)


def _read(memory: Memory, done: Done, also: tuple[str, ...], sending: bool) -> Memory:
    """Take note of a read of the group, and of the instances `also`.

    `sending`: desired is being set by us.
    """
    if done.began < memory.reads.read_began:
        return memory
    group, reads = with_known_targets(memory, done)
    gone = memory.nodes.marks.gone | group.ending
    if gone != memory.nodes.marks.gone:
        memory = memory.with_fields(marks=dataclasses.replace(memory.nodes.marks, gone=gone))
    if memory.reads.first_read_at is None:
        memory = memory.with_fields(first_read_at=group.read_at)
    memory = memory.with_fields(cause=group.cause or memory.reads.cause)
    memory = account(memory, group, done.began, sending)
    memory = memory.with_fields(
        read=group,
        read_began=done.began,
        read_ended=done.ended,
        target_reads=reads,
        turned=memory.reads.turned.difference(also),
    )
    return _effective(memory, done.began)


def _effective(memory: Memory, now: float) -> Memory:
    """Return the memory with `group`: what was read, our recent actions applied."""
    acts, unanswered = (
        {act: at for act, at in found.items() if now - at < REPEAT}
        for found in (memory.outbox.acts, memory.outbox.unanswered)
    )
    group = None if memory.reads.read is None else overlay(memory.reads.read, acts)
    return memory.with_fields(acts=acts, unanswered=unanswered, group=group)


def _without(acts: Mapping[Command, float], command: Command) -> dict[Command, float]:
    return {act: at for act, at in acts.items() if act != command}


def _failed(memory: Memory, done: Done, now: float) -> Memory:
    error, command = done.error, done.command
    if error is None or isinstance(
        command, (Evict, DeletePod)
    ):  # the drain has its own table of answers
        return memory
    if isinstance(command, ReadHeartbeat):
        memory = learn_refusal(memory, command.node, error, done.began)
    replaced = isinstance(command, WriteLease) and bool(command.lease.resource_version)
    gone = isinstance(error, NotFoundError) and replaced
    if isinstance(command, WriteLease) and (isinstance(error, ConflictError) or gone):
        read = ReadLease(command.lease.name)
        return memory.with_fields(
            lease_read=-math.inf,
            retries={**memory.outbox.retries, read: Retry(0, now + CONFLICT_PAUSE, error)},
        )
    if isinstance(command, control_plane.COMMANDS):
        memory = control_plane.failed(memory, command, error)
    if may_be_done(error):
        memory = _asked(memory, command, done.ended)
    times = memory.outbox.retries[command].times + 1 if command in memory.outbox.retries else 1
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(times - 1, 8))
    if isinstance(error, ThrottledError) and error.retry_after:
        pause = max(pause, error.retry_after)
    elif not isinstance(error, TemporaryError):
        pause = max(pause, 5.0)
    retries = {**memory.outbox.retries, command: Retry(times, now + pause, error, now)}
    memory = memory.with_fields(retries=retries)
    reads = isinstance(command, (ReadGroup, ReadTargets, *control_plane.COMMANDS))
    if command.service != "aws" or reads:
        return memory
    if may_be_done(error):
        unanswered = {**memory.outbox.unanswered, command: done.ended}
        memory = memory.with_fields(unanswered=unanswered)
    return _acted(memory, command, done.ended)
