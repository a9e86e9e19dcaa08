# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One 401 or 403 ends no work of one pass; a minute of them does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    ConflictError,
    CredentialsError,
    ForbiddenError,
    RefusedError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import (
    ACCESS_GRACE,
    ASK_AGAIN,
    Grace,
    lasts,
)

SHUT = ForbiddenError("no", "", "Forbidden")
WHO = CredentialsError("who", "", "AuthFailure")
NOTHING = CredentialsError("there are no credentials")
EXPIRED = CredentialsError("expired", "", "ExpiredToken")


class Clock:
    """Time that goes on only where it is waited for."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds

    def grace(self) -> Grace:
        return Grace(lambda: self.now, self.wait)


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (SHUT, ACCESS_GRACE),
        (WHO, ACCESS_GRACE),
        (UnreachableError("gone"), 7.0),
        (ConflictError("changed"), 7.0),
        (RefusedError("no"), 0.0),
    ],
)
def test_an_error_lasts_for_as_long_as_it_may_pass(error: RotatorError, seconds: float) -> None:
    assert lasts(error, 7.0) == seconds


def failing(*errors: RotatorError) -> Callable[[], str]:
    """Work that fails with these errors and then succeeds."""
    left = list(errors)

    def work() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return work


@pytest.mark.parametrize("error", [SHUT, WHO])
def test_what_is_denied_once_is_asked_for_again(error: AccessError) -> None:
    clock = Clock()
    assert clock.grace().asked(failing(error, error)) == "done"
    assert clock.waited == [ASK_AGAIN, ASK_AGAIN]


def test_that_is_told_once() -> None:
    clock, told = Clock(), list[AccessError]()
    grace = Grace(lambda: clock.now, clock.wait, told.append)
    grace.asked(failing(SHUT, WHO))
    grace.asked(failing(SHUT))
    assert told == [SHUT]


def test_what_is_denied_for_a_minute_is_final() -> None:
    clock = Clock()
    with pytest.raises(ForbiddenError):
        clock.grace().asked(failing(*[SHUT] * 99))
    assert sum(clock.waited) == ACCESS_GRACE


@pytest.mark.parametrize("error", [NOTHING, UnreachableError("gone"), RefusedError("no")])
def test_what_nobody_has_denied_is_not_waited_for(error: RotatorError) -> None:
    clock = Clock()
    with pytest.raises(type(error)):
        clock.grace().asked(failing(error))
    assert clock.waited == []


def test_credentials_that_have_expired_are_taken_anew_once_and_not_waited_for() -> None:
    clock = Clock()
    assert clock.grace().asked(failing(EXPIRED)) == "done"
    with pytest.raises(CredentialsError):
        clock.grace().asked(failing(EXPIRED, EXPIRED))
    assert clock.waited == []


def test_an_error_that_is_part_of_the_answer_is_asked_for_again_too() -> None:
    clock, answers = Clock(), [SHUT, SHUT, None]
    assert clock.grace().asked(lambda: answers.pop(0), lambda answer: answer) is None
    assert answers == []
    assert len(clock.waited) == 2
    assert clock.grace().asked(lambda: SHUT, lambda answer: answer) is SHUT
