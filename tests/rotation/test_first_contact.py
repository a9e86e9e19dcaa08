# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused before anything was touched: once, and for good."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def ended(world: World) -> Run:
    run = prepare(world, BLUE)
    run.inbox.past = world.kernel.now + 3600
    run()
    return run


FIRST_CALLS = (
    ("autoscaling:DescribeAutoScalingGroups", "AccessDenied"),
    ("autoscaling:DescribeAutoScalingGroups", "ExpiredToken"),
    ("kubernetes:* nodes", "401"),
    ("kubernetes:* daemonsets", "403"),
    ("kubernetes:get leases", "401"),
    ("kubernetes:create leases", "403"),
)
"""What a run does before it touches anything, and how that may be refused once."""


@pytest.mark.parametrize(("match", "code"), FIRST_CALLS)
def test_one_refusal_at_the_first_contact_ends_nothing(match: str, code: str) -> None:
    world = due(size=1)
    fault = Fault(match, code, "no", times=1)
    world.gate.faults.append(fault)
    run = ended(world)
    assert fault.times == 0, "it was refused"
    assert run.result is not None
    assert run.result.status == "complete"


@pytest.mark.parametrize(("match", "code"), FIRST_CALLS)
def test_refusals_at_the_first_contact_that_last_end_the_run_within_two_minutes(
    match: str, code: str
) -> None:
    world = due(size=1)
    world.gate.faults.append(Fault(match, code, "no", times=-1))
    began = world.kernel.now
    run = ended(world)
    assert run.result is not None
    assert run.result.status == ("suspended" if code in ("401", "ExpiredToken") else "refused")
    assert 60 <= world.kernel.now - began < 120
    assert any("not let in yet" in line for line in run.story())
