# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember the Leases around a change of a template, and what is wanted of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ConflictError,
    NotFoundError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    dump,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View

LOCK_BACKOFF = 2.0
"""Seconds until a request that failed is made again."""


LockStage = Literal["take", "hand_over", "give_up"]
"""What to do with the Leases: before the change, after it, and instead of it."""


@dataclasses.dataclass(frozen=True)
class LeaseClaim:
    """A Lease of one Auto Scaling group, to be held around a change.

    `previous` and `target` are recorded: the template and version (or launch configuration) that
    the group launches from before and after the change. `origin`: see Journal, ("", "", "") leaves
    what is recorded. `settles`: the state store names what the group launches from; `owes`: it does
    not, and could not be restored. A note of "" is removed from the Lease.
    `previous_others` and `target_others`: see Journal.
    """

    lease: str
    group: str
    labels: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    previous: tuple[str, str] = ("", "")
    target: tuple[str, str, str] = ("", "", "")
    origin: tuple[str, str, str] = ("", "", "")
    settles: bool = False
    owes: bool = False
    previous_others: tuple[tuple[str, str], ...] = ()
    target_others: tuple[tuple[str, str, str], ...] = ()

    def left_of(self, found: str) -> str:
        """Return the record as found, without a settled debt and with one that is owed."""
        if not (self.settles or self.owes):
            return found
        journal = load(found)
        if self.owes:
            # The image that the store names was never launched: it is none that is recorded.
            if journal.canary == "failed":
                journal = dataclasses.replace(journal, canary="")
            owing = dataclasses.replace(journal, store_owed=True, origin=self.origin)
            return dump(dataclasses.replace(owing, target=("", "", ""), target_others=()))
        settled = dataclasses.replace(journal, store_owed=False, origin=("", "", ""))
        return dump(settled) if journal.store_owed else found


@dataclasses.dataclass(frozen=True)
class LockOrder:
    """What is wanted of which Leases, and by whom.

    `duration`: for how long they stay held when nobody renews them. `wait`: how long to wait for
    one that somebody else holds. Both in seconds. `begins`: whether the change begins something,
    for which people must not have paused any of the groups. What puts back may happen in a pause.
    """

    stage: LockStage
    claims: tuple[LeaseClaim, ...]
    run: str
    holder: str
    duration: float = 120.0
    wait: float = 0.0
    begins: bool = False


@dataclasses.dataclass(frozen=True)
class SeenLease:
    """A Lease as last read or written.

    `met`: since when its holder is known, `seen`: since when its renewTime is as it is. `found`:
    the record that was in it before us. `written`: when our last write of it was issued.
    """

    lease: Lease | None
    read: float
    met: float
    seen: float
    found: str = ""
    written: float = -math.inf


@dataclasses.dataclass(frozen=True)
class LeaseTrouble:
    """A request that fails: since when, when to make it again, and the last error."""

    since: float
    again: float
    error: RotatorError


@dataclasses.dataclass(frozen=True)
class LockMemory:
    """Everything that is remembered between looks.

    `error`: why all is given up. `foreign`: seconds of the longest Lease that somebody else has
    held in this stage.
    """

    began: float
    entries: Mapping[str, SeenLease] = dataclasses.field(default_factory=dict)
    troubles: Mapping[str, LeaseTrouble] = dataclasses.field(default_factory=dict)
    error: RotatorError | None = None
    foreign: int = 0


def learn(memory: LockMemory, view: View, holder: str) -> LockMemory:
    """Return the memory after the outcomes of this look."""
    for done in view.done:
        memory = _learnt(memory, done, holder)
    return memory


def _learnt(memory: LockMemory, done: Done, holder: str) -> LockMemory:
    command = done.command
    if isinstance(command, WriteLease):
        name = command.lease.name
    elif isinstance(command, ReadLease):
        name = command.name
    else:
        return memory
    entries, troubles = dict(memory.entries), dict(memory.troubles)
    if done.error is None:
        troubles.pop(name, None)
        entries[name] = _entered(entries.get(name), done, holder)
    elif isinstance(command, WriteLease) and _came_too_late(command, done.error):
        entries[name] = dataclasses.replace(entries[name], read=-math.inf)
    else:
        since = troubles[name].since if name in troubles else done.began
        troubles[name] = LeaseTrouble(since, done.ended + LOCK_BACKOFF, done.error)
    return dataclasses.replace(memory, entries=entries, troubles=troubles)


def _came_too_late(command: WriteLease, error: RotatorError) -> bool:
    """Return whether the Lease has changed meanwhile.

    If it cannot be created because something is not found, that is its namespace.
    """
    gone = isinstance(error, NotFoundError) and bool(command.lease.resource_version)
    return gone or isinstance(error, ConflictError)


def _entered(old: SeenLease | None, done: Done, holder: str) -> SeenLease:
    lease: Lease | None = done.answer
    now, before = done.ended, old.lease if old else None
    met = seen = now
    if old is not None and before is not None and lease is not None:
        same = before.holder == lease.holder
        met = old.met if same else now
        seen = old.seen if same and before.renewed == lease.renewed else now
    found, written = (old.found, old.written) if old else ("", -math.inf)
    entry = SeenLease(lease, now, met, seen, found, written)
    if isinstance(done.command, WriteLease):
        return dataclasses.replace(entry, written=done.began)
    if lease is None or lease.holder != holder:
        return dataclasses.replace(entry, found=lease.journal if lease else "")
    return entry
