# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that sleeps before its request does not act when it wakes.

Between its decision and its request somebody else may have taken the Lease.
"""

from __future__ import annotations

import math
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_name,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.world import World

READS = ("Describe", "get ", "list ", "watch ")
KINDS = ("Suspend", "Protect", "SetDesired", "ChangeNode", "Evict", "Terminate", "Resume")


def asleep(run: Run, kind: str, seconds: float) -> None:
    """Let the process sleep before the request of its first command of a kind.

    It has already decided.
    """
    submit = run.inbox.submit

    def pausing(command: Command, not_after: float = math.inf) -> None:
        submit(command, not_after)
        if type(command).__name__ == kind:
            run.inbox.pause_at(run.inbox.now(), seconds)
            run.inbox.submit = submit  # type: ignore[method-assign]

    run.inbox.submit = pausing  # type: ignore[method-assign]


def late_acts(world: World, run: Run) -> list[tuple[float, str]]:
    """Return what the run asks after its Lease has lapsed.

    What counts is the Lease as it truly is, not renewed for its duration. The list is filled as the
    run goes on.
    """
    found: list[tuple[float, str]] = []
    renewed = [math.inf]

    def watch(call: Call) -> None:
        if call.actor != run.policy.holder or call.operation.startswith(READS):
            return
        if call.operation.endswith("leases"):
            renewed[0] = world.kernel.now
        elif world.kernel.now - renewed[0] > run.policy.lease_duration:
            found.append((world.kernel.now, call.name))

    world.gate.judges.append(watch)
    return found


@pytest.mark.parametrize("seconds", [200.0, 1000.0])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_sent_after_a_sleep_and_the_run_goes_on(kind: str, seconds: float) -> None:
    world = due()
    run = prepare(world, BLUE)
    late = late_acts(world, run)
    asleep(run, kind, seconds)
    result = run()
    assert late == []
    assert world.judge.breaches == []
    assert result.status == "complete"
    assert all_current(world)
    assert sizes(world) == (4, 4, 4)
    assert traces(world) == CLEAN


@pytest.mark.parametrize("kind", KINDS)
def test_who_took_the_lease_meanwhile_meets_nobody(kind: str) -> None:
    world = due()
    run = prepare(world, BLUE)
    asleep(run, kind, 200.0)

    def take() -> None:
        name = lease_name(world.account.groups[BLUE].arn)
        lease: Any = world.cluster.object("leases", name, "kube-system")
        if run.inbox.submit.__name__ == "pausing":
            world.kernel.after(1, take)
        else:
            held = {"holderIdentity": "thief"}
            world.kernel.after(100, lambda: world.cluster.change("leases", lease, {"spec": held}))

    world.kernel.after(1, take)
    result = run()
    assert result.error is not None
    assert "taken over by thief" in str(result.error)
    assert world.judge.breaches == []


@pytest.mark.parametrize(
    ("seconds", "status"),
    [
        pytest.param(5.0, "complete", id="it may still create it again"),
        pytest.param(1000.0, "failed", id="somebody may have held it meanwhile"),
    ],
)
def test_a_lease_that_is_deleted_meanwhile_is_created_again_in_time_only(
    seconds: float, status: str
) -> None:
    world = due()
    run = prepare(world, BLUE)
    asleep(run, "Evict", seconds)

    def delete() -> None:
        if run.inbox.sleeps:
            name = lease_name(world.account.groups[BLUE].arn)
            world.cluster.delete("leases", world.cluster.object("leases", name, "kube-system"), 0)
        else:
            world.kernel.after(1, delete)

    world.kernel.after(1, delete)
    result = run()
    assert result.status == status, (result.error, run.story())
    assert ("could not be created again in time" in str(result.error)) is (status == "failed")
    # Until it renews its Lease it cannot know that somebody has deleted it.
    known = [one for one in world.judge.breaches if "nobody holds its Lease" not in one.why]
    assert known == []
