# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Explain every desired capacity that a read shows: ours, stale or foreign.

The base is a recorded fact and the surge is derived from it: surge = desired - base. Beside the
base stands the last desired that is accounted for (`expected`). It changes in three ways only: to
the value that we write, by -1 when a read shows the end of an instance that we ended with
decrement, and to a foreign value once that is accounted for, so that none counts twice.
"""

from __future__ import annotations

import dataclasses
import math
import re

SETTLED = 20.0
"""Seconds after our last write of desired or decrement until a read can prove a foreign value:
Describe calls lag behind writes by seconds."""
CONFIRM = 10.0
"""Seconds between the two reads that have to show the same foreign value."""
BELOW_BASE = 120.0
"""Seconds for which a foreign value below the base has to stand before the base follows it."""
NEVER = -math.inf
"""`last_write` of a run that has written nothing."""
_MOVE = re.compile(r" from (\d+) to (\d+)$")


@dataclasses.dataclass(frozen=True)
class Account:
    """What the Lease records of desired.

    `base`: the group's own size. `expected`: the last desired that is accounted for. `raise_from`:
    `expected` before a raise that is recorded and that no read has shown; None without one.
    `decrements`: instances that we end with decrement and whose end no read has accounted for.
    """

    base: int
    expected: int
    raise_from: int | None = None
    decrements: tuple[str, ...] = ()

    @property
    def surge(self) -> int:
        """Return how much desired exceeds the base; a raise counts once it is recorded."""
        return max(0, self.expected - self.base)


@dataclasses.dataclass(frozen=True)
class Reading:
    """One read of the group: when it was begun, and what it showed.

    `launched`: ids of Pending and InService instances. `ended_elsewhere`: how many instances that
    we did not terminate have ended since `expected` last changed. `put_aside`: how many others have
    put into standby since then. `answered`: instances whose end with decrement Auto Scaling has
    answered well, so that desired was one less then.
    `raise_sent`: the raise that is recorded may have been sent, by us or by who recorded it.
    `moved`: from what to what desired was moved last, as far as a scaling activity says so.
    `raise_answered`: our call for that raise was answered well, so that desired was as wanted then.
    """

    begun: float
    desired: int
    launched: frozenset[str]
    min_size: int
    ended_elsewhere: int = 0
    put_aside: int = 0
    answered: frozenset[str] = frozenset()
    raise_sent: bool = True
    moved: tuple[int, int] | None = None
    raise_answered: bool = False


@dataclasses.dataclass(frozen=True)
class Doubt:
    """A value that none of our acts explains, and when a read first showed it."""

    desired: int
    since: float


@dataclasses.dataclass(frozen=True)
class Foreign:
    """Somebody else's write of desired, and the base that was made of it.

    `cause`: in the words of a scaling activity, "" where none says it. `surge`: how much of ours
    there was before.
    """

    before: int
    after: int
    base: int
    cause: str = ""
    surge: int = dataclasses.field(default=0, compare=False)

    def told_by(self, cause: str) -> Foreign:
        """Return it with the cause of the newest move of desired, if that is this one."""
        return dataclasses.replace(self, cause=cause if cause.endswith(f" to {self.after}") else "")


@dataclasses.dataclass(frozen=True)
class Explained:
    """Account after a read, what is still in doubt, and a proven foreign write."""

    account: Account
    doubt: Doubt | None = None
    foreign: Foreign | None = None


def explain(
    account: Account, doubt: Doubt | None, reading: Reading, last_write: float, ceiling: int
) -> Explained:
    """Return the account after this read.

    `last_write`: when our last write of desired or decrement ended (-inf: never). `ceiling`: the
    MaxSize that was found at the start, or that others have set since; the base never exceeds it.
    """
    account = _at_least(_raised(account, reading), reading.min_size)
    gone = [name for name in account.decrements if name not in reading.launched]
    if gone and reading.desired == account.expected - len(gone):
        return Explained(_without(account, gone, reading.desired))
    if reading.desired == account.expected and not gone:
        return Explained(account)
    if reading.desired == account.raise_from and not reading.raise_sent and not gone:
        return Explained(account)  # as it should be before the raise
    if reading.begun <= last_write + SETTLED:
        return Explained(account)
    if doubt is None or doubt.desired != reading.desired:
        return Explained(account, Doubt(reading.desired, reading.begun))
    if reading.begun - doubt.since < CONFIRM:
        return Explained(account, doubt)
    account = _answered(account, reading)
    gone = [name for name in account.decrements if name not in reading.launched]
    if _may_be_ours(account, reading):
        # Evidence, not bookkeeping: desired shows which of the lost decrements took place.
        return Explained(_without(account, gone, reading.desired)) if gone else Explained(account)
    return _foreign(_doubted(account, reading, last_write), doubt, reading, ceiling)


def move_of(cause: str) -> tuple[int, int] | None:
    """Return from what to what desired was moved, as the cause of an activity ends."""
    found = _MOVE.search(cause)
    return (int(found[1]), int(found[2])) if found else None


def propose_raise(account: Account, desired: int) -> Account:
    """Return the account that has to be recorded before desired is set to `desired`."""
    before = account.expected if account.raise_from is None else account.raise_from
    return dataclasses.replace(account, expected=desired, raise_from=before)


def withdraw_raise(account: Account) -> Account:
    """Return the account without the recorded raise, which did not happen."""
    if account.raise_from is None:
        return account
    return dataclasses.replace(account, expected=account.raise_from, raise_from=None)


def _raised(account: Account, reading: Reading) -> Account:
    """Return the account with the raise seen, or withdrawn if it cannot be ours.

    Somebody else may set desired to the very value that we have recorded and not sent.
    """
    if account.raise_from is None or reading.desired == account.raise_from:
        return account
    passed_over = reading.moved == (account.raise_from, reading.desired)
    if not reading.raise_sent or (passed_over and reading.desired != account.expected):
        return withdraw_raise(account)
    seen = reading.desired == account.expected
    return dataclasses.replace(account, raise_from=None) if seen else account


def _doubted(account: Account, reading: Reading, last_write: float) -> Account:
    """Return the account without a raise that another run perhaps never sent.

    If desired is greater still, what others have added cannot be told. One node too many is better
    than one too few.
    """
    by_others = last_write == NEVER and reading.moved != (account.expected, reading.desired)
    return withdraw_raise(account) if by_others else account


def _at_least(account: Account, min_size: int) -> Account:
    """Return the account with a base that MinSize allows: a group cannot be smaller."""
    return dataclasses.replace(account, base=max(account.base, min(min_size, account.expected)))


def _answered(account: Account, reading: Reading) -> Account:
    """Return the account after the decrements that were answered well."""
    took_place = [name for name in account.decrements if name in reading.answered]
    return _without(account, took_place, account.expected - len(took_place))


def _may_be_ours(account: Account, reading: Reading) -> bool:
    """Return whether decrements or a raise of ours in flight can explain the value."""
    absent = account.raise_from is not None and reading.desired == account.raise_from
    if absent and not reading.raise_answered:
        return True
    ended = [name for name in account.decrements if name not in reading.launched]
    return account.expected - len(ended) <= reading.desired <= account.expected


def _without(account: Account, gone: list[str], desired: int) -> Account:
    """Return the account after these ends with decrement.

    They may have used up a raise before any read showed it: nothing of it is left to be sent.
    """
    rest = tuple(name for name in account.decrements if name not in gone)
    start = account.raise_from
    start = start if start is not None and start < desired else None
    return dataclasses.replace(account, expected=desired, raise_from=start, decrements=rest)


def _foreign(account: Account, doubt: Doubt, reading: Reading, ceiling: int) -> Explained:
    base, desired = account.base, reading.desired
    aside = _decremented(account, reading)
    if desired < base - aside and reading.begun - doubt.since < BELOW_BASE:
        return Explained(account, doubt)
    if desired > account.expected:
        base += desired - account.expected
    elif aside:
        base -= aside  # our surge stands: somebody wants fewer in service
    elif desired < base or reading.ended_elsewhere < account.expected - desired:
        base = desired  # an absolute write: nothing but the number moved
    base = max(reading.min_size, min(base, ceiling))
    told = Foreign(account.expected, desired, base, surge=account.surge)
    counted = Account(base, desired, None, account.decrements)
    return Explained(counted, None, told)


def _decremented(account: Account, reading: Reading) -> int:
    """Return how many instances others have put into standby with decrement.

    That is known only if that and the ends of others explain the fall of desired, and no activity
    says that somebody has written the number.
    """
    if reading.moved == (account.expected, reading.desired):
        return 0
    fall = account.expected - reading.desired - reading.ended_elsewhere
    return fall if 0 < fall <= reading.put_aside else 0
