# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Lease that was left to a rotation which does not begin is given up, or named."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.template_builders import (
    holder,
    shared,
    update,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, CLEAN, traces
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed


@pytest.mark.parametrize(
    ("denied", "told"),
    [
        pytest.param(
            ("host_*", "autoscaling:DescribeAutoScalingGroups"), "could not be read", id="AWS"
        ),
        pytest.param(("host_*", "update leases"), "has left to this run, stays held", id="RBAC"),
    ],
)
def test_a_run_that_cannot_give_the_lease_up_says_that_it_stays_held(
    denied: tuple[str, str], told: str
) -> None:
    world = shared(("$Latest", "1"))
    update(world, BLUE)
    where = world.account if denied[1].startswith("autoscaling") else world.cluster
    where.denied.append(denied)
    run = rotate(world, BLUE, run_id="r1", run_given=True)
    assert run.result is not None
    assert run.result.status == "refused"
    assert holder(world, BLUE)
    (sentence,) = run.result.values["not_restored"]
    assert told in sentence
    assert sentence.endswith("stays held until it expires")


def test_a_run_that_is_stopped_before_it_begins_gives_the_lease_up() -> None:
    world = shared(("$Latest", "1"))
    update(world, BLUE)
    run = prepare(world, BLUE, "r1")
    run.inbox.stop_at(world.kernel.now + 0.12)
    assert run().status == "stopped"
    assert (holder(world, BLUE), traces(world)["journals"]) == ("", CLEAN["journals"])
    assert run.result is not None
    assert run.result.values["not_restored"] == []


def test_a_long_handover_that_nobody_came_for_is_taken_over_once_it_has_run_out() -> None:
    """It lasts longer than the time in which every Lease has to be written."""
    world = shared(("$Latest", "1"))
    with pytest.raises(Killed):
        update(world, BLUE, handover_timeout=600, kill_at=2)
    began = world.kernel.now
    found, _warnings = update(world, BLUE, rollback=True, run_id="r2", handover_timeout=600)
    assert found.changed
    assert 600 <= world.kernel.now - began <= 630
    assert holder(world, BLUE).endswith("_r2")
