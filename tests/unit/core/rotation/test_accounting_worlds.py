# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account of desired over many late and unordered reads of a moving group."""

from __future__ import annotations

import dataclasses
import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    NEVER,
    Account,
    Doubt,
    Explained,
    Reading,
    explain,
    propose_raise,
)

TICK = 5.0


@dataclasses.dataclass
class Group:
    """A group with a history, of which reads show a state that is up to 15 s old."""

    desired: int
    launched: frozenset[str]
    history: list[tuple[float, int, frozenset[str]]] = dataclasses.field(default_factory=list)

    def note(self, now: float) -> None:
        """Remember the state as it is now."""
        self.history.append((now, self.desired, self.launched))

    def read(self, now: float, chance: random.Random) -> Reading:
        """Return a reading of now or a little before."""
        seen = now - chance.choice((0.0, 0.0, 5.0, 15.0))
        known = [entry for entry in self.history if entry[0] <= seen] or self.history[:1]
        _at, desired, launched = known[-1]
        return Reading(now, desired, launched, 0)


@dataclasses.dataclass
class Keeper:
    """The account as a run keeps it: what it writes, and what reads teach it."""

    account: Account
    doubt: Doubt | None = None
    written: float = NEVER
    foreign: int = 0

    def see(self, reading: Reading) -> Explained:
        """Learn from a reading."""
        found = explain(self.account, self.doubt, reading, self.written, ceiling=100)
        self.account, self.doubt = found.account, found.doubt
        self.foreign += found.foreign is not None
        return found


def names(number: int) -> frozenset[str]:
    """The ids of so many instances."""
    return frozenset(f"i-{index}" for index in range(number))


@pytest.mark.parametrize("seed", range(40))
def test_what_we_do_is_never_taken_for_somebody_elses(seed: int) -> None:
    """Raises and decrements of ours, some of which never happen, under late reads."""
    chance = random.Random(seed)
    group, keeper = Group(6, names(6)), Keeper(Account(6, 6))
    for tick in range(200):
        now = tick * TICK
        idle = keeper.account.raise_from is None and not keeper.account.decrements
        if idle and now - keeper.written > 60 and chance.random() < 0.3:
            if keeper.account.surge == 0:
                keeper.account = propose_raise(keeper.account, group.desired + 2)
                group.desired += 2
                group.launched |= {f"i-{tick}-{n}" for n in range(2)}
            else:
                leaves = sorted(group.launched)[0]
                owed = dataclasses.replace(keeper.account, decrements=(leaves,))
                keeper.account = owed
                group.launched -= {leaves}
                group.desired -= 1
            keeper.written = now
        group.note(now)
        keeper.see(group.read(now, chance))
        assert keeper.account.base == 6, now
        assert keeper.foreign == 0, now
    for extra in range(40):
        keeper.see(group.read((200 + extra) * TICK, random.Random(0)))
    assert keeper.account.expected == group.desired
    assert keeper.account.decrements == ()


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("change", [1, 4])
def test_a_raise_by_somebody_else_is_counted_exactly_once(seed: int, change: int) -> None:
    chance = random.Random(seed)
    group, keeper = Group(8, names(8)), Keeper(Account(6, 8))
    at = chance.randrange(5, 40)
    for tick in range(120):
        if tick == at:
            group.desired += change
        group.note(tick * TICK)
        keeper.see(group.read(tick * TICK, chance))
    assert keeper.foreign == 1
    assert keeper.account == Account(6 + change, 8 + change)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    ("written", "base"), [(7, 7), (6, 6), (4, 4)], ids=["between", "the base", "below it"]
)
def test_an_absolute_write_by_somebody_else_is_what_it_ends_at(
    seed: int, written: int, base: int
) -> None:
    """Cluster Autoscaler writes from a cache.

    What it wrote is the size of the group from then on.
    """
    chance = random.Random(seed)
    group, keeper = Group(8, names(8)), Keeper(Account(6, 8))
    for tick in range(120):
        if tick == 10:
            group.desired = written
        group.note(tick * TICK)
        keeper.see(group.read(tick * TICK, chance))
    assert keeper.account == Account(base, written)
    assert keeper.foreign == 1


@pytest.mark.parametrize("seed", range(20))
def test_a_value_that_lasts_for_less_than_ten_seconds_proves_nothing(seed: int) -> None:
    chance = random.Random(seed)
    group, keeper = Group(8, names(8)), Keeper(Account(6, 8))
    for tick in range(120):
        group.desired = 11 if tick % 8 == 0 else 8
        group.note(tick * TICK)
        reading = dataclasses.replace(group.read(tick * TICK, chance), desired=group.desired)
        keeper.see(reading)
    assert keeper.account == Account(6, 8)
    assert keeper.foreign == 0


@pytest.mark.parametrize("ceiling", [6, 7, 9, 30])
@pytest.mark.parametrize("least", [0, 5, 6])
@pytest.mark.parametrize("written", range(14))
def test_the_base_stays_between_the_groups_limits(written: int, least: int, ceiling: int) -> None:
    account, doubt = Account(6, 8), None
    for begun in (0.0, 60.0, 130.0):
        reading = Reading(begun, written, names(8), least)
        found = explain(account, doubt, reading, NEVER, ceiling)
        account, doubt = found.account, found.doubt
    assert least <= account.base <= max(ceiling, 6)
    assert account.expected == written
