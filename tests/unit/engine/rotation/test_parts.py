# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory of a rotation is kept in parts, and each field in one of them."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import parts
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    PART_OF,
    PARTS,
    Memory,
)


def test_no_two_parts_have_a_field_of_the_same_name() -> None:
    names = [field.name for kind in PARTS.values() for field in dataclasses.fields(kind)]
    own = [field.name for field in dataclasses.fields(Memory)]
    assert len({*names, *own}) == len(names) + len(own)


def test_every_part_is_one_of_the_memory() -> None:
    kinds = {type(getattr(Memory(0.0), name)) for name in PARTS}
    assert kinds == set(PARTS.values())
    assert parts.LeaseMemory in kinds


def test_a_change_goes_to_the_part_that_holds_the_field_and_to_no_other() -> None:
    before = Memory(0.0)
    after = before.with_fields(held=True, confirmed=3.0, left=("x",), mode="rotate")
    assert (after.lock.held, after.lock.confirmed, after.report.left) == (True, 3.0, ("x",))
    assert after.mode == "rotate"
    assert after.reads is before.reads
    assert before.lock.held is False


def test_a_field_that_no_part_has_is_an_error() -> None:
    assert "helt" not in PART_OF
    with pytest.raises(AttributeError):
        Memory(0.0).with_fields(helt=True)


def test_a_memory_that_says_so_already_stays_the_same_object() -> None:
    """What was derived from it holds on."""
    before = Memory(0.0).with_fields(held=True, left=("x",), timers={"a": 1.0})
    assert before.with_fields(held=True, left=("x",), timers={"a": 1.0}) is before
    assert before.with_fields() is before
    after = before.with_fields(held=True, left=("x", "y"))
    assert (after.lock is before.lock, after.report.left) == (True, ("x", "y"))
