# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tree of errors, and the one line that each becomes."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core import errors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RotatorError,
    ThrottledError,
    may_be_done,
    wait_asked_for,
)

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, RotatorError)
]
PARENTS = {
    "InputError": "RotatorError",
    "NotFoundError": "RotatorError",
    "AccessError": "RotatorError",
    "ForbiddenError": "AccessError",
    "CredentialsError": "AccessError",
    "TemporaryError": "RotatorError",
    "UnreachableError": "TemporaryError",
    "ThrottledError": "TemporaryError",
    "ConflictError": "TemporaryError",
    "LateError": "TemporaryError",
    "RefusedError": "RotatorError",
    "UnfinishedError": "RefusedError",
    "UnknownError": "TemporaryError",
    "BusyError": "TemporaryError",
    "LockedError": "RotatorError",
    "OverdueError": "RotatorError",
    "FailedError": "RotatorError",
}


def test_every_error_has_its_place_in_the_tree() -> None:
    found = {kind.__name__: kind.__mro__[1].__name__ for kind in KINDS if kind is not RotatorError}
    assert found == PARENTS


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("hint", "line"), [("", "It broke"), ("Mend it", "It broke. Mend it")], ids=["bare", "hint"]
)
def test_an_error_is_one_line_with_its_hint(kind: type[RotatorError], hint: str, line: str) -> None:
    error = kind("It broke", hint, "Code")
    assert (str(error), error.message, error.hint, error.code) == (line, "It broke", hint, "Code")


def test_a_busy_server_may_say_how_long_to_wait() -> None:
    assert ThrottledError("busy", retry_after=3.0).retry_after == 3.0
    assert ThrottledError("busy").retry_after is None


@pytest.mark.parametrize(("asked", "waited"), [(None, None), (0, 0), (60, 60), (7200, 60)])
def test_nobody_makes_us_wait_for_hours(asked: float | None, waited: float | None) -> None:
    assert wait_asked_for(asked) == waited
    assert ThrottledError("busy", retry_after=asked).retry_after == waited


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_asked_for_may_be_done_where_nobody_says_that_it_was_not(
    kind: type[RotatorError],
) -> None:
    assert may_be_done(kind("It broke")) is (kind.__name__ in ("UnreachableError", "UnknownError"))
