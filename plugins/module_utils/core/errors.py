# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every way in which the outside says no, as one tree.

RotatorError
├── InputError            an option that cannot be right; nothing was asked of anybody
├── NotFoundError         a named object does not exist
├── AccessError
│   ├── ForbiddenError    who we are is known, and may not do this
│   └── CredentialsError  no credentials, or they are wrong or expired
├── TemporaryError        worth another try
│   ├── UnreachableError  no connection, no answer in time, a server error
│   ├── ThrottledError    too many requests; `retry_after` seconds when the server says so
│   ├── ConflictError     the object changed since it was read
│   └── LateError         it was not sent, since the moment until which it could be had passed
├── RefusedError          the service understood and will not: a rule stands in the way
├── UnknownError          an answer that means none of these, as far as we know
├── LockedError           somebody else is at work on the same thing
├── OverdueError          a time limit ended; always a failure
└── FailedError           the work was begun and did not succeed

A message is one line: what, which object, what stands in the way; `hint` says what to do about it.
"""

from __future__ import annotations


class RotatorError(Exception):
    """The root; `str()` is the line for the user, hint included."""

    def __init__(self, message: str, hint: str = "", code: str = "") -> None:
        """`code` is the service's own word for the error ("ValidationError"), empty where there is
        none."""
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
    """Not let in; see the two kinds."""


class ForbiddenError(AccessError):
    """The caller is known and may not do this."""


class CredentialsError(AccessError):
    """No credentials, wrong ones, or expired ones."""


class TemporaryError(RotatorError):
    """Worth another try."""


class UnreachableError(TemporaryError):
    """No connection, no answer in time, or a server error."""


class ThrottledError(TemporaryError):
    """Too many requests."""

    def __init__(
        self, message: str, hint: str = "", code: str = "", retry_after: float | None = None
    ) -> None:
        """`retry_after`: seconds the server asks to wait, None when it does not say."""
        super().__init__(message, hint, code)
        self.retry_after = retry_after


class ConflictError(TemporaryError):
    """The object changed, or was replaced by another of the same name, since it was read."""


class LateError(TemporaryError):
    """It was not sent, since the moment until which it could be had passed."""


class RefusedError(RotatorError):
    """The service understood and will not."""


class UnknownError(RotatorError):
    """An answer whose meaning is not known."""


class LockedError(RotatorError):
    """Somebody else is at work on the same thing."""


class OverdueError(RotatorError):
    """A time limit ended."""


class FailedError(RotatorError):
    """The work was begun and did not succeed."""
