# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every planted fault stands where it says, so a changed line is noticed."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.mutations.catalogue import MUTATIONS
from ansible_collections.nodeops.rotator.tests.mutations.mutation import Mutation
from ansible_collections.nodeops.rotator.tests.unit.floors import shape


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_a_planted_fault_has_its_place_and_its_test(mutation: Mutation) -> None:
    assert (shape.ROOT / mutation.file).read_text().count(mutation.old) == 1
    function = mutation.found_by.rsplit("::", 1)[-1].split("[", 1)[0]
    assert f"def {function}(" in (shape.ROOT / mutation.tests).read_text()


def test_every_planted_fault_has_a_name_of_its_own() -> None:
    names = [mutation.name for mutation in MUTATIONS]
    assert len(set(names)) == len(names)
