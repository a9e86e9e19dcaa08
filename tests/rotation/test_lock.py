# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time: the Lease is lock and record."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_name,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def lease(world: World) -> dict[str, Any]:
    """The group's Lease."""
    found = world.cluster.object(
        "leases", lease_name(world.account.groups[BLUE].arn), "kube-system"
    )
    assert found is not None
    return found


def held_by_another(world: World, renewing: bool) -> None:
    """Somebody else holds the lease, and renews it every five seconds if it lives."""
    run = prepare(world, BLUE, "other", kill_at_command=12)
    with pytest.raises(Killed):
        run()

    def renew() -> None:
        world.cluster.change(
            "leases",
            lease(world),
            {"spec": {"renewTime": world.kernel.utc().strftime("%Y-%m-%dT%H:%M:%S.%fZ")}},
        )

    if renewing:
        world.kernel.every(5, renew)


def test_a_second_run_is_refused_while_the_first_lives_and_the_holder_is_named() -> None:
    world = due()
    held_by_another(world, renewing=True)
    run = rotate(world, BLUE, run_id="mine")
    assert run.result is not None
    assert run.result.status == "refused"
    assert "host_other" in str(run.result.error)
    acts = [
        command
        for _at, command in run.inbox.commands
        if not type(command).__name__.startswith("Read")
    ]
    assert acts == []


def test_a_dead_holder_is_succeeded_after_the_lease_duration() -> None:
    world = due()
    held_by_another(world, renewing=False)
    began = world.kernel.now
    run = rotate(world, BLUE, run_id="mine")
    assert run.result is not None
    assert run.result.error is None
    taken = next(at for at, event in run.events if "taken over" in event.text)
    assert 30 <= taken - began <= 40
    assert all_current(world)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_dead_holder_whose_lease_may_not_be_written_yet_is_succeeded_once_it_may() -> None:
    # The World fails a run that keeps looking meanwhile without hearing anything.
    world = due()
    held_by_another(world, renewing=False)
    began = world.kernel.now
    world.gate.faults.append(Fault("kubernetes:update leases", "403", times=-1))
    world.kernel.after(50, world.gate.faults.clear)
    run = rotate(world, BLUE, run_id="mine")
    assert run.result is not None
    assert run.result.error is None
    taken = next(at for at, event in run.events if "taken over" in event.text)
    assert 50 <= taken - began <= 80
    assert all_current(world)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


def test_a_run_that_cannot_renew_issues_nothing_more() -> None:
    world = due()
    run = prepare(world, BLUE)
    world.gate.faults.append(Fault("kubernetes:update leases", "503", times=-1, skip=8))
    world.kernel.after(250, world.gate.faults.clear)
    run()
    writes = [at for at, command in run.inbox.commands if type(command).__name__ == "WriteLease"]
    deadline = (
        writes[8] + 20
    )  # one creation and eight updates succeeded; two thirds of the lease's 30 s
    acts = ("Terminate", "SetDesired", "ChangeNode", "Evict", "Protect", "Suspend", "Deregister")
    late = [
        command
        for at, command in run.inbox.commands
        if type(command).__name__ in acts and deadline < at < 310
    ]
    assert late == []
    assert deadline < 290
    assert run.result is not None
    assert run.result.error is None
    assert all_current(world)
    assert world.judge.breaches == []


def test_a_lease_taken_from_us_ends_the_run_on_the_spot() -> None:
    world = due()
    run = prepare(world, BLUE)
    world.kernel.after(
        150,
        lambda: world.cluster.change("leases", lease(world), {"spec": {"holderIdentity": "thief"}}),
    )
    run()
    assert run.result is not None
    assert run.result.status == "failed"
    assert "thief" in str(run.result.error)
    after = [
        command
        for at, command in run.inbox.commands
        if at > world.kernel.now - 0.5 and "Terminate" in repr(command)
    ]
    assert after == []
    left = "\n".join(run.result.values["not_restored"])
    assert "AZRebalance" in left
    assert "Scale-in protection" in left
    assert "Tag" in left
    assert "Desired" in left
    assert "MaxSize" in left
    assert "Lease" not in left


@pytest.mark.parametrize("skip", [2, 6, 10])
def test_a_conflict_and_a_failed_read_of_the_lease_end_nothing(skip: int) -> None:
    world = due()
    world.gate.faults += [
        Fault("kubernetes:get leases", "500"),
        Fault("kubernetes:update leases", "409", skip=skip),
        Fault("kubernetes:get leases", "500", times=3, skip=1),
    ]
    run = rotate(world, BLUE)
    assert run.result is not None, run.story()[-5:]
    assert run.result.error is None, run.story()[-5:]
    assert all_current(world)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []


@pytest.mark.parametrize("code", ["404", "409"])
@pytest.mark.parametrize("at", [20.0, 130.0, 170.0])
def test_a_lease_that_is_never_written_again_ends_the_run(code: str, at: float) -> None:
    world = due()
    run = prepare(world, BLUE)
    run.inbox.past = world.kernel.now + 3600
    fault = Fault("kubernetes:update leases", code, times=-1)
    world.kernel.after(at, lambda: world.gate.faults.append(fault))
    assert run().status == "failed"
    assert "could not be renewed for 300 s" in str(run.result and run.result.error)
    assert world.judge.breaches == []
