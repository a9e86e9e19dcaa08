# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the Leases around a change record of a state store that is owed."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RefusedError,
    UnfinishedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.handover.test_decide import (
    CLAIMS,
    ORDER,
    a_lease,
    known,
    look,
    outcome,
    writes,
)

OWED = Journal(store_owed=True, origin=("kops", "nodes-a", "o/old"))


@pytest.mark.parametrize(
    ("claim", "origin", "owed"),
    [
        ({}, OWED.origin, True),
        ({"origin": ("aws", "", "")}, OWED.origin, True),
        ({"origin": ("kops", "b", "o"), "settles": True}, ("kops", "b", "o"), False),
        ({"settles": True}, OWED.origin, False),
    ],
)
def test_a_debt_of_a_state_store_stands_until_a_claim_settles_it(
    claim: dict[str, Any], origin: tuple[str, str, str], owed: bool
) -> None:
    claims = tuple(dataclasses.replace(one, **claim) for one in CLAIMS)
    order = dataclasses.replace(ORDER, claims=claims)
    found = known(a_lease("a", "", dump(OWED)), None)
    written = load(writes(look(found, order=order))["a"].journal)
    assert (written.origin, written.store_owed) == (origin, owed)


@pytest.mark.parametrize(("settles", "left"), [(False, OWED), (True, Journal())])
def test_a_lease_that_is_given_up_after_the_change_keeps_no_debt_that_is_settled(
    settles: bool, left: Journal
) -> None:
    claims = tuple(dataclasses.replace(one, settles=settles) for one in CLAIMS)
    order = dataclasses.replace(ORDER, claims=claims, stage="give_up")
    found = known(a_lease("a", ORDER.holder, dump(OWED)), None)
    assert load(writes(look(found, order=order))["a"].journal) == left


FAILED = Journal(run="r0", fenced=True, canary="failed", failures=("no node",))


@pytest.mark.parametrize(
    ("journal", "claims", "told"),
    [
        (FAILED, CLAIMS[:1], True),
        (dataclasses.replace(FAILED, failures=()), CLAIMS[:1], True),
        (dataclasses.replace(FAILED, canary="passed"), CLAIMS[:1], False),
        (FAILED, CLAIMS, False),
    ],
)
def test_a_group_alone_whose_canary_failed_in_a_run_that_died_is_to_be_finished_first(
    journal: Journal, claims: tuple[LeaseClaim, ...], told: bool
) -> None:
    order = dataclasses.replace(ORDER, claims=claims)
    step = look(known(a_lease("a", "", dump(journal)), None), order=order)
    error = outcome(step).error
    assert isinstance(error, RefusedError)
    assert isinstance(error, UnfinishedError) is told
    assert ("The canary of node group blue failed in an earlier run (r0)" in str(error)) is told
    assert ("no node" in str(error)) is (told and bool(journal.failures))
    assert "without a change of the template" in str(error)
