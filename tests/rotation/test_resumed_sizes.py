# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody has made of the group since the run died that is resumed."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import SetDesired
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed


def test_a_group_that_was_enlarged_has_no_spare_node() -> None:
    """The record says four, and seven are wanted by now."""
    world = due()
    group = world.account.groups[BLUE]
    group.maximum = 10
    run = prepare(world, BLUE)
    run.hear = lambda event: run.inbox.interrupt(len(run.inbox.commands), "before")
    with pytest.raises(Killed):
        run()
    assert not any(isinstance(command, SetDesired) for _at, command in run.inbox.commands)
    params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": 7}
    world.account.call("autoscaling", "UpdateAutoScalingGroup", params, "operator")
    world.kernel.advance(world.kernel.now + 900)
    world.judge.rules[BLUE].base = 7
    again = prepare(world, BLUE, run_id="r2")
    result = again()
    assert result.status == "complete", again.story()
    assert world.judge.breaches == []
    assert all_current(world)
    assert (sizes(world), traces(world)) == ((7, 7, 10), CLEAN)
