# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is looked at again and again while nothing can have changed."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import UnreachableError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseTrouble,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.handover.test_decide import (
    MINE,
    NOW,
    ORDER,
    a_lease,
    known,
    look,
)

PATIENT = dataclasses.replace(ORDER, wait=600.0)


@pytest.mark.parametrize("waited", [0.0, 29.0, 31.0, 300.0])
@pytest.mark.parametrize("ours", [None, a_lease("b", "me", MINE)])
def test_whoever_waits_for_a_holder_looks_when_its_lease_is_to_be_read(
    waited: float, ours: Lease | None
) -> None:
    lease = dataclasses.replace(a_lease("a", "x"), duration=900)
    entries = known(lease, ours, read=NOW + waited)
    step = look(entries, NOW + waited, PATIENT)
    assert step.result is None
    assert 1 <= step.wake - (NOW + waited) <= 2


def test_a_read_that_cannot_be_made_yet_is_not_looked_at_before() -> None:
    lease = dataclasses.replace(a_lease("a", "x"), duration=900)
    trouble = {"a": LeaseTrouble(NOW + 9, NOW + 15, UnreachableError("no answer"))}
    step = look(known(lease, None), NOW + 10, PATIENT, troubles=trouble)
    assert (step.commands, step.wake) == ((), NOW + 15)
