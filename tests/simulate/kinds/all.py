# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All kinds of faults: to import a module of this folder registers those in it."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulate.kinds import (
    access,
    actors,
    answers,
    capacity,
    group,
    numbers,
    people,
    runs,
    silence,
    undoers,
    unseen,
    wholesale,
    workloads,
)
from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import KINDS, Kind

MODULES = (
    runs,
    answers,
    access,
    numbers,
    actors,
    capacity,
    group,
    silence,
    undoers,
    unseen,
    workloads,
    people,
    wholesale,
)
_NAMES = [module.__name__ for module in MODULES]


def _place(kind: Kind) -> tuple[int, int]:
    return _NAMES.index(kind.act.__module__), kind.act.__code__.co_firstlineno


ORDERED = tuple(sorted(KINDS.values(), key=_place))
"""All kinds in one order, whichever was imported first: a seed draws the same faults everywhere."""
__all__ = ("KINDS", "MODULES", "ORDERED")
