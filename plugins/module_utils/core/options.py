# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the values of options, and name the wrong ones."""

from __future__ import annotations

import contextlib
import typing
from collections.abc import Iterable, Iterator
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError


def choices(literal: Any) -> tuple[str, ...]:
    """Return the values of a Literal type, in order."""
    return typing.get_args(literal)


def check_choice(name: str, value: str, literal: Any) -> None:
    """Raise InputError unless the value is one of the Literal type."""
    if value not in choices(literal):
        raise InputError(f"{name} is '{value}'", f"Choose one of {', '.join(choices(literal))}")


def check_at_least(name: str, value: float | None, least: float, unit: str = "") -> None:
    """Raise InputError if the value is less than `least`. None is not set and passes.

    `unit`: what the value counts, for people ("seconds").
    """
    if value is not None and value < least:
        wanted = f"{least:g} or more {unit}".rstrip()
        raise InputError(f"{name} is {value:g}, it must be {wanted}")


def check_above_zero(name: str, value: float | None, unit: str = "") -> None:
    """Raise InputError unless the value is more than 0. None is not set and passes."""
    if value is not None and value <= 0:
        raise InputError(f"{name} is {value:g}, it must be more than 0 {unit}".rstrip())


def check_given(name: str, value: str | None, what: str) -> str:
    """Return the value; raise InputError, which says what to give, if it is empty."""
    if not value:
        raise InputError(f"{name} is empty", f"Give {what}")
    return value


@contextlib.contextmanager
def called(prefix: str, names: Iterable[str]) -> Iterator[None]:
    """Name options in errors as users name them, with a prefix.

    The part of an option too, which follows a dot.
    """
    try:
        yield
    except InputError as error:
        begins = error.message.split(" ", 1)[0].split(".", 1)[0] in names
        named = f"{prefix}{error.message}" if begins else error.message
        raise InputError(named, error.hint, error.code) from error
