# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute what follows from the memory once, however often a look asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Derived(Generic[T]):
    """A property of a look that follows from its memory, which is replaced and never mutated.

    It is computed anew for another memory. To compute it may note an index or a memo in the memory,
    from which nothing follows.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute, self.__doc__ = compute, compute.__doc__
        self._name = compute.__name__

    def __get__(self, look: Any, owner: type[Any]) -> T:
        """Return the value for the memory of this look."""
        if look.derived_of is not look.memory:
            look.derived_of, look.derived = look.memory, {}
        derived: dict[str, Any] = look.derived
        if self._name not in derived:
            derived[self._name] = self._compute(look)
            look.derived_of = look.memory
        value: T = derived[self._name]
        return value
