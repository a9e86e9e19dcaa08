# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute what follows from the memory once, however often a look asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Derived(Generic[T]):
    """A property of a look that follows from its memory and view.

    Both are replaced and never mutated; it is computed anew for others. To compute it
    may note an index or a memo in the memory, from which nothing follows.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute, self.__doc__ = compute, compute.__doc__
        self._name = compute.__name__

    def __get__(self, look: Any, owner: type[Any]) -> T:
        """Return the value for the memory and view of this look."""
        memory, view = look.derived_of
        if memory is not look.memory or view is not look.view:
            look.derived_of, look.derived = (look.memory, look.view), {}
        derived: dict[str, Any] = look.derived
        if self._name not in derived:
            derived[self._name] = self._compute(look)
            look.derived_of = (look.memory, look.view)
        value: T = derived[self._name]
        return value
