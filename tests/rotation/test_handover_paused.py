# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a paused node group launches from stays as it is."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PAUSED
from ansible_collections.nodeops.rotator.tests.rotation.template_builders import (
    GREEN,
    holder,
    lease_of,
    shared,
    update,
    versions,
)
from ansible_collections.nodeops.rotator.tests.rotation.test_handover import (
    BOTH,
    held_by_somebody,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def pause(world: World, group: str) -> None:
    """Somebody pauses a group that a run has had."""
    note = {"metadata": {"annotations": {PAUSED: "anna: incident"}}}
    world.cluster.change("leases", lease_of(world, group), note)


def test_a_group_that_is_paused_keeps_its_template_and_that_of_the_groups_that_share_it() -> None:
    world = shared()
    held_by_somebody(world, GREEN, renewing=False)
    pause(world, GREEN)
    _found, warnings = update(world, BLUE, check=True, **BOTH)
    assert warnings == ("Node group demo-green is paused: anna: incident",)
    with pytest.raises(RefusedError, match=r"demo-green is paused: anna: incident\. It keeps"):
        update(world, BLUE, **BOTH)
    assert versions(world) == 1
    assert holder(world, BLUE) == ""


def test_a_template_is_taken_back_although_people_have_paused_the_group() -> None:
    world = shared()
    update(world, BLUE, **BOTH)
    pause(world, BLUE)
    found, _warnings = update(world, BLUE, rollback=True, **BOTH)
    assert found.changed
