# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody has made of the group since the run died that is resumed."""

from __future__ import annotations

import json

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Suspend
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import publish_al2023
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import (
    KUBERNETES,
    point_to,
)
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed


def first_act() -> int:
    """Return the number of a run's first command that changes the group."""
    world = due()
    run = prepare(world, BLUE)
    run.inbox.past = world.kernel.now + 5
    with pytest.raises(TimeoutError):
        run()
    return next(n for n, (_at, one) in enumerate(run.inbox.commands) if isinstance(one, Suspend))


def test_a_group_that_was_enlarged_has_no_spare_node() -> None:
    """The record says four; seven serve by now, when the next image comes."""
    world = due()
    group = world.account.groups[BLUE]
    group.maximum = 10
    run = prepare(world, BLUE, kill_at_command=first_act())
    with pytest.raises(Killed):
        run()
    (record,) = traces(world)["journals"]
    assert (json.loads(record)["base"], json.loads(record)["expected"]) == (4, 4)
    params = {"AutoScalingGroupName": BLUE, "DesiredCapacity": 7}
    world.account.call("autoscaling", "UpdateAutoScalingGroup", params, "operator")
    world.kernel.advance(world.kernel.now + 900)
    world.judge.rules[BLUE].base = 7
    next_image = publish_al2023(world.account, KUBERNETES, "20261125")[0].id
    world.facts["new_image"] = next_image
    point_to(world, BLUE, next_image)
    again = prepare(world, BLUE, run_id="r2")
    result = again()
    assert result.status == "complete", again.story()
    assert world.judge.breaches == []
    assert all_current(world)
    assert (sizes(world), traces(world)) == ((7, 7, 10), CLEAN)
