# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leases are taken before a change, and left or given up after it."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.change import (
    ChangeMade,
    change,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
    LockOrder,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.handover.builders import Leases

PLANNED = LeaseClaim("a", "blue", previous=("lt", "7"), target=("lt", "8", "ami"))
MADE = dataclasses.replace(PLANNED, target=("lt", "9", "ami"))
ORDER = LockOrder("take", (PLANNED,), "r1", "me", 120.0)
BEFORE = Lease("a", "4", journal=dump(Journal(canary="passed")))


def holder(leases: Leases) -> str:
    return leases.found["a"].holder


@pytest.mark.parametrize("keep", [True, False])
def test_the_leases_are_held_during_the_change_and_after_it_if_somebody_follows(
    keep: bool,
) -> None:
    leases, during = Leases({"a": BEFORE}), []

    def act(moment: float) -> ChangeMade[str]:
        during.append((holder(leases), load(leases.found["a"].journal).target, moment))
        return ChangeMade("done", (MADE,))

    began = leases.now()
    assert change(leases, ORDER, act, keep) == "done"
    ((held_by, target, moment),) = during
    assert (held_by, target) == ("me", ("lt", "8", "ami"))
    assert began + 80 <= moment <= leases.now() + 80
    assert holder(leases) == ("me" if keep else "")
    after = load(leases.found["a"].journal)
    assert after.target == (("lt", "9", "ami") if keep else ("", "", ""))


def test_a_change_that_fails_gives_the_leases_up_as_they_were_found() -> None:
    leases = Leases({"a": BEFORE})

    def act(moment: float) -> ChangeMade[str]:
        raise RefusedError("no")

    with pytest.raises(RefusedError, match="no"):
        change(leases, ORDER, act, keep=True)
    assert (holder(leases), leases.found["a"].journal) == ("", BEFORE.journal)


@pytest.mark.parametrize("recorded", ["", dump(Journal(canary="passed", boots=(7,)))])
def test_a_change_that_leaves_a_state_store_behind_records_that(recorded: str) -> None:
    leases = Leases({"a": dataclasses.replace(BEFORE, journal=recorded)})
    owing = dataclasses.replace(MADE, owes=True, origin=("kops", "blue", "old/image"))

    def act(moment: float) -> ChangeMade[str]:
        return ChangeMade("half", (owing,), RefusedError("no"))

    with pytest.raises(RefusedError, match="no"):
        change(leases, ORDER, act, keep=True)
    left = load(leases.found["a"].journal)
    assert (holder(leases), left.store_owed, left.origin) == ("", True, owing.origin)
    assert dataclasses.replace(left, store_owed=False, origin=("", "", "")) == load(recorded)


def test_an_image_that_was_never_launched_is_none_that_is_recorded() -> None:
    recorded = Journal(canary="failed", target=("lt-1", "2", "ami-1"))
    leases = Leases({"a": dataclasses.replace(BEFORE, journal=dump(recorded))})
    owing = dataclasses.replace(MADE, owes=True, origin=("kops", "blue", "old/image"))
    with pytest.raises(RefusedError, match="no"):
        change(leases, ORDER, lambda _at: ChangeMade("", (owing,), RefusedError("no")), keep=True)
    left = load(leases.found["a"].journal)
    assert (left.store_owed, left.target) == (True, ("", "", ""))


def test_nothing_is_changed_under_a_record_of_another_run() -> None:
    leases = Leases({"a": Lease("a", "4", "x", journal=dump(Journal(run="x", fenced=True)))})
    before = leases.found["a"]
    with pytest.raises(RefusedError, match="has not ended"):
        change(leases, ORDER, lambda moment: pytest.fail("it was changed"), keep=True)
    assert leases.found["a"] == before


def test_a_signal_before_the_change_stops_it_and_after_it_gives_the_leases_up() -> None:
    leases = Leases({"a": BEFORE}, stop=True)
    with pytest.raises(FailedError, match="SIGTERM"):
        change(leases, ORDER, lambda moment: pytest.fail("it was changed"), keep=True)
    later = Leases({"a": BEFORE})

    def act(moment: float) -> ChangeMade[str]:
        later.stop = True
        return ChangeMade("done", (MADE,))

    with pytest.raises(FailedError, match="SIGTERM"):
        change(later, ORDER, act, keep=True)
    assert holder(later) == ""
