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
    runs,
    silence,
    undoers,
    unseen,
    workloads,
)
from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import KINDS

MODULES = (
    access,
    actors,
    answers,
    capacity,
    group,
    numbers,
    runs,
    silence,
    undoers,
    unseen,
    workloads,
)
__all__ = ("KINDS", "MODULES")
