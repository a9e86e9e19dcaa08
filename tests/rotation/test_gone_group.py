# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One answer without the group is no verdict; a deleted group is named."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare

DESCRIBE = "autoscaling:DescribeAutoScalingGroups"


@pytest.mark.parametrize("skip", [2, 5, 9])
def test_one_answer_that_there_is_no_such_group_ends_nothing(skip: int) -> None:
    world = due()
    fault = Fault(DESCRIBE, "AutoScalingGroup.NotFound", "no such group", times=1, skip=skip)
    world.gate.faults.append(fault)
    result = prepare(world, BLUE)()
    assert fault.times == 0, "it was said"
    assert result.status == "complete"
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN


def test_a_group_that_is_deleted_in_mid_run_is_named_soon() -> None:
    world = due()
    run = prepare(world, BLUE)
    params = {"AutoScalingGroupName": BLUE, "ForceDelete": True}
    gone: list[float] = []

    def delete() -> None:
        world.account.call("autoscaling", "DeleteAutoScalingGroup", params, "operator")
        gone.append(world.kernel.now)

    world.kernel.after(150, delete)
    result = run()
    assert result.status == "failed"
    assert f"Auto Scaling group {BLUE} was deleted while it was being rotated" in str(result.error)
    assert 60 <= world.kernel.now - gone[0] < 240
    ends = [type(command).__name__ for at, command in run.inbox.commands if at > gone[0] + 60]
    assert not {"Terminate", "Evict", "SetDesired"}.intersection(ends)
