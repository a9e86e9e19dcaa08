# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every desired capacity is explained: ours, late, or somebody else's."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    NEVER,
    Account,
    Doubt,
    Explained,
    Foreign,
    Reading,
    explain,
    move_of,
    propose_raise,
    withdraw_raise,
)

TEN = frozenset(f"i-{number}" for number in range(10))


def reads(
    account: Account,
    *shown: tuple[float, int],
    launched: frozenset[str] = TEN,
    written: float = NEVER,
    ended_elsewhere: int = 0,
    least: int = 0,
    ceiling: int = 100,
    answered: frozenset[str] = frozenset(),
    moved: tuple[int, int] | None = None,
) -> list[Explained]:
    """Show the account these (begun, desired) one after the other."""
    found: list[Explained] = []
    doubt: Doubt | None = None
    for begun, desired in shown:
        reading = Reading(
            begun, desired, launched, least, ended_elsewhere, answered=answered, moved=moved
        )
        found.append(explain(account, doubt, reading, written, ceiling))
        account, doubt = found[-1].account, found[-1].doubt
    return found


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        pytest.param(("i-a",), Account(5, 5), id="somebody raised what we had lowered"),
        pytest.param((), Account(4, 5), id="nobody knows whether we have lowered it"),
    ],
)
def test_a_decrement_that_was_answered_has_taken_place(
    answered: tuple[str, ...], expected: Account
) -> None:
    """Desired is as before: our decrement and somebody's raise, or neither of them."""
    account = Account(4, 5, None, ("i-a",))
    *_first, last = reads(account, (30, 5), (40, 5), answered=frozenset(answered))
    assert last.account == expected
    assert (last.foreign is not None) is bool(answered)


@pytest.mark.parametrize(("least", "base"), [(4, 4), (5, 5), (9, 6)])
def test_a_minimum_that_was_raised_over_the_base_is_the_base(least: int, base: int) -> None:
    (one,) = reads(Account(4, 6), (0, 6), least=least)
    assert one == Explained(Account(base, 6))


@pytest.mark.parametrize(
    ("desired", "sent", "account"),
    [
        (8, True, Account(6, 8)),
        (8, False, Account(6, 6)),
        (6, False, Account(6, 8, 6)),
        (6, True, Account(6, 8, 6)),
        (9, True, Account(6, 8, 6)),
        (9, False, Account(6, 6)),
    ],
)
def test_a_recorded_raise_explains_its_value_only_if_it_was_sent(
    desired: int, sent: bool, account: Account
) -> None:
    reading = Reading(0, desired, TEN, 0, raise_sent=sent)
    assert explain(Account(6, 8, 6), None, reading, NEVER, 100).account == account


@pytest.mark.parametrize(
    ("account", "desired", "sent", "doubted"),
    [
        pytest.param(Account(6, 8, 6), 6, False, False, id="as before a raise that was not sent"),
        pytest.param(Account(6, 8, 6), 6, True, True, id="as before one that was sent"),
        pytest.param(Account(6, 8, 6), 5, False, True, id="another value"),
        pytest.param(Account(6, 8, 6, ("gone",)), 6, False, True, id="with a decrement in flight"),
        pytest.param(Account(6, 8), 6, False, True, id="no raise is recorded"),
    ],
)
def test_nothing_is_in_doubt_while_a_recorded_raise_is_not_sent(
    account: Account, desired: int, sent: bool, doubted: bool
) -> None:
    reading = Reading(0, desired, TEN, 0, raise_sent=sent)
    assert (explain(account, None, reading, NEVER, 100).doubt is not None) is doubted


def test_the_expected_value_explains_itself() -> None:
    (one,) = reads(Account(6, 8), (0, 8))
    assert one == Explained(Account(6, 8))


@pytest.mark.parametrize(
    ("account", "desired", "ended_elsewhere", "base"),
    [
        pytest.param(Account(6, 6), 9, 0, 9, id="a raise above the base"),
        pytest.param(Account(6, 8), 11, 0, 9, id="a raise above our surge is relative to it"),
        pytest.param(Account(6, 8), 7, 0, 7, id="a stale absolute raise between base and desired"),
        pytest.param(Account(6, 8), 7, 1, 6, id="somebody ended one of our surge"),
        pytest.param(Account(6, 8), 6, 2, 6, id="somebody ended all of our surge"),
        pytest.param(Account(6, 8), 6, 1, 6, id="written back to the base"),
    ],
)
def test_a_foreign_value_is_accounted_for_once(
    account: Account, desired: int, ended_elsewhere: int, base: int
) -> None:
    first, second, third = reads(
        account, (0, desired), (10, desired), (20, desired), ended_elsewhere=ended_elsewhere
    )
    assert (first.account, first.foreign) == (account, None), "one read proves nothing"
    assert second.foreign == Foreign(account.expected, desired, base)
    assert second.foreign.surge == account.surge
    assert second.account == Account(base, desired)
    assert third == Explained(second.account), "and it does not count twice"


def test_a_foreign_value_below_the_base_has_to_stand_for_two_minutes() -> None:
    found = reads(Account(6, 8), (0, 4), (10, 4), (119, 4), (120, 4))
    assert [one.account.base for one in found] == [6, 6, 6, 4]


def test_a_value_that_goes_away_again_changes_nothing() -> None:
    found = reads(Account(6, 8), (0, 4), (60, 8), (100, 4), (219, 4))
    assert {one.account for one in found} == {Account(6, 8)}


@pytest.mark.parametrize(("begun", "proven"), [(20.0, False), (20.1, True)])
def test_a_late_read_proves_nothing(begun: float, proven: bool) -> None:
    found = reads(Account(6, 8), (begun, 12), (begun + 10, 12), written=0)
    assert bool(found[-1].foreign) is proven


def test_two_reads_too_close_to_each_other_prove_nothing() -> None:
    assert reads(Account(6, 8), (0, 12), (9.9, 12))[-1].foreign is None


def test_two_different_values_prove_nothing() -> None:
    assert reads(Account(6, 8), (0, 12), (10, 13))[-1].foreign is None


@pytest.mark.parametrize(
    ("account", "desired", "least", "ceiling", "base"),
    [
        (Account(6, 6), 30, 0, 8, 8),
        (Account(6, 8), 6, 7, 9, 7),
    ],
)
def test_the_base_stays_within_the_groups_limits(
    account: Account, desired: int, least: int, ceiling: int, base: int
) -> None:
    found = reads(account, (0, desired), (10, desired), least=least, ceiling=ceiling)
    assert found[-1].account.base == base


class TestDecrements:
    def test_an_end_that_a_read_shows_takes_one_off(self) -> None:
        account = Account(6, 8, decrements=("i-3", "gone"))
        (one,) = reads(account, (0, 7))
        assert one.account == Account(6, 7, decrements=("i-3",))

    def test_a_lost_decrement_is_not_counted(self) -> None:
        """The instance ended, by a spot interruption say, and desired did not fall."""
        found = reads(Account(6, 8, decrements=("gone",)), (0, 8), (10, 8))
        assert [one.account.decrements for one in found] == [("gone",), ()]
        assert found[-1].account == Account(6, 8)
        assert not found[-1].foreign

    def test_a_number_that_falls_just_after_our_decrement_may_be_ours(self) -> None:
        account = Account(6, 8, decrements=("i-3",))
        found = reads(account, (5, 7), (20, 7), written=0)
        assert {one.account for one in found} == {account}
        assert not any(one.doubt or one.foreign for one in found)

    @pytest.mark.parametrize("desired, base", [(7, 7), (6, 6)])
    def test_a_decrement_whose_instance_runs_on_explains_nothing(
        self, desired: int, base: int
    ) -> None:
        """It is recorded and was not carried out, so somebody else has lowered desired."""
        account = Account(6, 8, decrements=("i-3",))
        found = reads(account, (0, desired), (10, desired))
        assert found[0].doubt == Doubt(desired, 0)
        assert not found[0].foreign
        assert found[1].foreign == Foreign(8, desired, base)

    def test_of_two_ends_one_was_counted(self) -> None:
        found = reads(Account(6, 8, decrements=("gone", "lost")), (0, 7), (10, 7))
        assert found[-1].account == Account(6, 7)

    def test_a_foreign_write_beside_a_decrement_is_told_apart(self) -> None:
        found = reads(Account(6, 8, decrements=("i-3",)), (0, 12), (10, 12))
        assert found[-1].foreign == Foreign(8, 12, 10)
        assert found[-1].account.decrements == ("i-3",)


class TestRaises:
    def test_a_raise_counts_once_it_is_recorded(self) -> None:
        account = propose_raise(Account(6, 6), 8)
        assert (account.surge, account.raise_from) == (2, 6)

    def test_a_read_that_shows_it_ends_the_raise(self) -> None:
        assert reads(propose_raise(Account(6, 6), 8), (0, 8))[0].account == Account(6, 8)

    def test_a_raise_that_did_not_happen_is_no_foreign_write(self) -> None:
        account = propose_raise(Account(6, 7), 8)
        found = reads(account, (0, 7), (10, 7), (400, 7))
        assert {one.account for one in found} == {account}
        assert withdraw_raise(account) == Account(6, 7)

    def test_nothing_is_withdrawn_where_nothing_is_raised(self) -> None:
        assert withdraw_raise(Account(6, 8)) == Account(6, 8)

    def test_a_foreign_value_ends_a_raise(self) -> None:
        account = propose_raise(Account(6, 6), 8)
        found = reads(account, (100, 11), (110, 11), written=50.0)
        assert found[-1].account == Account(9, 11)

    @pytest.mark.parametrize(
        ("moved", "base"),
        [
            pytest.param((8, 11), 9, id="it was seen before somebody went on from there"),
            pytest.param((6, 11), 11, id="somebody went on from where it had not been sent"),
            pytest.param((10, 11), 11, id="that cannot be told: rather too many than too few"),
            pytest.param(None, 11, id="nobody says anything"),
        ],
    )
    def test_one_that_another_run_recorded_was_perhaps_never_sent(
        self, moved: tuple[int, int] | None, base: int
    ) -> None:
        account = propose_raise(Account(6, 6), 8)
        found = reads(account, (0, 11), (10, 11), moved=moved)
        assert found[-1].account == Account(base, 11)

    @pytest.mark.parametrize(
        ("cause", "move"),
        [
            ("a user request changing the desired capacity from 4 to 16", (4, 16)),
            ("a user request", None),
            ("", None),
        ],
    )
    def test_a_cause_says_from_what_to_what(self, cause: str, move: tuple[int, int] | None) -> None:
        assert move_of(cause) == move


@pytest.mark.parametrize(
    ("cause", "told"),
    [
        ("a user request changing the desired capacity from 4 to 6", True),
        ("a user request changing the desired capacity from 4 to 5", False),
        ("", False),
    ],
)
def test_a_write_is_told_with_the_cause_that_names_its_value(cause: str, told: bool) -> None:
    assert Foreign(4, 6, 6).told_by(cause) == Foreign(4, 6, 6, cause if told else "")


@pytest.mark.parametrize(
    ("before", "desired", "account"),
    [
        pytest.param(Account(3, 5, 4, ("i-gone",)), 4, Account(3, 4), id="the raise is used up"),
        pytest.param(
            Account(3, 6, 4, ("i-gone",)), 5, Account(3, 5, 4), id="some of it is left to be seen"
        ),
    ],
)
def test_an_end_uses_up_a_raise_that_no_read_has_shown(
    before: Account, desired: int, account: Account
) -> None:
    """What is recorded as still to be sent never lowers desired."""
    (found,) = reads(before, (30, desired))
    assert found == Explained(account)
