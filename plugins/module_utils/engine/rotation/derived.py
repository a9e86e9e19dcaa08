# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute what follows from the same things once, however often it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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


class Shelf:
    """What was computed of the same objects before, by the function that computes it.

    Nothing follows from what lies here: for other objects it is computed anew. So a look costs what
    has changed since the last one, and not what the group has of nodes.
    """

    def __init__(self) -> None:
        self._found: dict[Callable[..., Any], tuple[tuple[object, ...], Any]] = {}
        self._each: dict[
            Callable[..., Any], tuple[tuple[object, ...], dict[int, tuple[object, Any]]]
        ] = {}

    def get(self, compute: Callable[..., T], made_of: tuple[object, ...]) -> T:
        """Return what the function makes of these objects.

        `compute`: pure, and one of a module, which sees nothing but them. `made_of`: records that
        are replaced and never mutated.
        """
        known = self._found.get(compute)
        if known is None or not _same(known[0], made_of):
            value = compute(*made_of)
            # An equal one stays the same object, so that what is made of it stays as well.
            kept = known[1] if known is not None and known[1] == value else value
            known = self._found[compute] = (made_of, kept)
        found: T = known[1]
        return found

    def each(
        self, compute: Callable[..., T], ones: Iterable[object], made_of: tuple[object, ...]
    ) -> list[T]:
        """Return what the function makes of each of these objects, and of `made_of`.

        Of those that were there the last time it is not computed again. What lies here is kept
        with its object, so that no other one can have its id.
        """
        known = self._each.get(compute)
        before = known[1] if known is not None and _same(known[0], made_of) else {}
        found: dict[int, tuple[object, Any]] = {}
        for one in ones:
            kept = before.get(id(one))
            found[id(one)] = (one, compute(one, *made_of)) if kept is None else kept
        self._each[compute] = (made_of, found)
        return [pair[1] for pair in found.values()]


def _same(before: tuple[object, ...], now: tuple[object, ...]) -> bool:
    """Return whether these are the very same objects, or equal numbers and texts."""
    for one, other in zip(before, now, strict=True):
        if one is not other and not (isinstance(one, (int, float, str)) and one == other):
            return False
    return True
