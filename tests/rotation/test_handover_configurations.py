# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A launch configuration is changed under its group's Lease, as a template is."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RefusedError,
)
from ansible_collections.nodeops.rotator.tests.rotation.template_builders import (
    RED,
    holder,
    lease_of,
    record,
    shared,
    update,
    with_configuration,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    all_current,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed


def test_a_launch_configuration_is_changed_under_the_lease_of_its_group() -> None:
    world = shared()
    with_configuration(world, RED)
    update(world, RED)
    assert "r1" in holder(world, RED)
    assert lease_of(world, BLUE) is None
    said = record(world, RED)
    assert said["previous"] == ["red", ""]
    assert said["target"] == ["red-nodeops-1", "", world.facts["new_image"]]
    world.judge.begin()
    run = rotate(world, RED, run_id="r1")
    assert run.result is not None
    assert run.result.status == "complete"
    assert all_current(world, RED)
    assert holder(world, RED) == ""
    assert world.judge.breaches == []


def test_a_launch_configuration_of_a_group_that_is_rotated_stays() -> None:
    world = shared()
    with_configuration(world, RED)
    run = prepare(world, RED, "other", kill_at_command=30, max_node_age=60)
    with pytest.raises(Killed):
        run()
    with pytest.raises(RefusedError, match="a rotation of node group red that has not"):
        update(world, RED)
    assert sorted(world.account.launch_configurations) == ["red"]
