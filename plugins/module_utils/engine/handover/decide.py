# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the Leases that a change of a template concerns; leave them to the run.

All or none: what somebody else holds, or has left unfinished, keeps the template as it is. As long
as one is not free, none is held.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    ReadLease,
    WriteLease,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    LockedError,
    RefusedError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    dump,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    is_handed,
    notes_over,
    pause_in_the_way,
    unfinished,
    unfinished_error,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import lasts
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
    LockMemory,
    LockOrder,
    SeenLease,
    learn,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import (
    Step,
    View,
    wake_for,
)

WATCH_OTHER = 2.0
"""Seconds between looks at a Lease that somebody else holds."""
LOCK_LIMIT = 300.0
"""Seconds within which a stage ends, apart from the time for which others may hold a Lease."""
LOCK_PATIENCE = 30.0
"""Seconds for which a request may fail, and for which Leases are tried to be given up."""


@dataclasses.dataclass(frozen=True)
class LockOutcome:
    """How a stage ended, with the memory for the next.

    `not_after`: until when the template may be changed under these Leases, a third of their time
    less than they are surely ours.
    """

    memory: LockMemory
    error: RotatorError | None
    not_after: float = -math.inf


def decide(
    memory: LockMemory, view: View, now: float, order: LockOrder
) -> Step[LockMemory, LockOutcome]:
    """Read and write what is missing; give the result when all is as wanted."""
    look = _Look(learn(memory, view, order.holder), view, now, order)
    outcome = look.decide()
    return Step(look.memory, tuple(look.commands), wake=look.wake, result=outcome)


class _Look:
    def __init__(self, memory: LockMemory, view: View, now: float, order: LockOrder) -> None:
        self.memory, self.view, self.now, self.order = memory, view, now, order
        self.commands: list[Command] = []
        self.wake = math.inf

    def decide(self) -> LockOutcome | None:
        order, stop = self.order, self.view.stop
        if stop is not None and order.stage != "give_up":
            self._fail(FailedError(f"Stopped by {stop.reason}", "Run it again"))
        if self.memory.error is None and order.stage != "give_up":
            try:
                self._raise_if_never_done()
                ready = self._take() if order.stage == "take" else self._hand_over()
            except RotatorError as error:
                self._fail(error)
            else:
                return self._outcome() if ready else None
        return self._outcome() if self._given_up() else None

    def _fail(self, error: RotatorError) -> None:
        if self.memory.error is None:
            self.memory = dataclasses.replace(self.memory, error=error, began=self.now)

    def _raise_if_never_done(self) -> None:
        """Raise once a stage has gone on for too long.

        Somebody may change a Lease whenever we write it. One that somebody else holds may have to
        run out first, for which there is time until it is ours.
        """
        leases = [entry.lease for entry in self.memory.entries.values() if entry.lease is not None]
        others = [one.duration for one in leases if one.holder not in ("", self.order.holder)]
        foreign = max((self.memory.foreign, *others))
        self.memory = dataclasses.replace(self.memory, foreign=foreign)
        limit = self.order.wait + LOCK_LIMIT + foreign
        self._look_at(self.memory.began + limit)
        if self.now - self.memory.began < limit:
            return
        claims = self.order.claims
        names = [claim.lease for claim in claims if not self._is_written(claim)]
        raise UnreachableError(
            f"Lease {listed(names)} could not be written in {limit:.0f} s",
            "See who writes it (metadata.managedFields), and whether lock_namespace exists",
        )

    def _is_written(self, claim: LeaseClaim) -> bool:
        """Return whether the Lease is ours by a write for this stage."""
        entry = self.memory.entries.get(claim.lease)
        written = entry is not None and entry.written >= self.memory.began
        return written and self._is_ours(claim)

    def _outcome(self) -> LockOutcome:
        written = [entry.written for entry in self.memory.entries.values()]
        limit = min(written, default=self.now) + self.order.duration * 2 / 3
        return LockOutcome(self.memory, self.memory.error, limit)

    def _take(self) -> bool:
        """Return whether all are ours; take them as soon as none is somebody else's."""
        claims = self.order.claims
        if not _all(self._known(claim) for claim in claims):
            return False
        if not _all(self._is_free(claim) for claim in claims):
            self._given_up()
            return False
        return _all(self._hold(claim) for claim in claims)

    def _hand_over(self) -> bool:
        """Return whether all say what was done, and are held from now."""
        for claim in self.order.claims:
            if self._known(claim) and not self._is_ours(claim):
                lease = self.memory.entries[claim.lease].lease
                thief = lease.holder if lease is not None else ""
                raise LockedError(
                    f"Lease {claim.lease} was taken over by {thief or 'nobody'} meanwhile",
                    "See what that run does",
                )
        return _all(self._hold(claim) for claim in self.order.claims)

    def _given_up(self) -> bool:
        """Return whether none is ours any more; what cannot be given up ends by itself."""
        ours = [claim for claim in self.order.claims if self._is_ours(claim)]
        for claim in ours:
            entry = self.memory.entries[claim.lease]
            if entry.read > -math.inf:
                self._write(claim, "", claim.left_of(entry.found))
            else:
                self._do(claim, ReadLease(claim.lease))
        ends = self.memory.began + LOCK_PATIENCE
        if ours and self.now < ends:
            self._look_at(ends)
        return not ours or self.now >= ends

    def _known(self, claim: LeaseClaim) -> bool:
        """Return whether the Lease has been read since a write of it met a conflict."""
        self._raise_if_in_trouble(claim)
        entry = self.memory.entries.get(claim.lease)
        if entry is not None and entry.read > -math.inf:
            return True
        self._do(claim, ReadLease(claim.lease))
        return False

    def _raise_if_in_trouble(self, claim: LeaseClaim) -> None:
        trouble = self.memory.troubles.get(claim.lease)
        if trouble and self.now - trouble.since >= lasts(trouble.error, LOCK_PATIENCE):
            raise trouble.error

    def _is_ours(self, claim: LeaseClaim) -> bool:
        entry = self.memory.entries.get(claim.lease)
        lease = entry.lease if entry else None
        return lease is not None and lease.holder == self.order.holder

    def _is_free(self, claim: LeaseClaim) -> bool:
        """Return whether the Lease is ours or may be taken.

        Raises the error that says why not.
        """
        entry, run = self.memory.entries[claim.lease], self.order.run
        lease = entry.lease
        if lease is None or self._is_ours(claim):
            return True
        if self.order.begins and (paused := pause_in_the_way(lease, claim.group)):
            raise RefusedError(
                f"{paused}. It keeps launching from what it has now",
                "Resume it (playbook nodeops.rotator.resume), and run again",
            )
        if is_handed(load(lease.journal), run):
            return True
        left_by = unfinished(lease, run)
        hopeless = left_by and self.order.wait <= 0
        if lease.holder and not hopeless and not self._watch_holder(claim, lease, entry):
            return False
        if left_by:
            raise unfinished_error(lease, claim.group, run, len(self.order.claims) == 1)
        return True

    def _watch_holder(self, claim: LeaseClaim, lease: Lease, entry: SeenLease) -> bool:
        """Return whether the holder has not renewed the Lease for its duration.

        Raises LockedError when it lives and was waited for.
        """
        if entry.seen > entry.met and self.now - self.memory.began >= self.order.wait:
            raise LockedError(
                f"Node group {claim.group} is held by {lease.holder}, which renewed Lease"
                f" {claim.lease} just now",
                "Wait for that run to end, or stop it",
            )
        ends = entry.seen + max(lease.duration, 1)
        if self.now >= ends - 1e-6:
            return True
        due = entry.read + WATCH_OTHER
        if self.now >= due:
            self._do(claim, ReadLease(claim.lease))
        self._look_at(ends if self.now >= due else min(due, ends))
        return False

    def _hold(self, claim: LeaseClaim) -> bool:
        """Return whether the Lease is ours by a write for this stage; write it if not."""
        if self._is_written(claim):
            return True
        found = load(self.memory.entries[claim.lease].found)
        planned = dataclasses.replace(found, target=claim.target, target_others=claim.target_others)
        moved = planned.target_sources != found.target_sources
        owed = found.store_owed and not claim.settles
        journal = dataclasses.replace(
            planned,
            handover=self.order.run,
            previous=claim.previous,
            previous_others=claim.previous_others,
            canary="" if moved else found.canary,
            canaries=0 if moved else found.canaries,
            origin=found.origin if owed or not claim.origin[0] else claim.origin,
            store_owed=owed,
        )
        self._write(claim, self.order.holder, dump(journal))
        return False

    def _write(self, claim: LeaseClaim, holder: str, journal: str) -> None:
        writing = (one.lease.name for one in self.view.in_flight if isinstance(one, WriteLease))
        if claim.lease in writing:
            return
        old = self.memory.entries[claim.lease].lease or Lease(claim.lease)
        lease = dataclasses.replace(
            old,
            holder=holder,
            duration=int(self.order.duration),
            transitions=old.transitions + int(bool(holder) and holder != old.holder),
            journal=journal,
            labels=claim.labels,
            notes=notes_over(old, claim.notes),
        )
        self._do(claim, WriteLease(lease))

    def _do(self, claim: LeaseClaim, command: Command) -> None:
        trouble = self.memory.troubles.get(claim.lease)
        if trouble is not None and trouble.again > self.now:
            self._look_at(trouble.again)
        else:
            self.commands.append(command)

    def _look_at(self, moment: float) -> None:
        self.wake = min(self.wake, wake_for(moment, self.now))


def _all(answers: Iterable[bool]) -> bool:
    """Return whether all say yes, each of them asked."""
    return sum(not answer for answer in answers) == 0
