# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change of the templates of overrides is recorded as that of the group's own."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
    load,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.handover.test_decide import (
    CLAIMS,
    MINE,
    ORDER,
    a_lease,
    known,
    look,
    writes,
)

CLAIM = dataclasses.replace(
    CLAIMS[0], previous_others=(("lt-9", "4"),), target_others=(("lt-9", "5", "ami"),)
)
MIXED = dataclasses.replace(ORDER, claims=(CLAIM, CLAIMS[1]))


def test_every_template_is_recorded_before_it_is_changed() -> None:
    journal = load(writes(look(known(None, None), order=MIXED))["a"].journal)
    assert (journal.previous, journal.previous_others) == (("lt", "7"), (("lt-9", "4"),))
    assert journal.target_sources == {("lt", "8"), ("lt-9", "5")}


@pytest.mark.parametrize(("version", "verdict"), [("5", "passed"), ("4", "")])
def test_a_verdict_about_other_versions_of_them_is_dropped(version: str, verdict: str) -> None:
    found = dataclasses.replace(
        load(MINE), canary="passed", target_others=(("lt-9", version, "ami"),)
    )
    entries = known(a_lease("a", "x", dump(found)), None)
    journal: Journal = load(writes(look(entries, order=MIXED))["a"].journal)
    assert journal.canary == verdict
