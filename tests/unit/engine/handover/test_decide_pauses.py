# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change under Leases heeds of a pause that people have set."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED
from ansible_collections.nodeops.rotator.tests.unit.engine.handover.test_decide import (
    MINE,
    NOW,
    ORDER,
    a_lease,
    known,
    look,
    outcome,
    writes,
)


def test_a_pause_that_people_have_set_stays() -> None:
    paused = dataclasses.replace(a_lease("a"), notes=((PAUSED, "anna"), ("old", "x")))
    assert writes(look(known(paused, None)))["a"].notes == (("n", "1"), (PAUSED, "anna"))


@pytest.mark.parametrize("holder", ["", "somebody"])
def test_nothing_begins_in_a_group_that_people_have_paused(holder: str) -> None:
    paused = dataclasses.replace(a_lease("b", holder), notes=((PAUSED, "anna: incident"),))
    step = look(known(None, paused), order=dataclasses.replace(ORDER, begins=True))
    assert step.commands == ()
    assert isinstance(step.memory.error, RefusedError)
    assert "Node group green is paused: anna: incident" in str(step.memory.error)


def test_a_pause_that_comes_after_the_lease_was_taken_is_for_what_begins_later() -> None:
    begins = dataclasses.replace(ORDER, begins=True)
    ours = dataclasses.replace(a_lease("a", "me", MINE), notes=((PAUSED, "anna"),))
    found = look(known(ours, a_lease("b", "me", MINE), written=NOW), order=begins)
    assert outcome(found).error is None
