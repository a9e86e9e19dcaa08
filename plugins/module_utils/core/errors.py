# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the collection, as one tree by cause.

RotatorError
├── InputError            an option cannot be right; nothing was requested
├── NotFoundError         a named object does not exist
├── AccessError
│   ├── ForbiddenError    the caller is known and not allowed to do this
│   └── CredentialsError  credentials are missing, wrong or expired
├── TemporaryError        worth another try
│   ├── UnreachableError  no connection, no answer in time, a server error
│   ├── UnknownError      an answer whose meaning is not known; it may pass
│   ├── BusyError         refused for now, since the service is at work on the same thing
│   ├── ThrottledError    too many requests; `retry_after` seconds if the server says so
│   ├── ConflictError     the object changed since it was read
│   └── LateError         not sent, since the moment until which it could be had passed
├── RefusedError          the service understood the request and refuses it
│   └── UnfinishedError   an earlier run on the same thing has to come to its end first
├── LockedError           somebody else is at work on the same thing
├── OverdueError          a time limit has passed; always a failure
└── FailedError           the work was begun and did not succeed

A message is one line: what was tried, on which object, what stands in the way; `hint` says what to
do about it.
"""

from __future__ import annotations

LONGEST_WAIT = 60.0
"""Seconds that we wait at most because a server says so. What is asked once a minute overloads
nobody, and one answer must not stop a run for hours."""


def wait_asked_for(seconds: float | None) -> float | None:
    """Return how long to wait where a server asks for `seconds`.

    None: it does not say.
    """
    return None if seconds is None else min(seconds, LONGEST_WAIT)


class RotatorError(Exception):
    """Root of all errors; `str()` is the line for the user, hint included."""

    def __init__(self, message: str, hint: str = "", code: str = "") -> None:
        """Keep message, hint and code.

        `code`: the service's own word for the error ("ValidationError"), "" where there is none.
        """
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class InputError(RotatorError):
    """An option or combination of options that cannot be right."""


class NotFoundError(RotatorError):
    """A named object does not exist."""


class AccessError(RotatorError):
    """Access denied; see the two kinds."""


class ForbiddenError(AccessError):
    """Caller known and not allowed to do this."""


class CredentialsError(AccessError):
    """Credentials missing, wrong or expired."""


class TemporaryError(RotatorError):
    """Worth another try."""


class UnreachableError(TemporaryError):
    """No connection, no answer in time, or a server error."""


class UnknownError(TemporaryError):
    """An answer whose meaning is not known: one alone is no verdict."""


class BusyError(TemporaryError):
    """Refused for now by a service at work on the same thing; nothing was done."""


class ThrottledError(TemporaryError):
    """Too many requests."""

    def __init__(
        self, message: str, hint: str = "", code: str = "", retry_after: float | None = None
    ) -> None:
        """Keep what RotatorError keeps, and how long to wait as the server asks."""
        super().__init__(message, hint, code)
        self.retry_after = wait_asked_for(retry_after)


class ConflictError(TemporaryError):
    """Object changed, or replaced by another of its name, since it was read."""


class LateError(TemporaryError):
    """It was not sent, since the moment until which it could be had passed."""


class RefusedError(RotatorError):
    """Request understood and refused by the service."""


class UnfinishedError(RefusedError):
    """An earlier run has to come to its end first; a rotation does that."""


class LockedError(RotatorError):
    """Somebody else is at work on the same thing."""


class OverdueError(RotatorError):
    """A time limit has passed."""


class FailedError(RotatorError):
    """Work that was begun and did not succeed."""


def may_be_done(error: RotatorError) -> bool:
    """Return whether what was asked for may have been done all the same.

    That is where the answer was lost, or says nothing that we understand.
    """
    return isinstance(error, (UnreachableError, UnknownError))
