# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of two runs at the same time that keep their Leases apart only one begins."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    SIGNPOST,
    USUAL_NAMESPACE,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_name,
)
from ansible_collections.nodeops.rotator.tests.simulate.actors import Actor, play
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.build import namespace
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.world import World

OPS = "ops"


def a_world(lag: float = 0.0) -> World:
    """A group that is due, in a cluster with another namespace for Leases.

    `lag`: by how many seconds reads of AWS are late.
    """
    world = due()
    namespace(world.cluster, OPS)
    world.cluster.settle()
    world.behave(aws={"describe_lag": lag})
    world.judge.unjudged.append("*")  # the rules know one Lease, and what counts is seen below
    return world


def together(world: World, runs: dict[float, Run]) -> None:
    """Carry out runs at the same time, each from so many seconds from now on."""
    now = world.kernel.now

    def life(run: Run) -> Any:
        return lambda actor: actor.perform(run.inbox, run)

    play(world.kernel, [Actor(world.kernel, life(run), now + at) for at, run in runs.items()])


def acts(run: Run) -> set[str]:
    """Return which commands a run issued, apart from reads and from Leases."""
    names = {type(command).__name__ for _at, command in run.inbox.commands}
    return {name for name in names if not name.startswith("Read")} - {"WriteLease"}


def holders(world: World) -> list[str]:
    """Return who holds the group's Leases at the end."""
    name = lease_name(world.account.groups[BLUE].arn)
    found = [world.cluster.object("leases", name, place) for place in (OPS, USUAL_NAMESPACE)]
    return [str(one["spec"].get("holderIdentity") or "") for one in found if one is not None]


@pytest.mark.parametrize("lag", [0.0, 19.0])
@pytest.mark.parametrize("later", [-3.0, 0.0, 0.3, 1.0, 8.0, 25.0, 45.0])
def test_the_other_one_changes_nothing(later: float, lag: float) -> None:
    """The usual one begins `later` seconds after the run with its Lease elsewhere."""
    world = a_world(lag)
    elsewhere = prepare(world, BLUE, "elsewhere", lock_namespace=OPS)
    usual = prepare(world, BLUE, "usual")
    together(world, {max(0.0, -later): elsewhere, max(0.0, later) + 0.001: usual})
    ended = {run.policy.run: run for run in (elsewhere, usual) if run.result}
    complete = [
        name for name, run in ended.items() if run.result and run.result.status == "complete"
    ]
    assert len(complete) == 1, [str(run.result.error) for run in ended.values() if run.result]
    (other,) = {"elsewhere", "usual"} - set(complete)
    assert acts(ended[other]) <= {"SetTag"}
    assert all_current(world)
    assert traces(world) == CLEAN
    assert set(holders(world)) == {""}


def test_a_run_with_its_lease_elsewhere_begins_when_everybody_can_know_of_it() -> None:
    world = a_world()
    run = rotate(world, BLUE, lock_namespace=OPS)
    issued = [(at, type(command).__name__) for at, command in run.inbox.commands]
    (tagged, *_more) = [at for at, name in issued if name == "SetTag"]
    reads_and_locks = ("SetTag", "WriteLease")
    first = min(
        at for at, name in issued if name not in reads_and_locks and not name.startswith("Read")
    )
    assert 30.0 <= first - tagged < 35.0


@pytest.mark.parametrize("second", [1.0, 5.0, 20.0])
def test_one_that_is_stopped_meanwhile_takes_the_tag_off_again(second: float) -> None:
    world = a_world()
    run = prepare(world, BLUE, lock_namespace=OPS)
    run.inbox.stop_at(world.kernel.now + second)
    result = run()
    assert result.status == "stopped"
    assert SIGNPOST not in world.account.groups[BLUE].tags
    assert traces(world) == CLEAN
    assert set(holders(world)) == {""}
    assert result.values["not_restored"] == []


def test_one_that_may_not_set_the_tag_begins_nothing() -> None:
    world = a_world()
    world.account.denied.append(("host_*", "autoscaling:CreateOrUpdateTags"))
    run = rotate(world, BLUE, lock_namespace=OPS)
    assert run.result is not None
    assert run.result.status == "refused"
    assert "CreateOrUpdateTags" in str(run.result.error)
    assert acts(run) == {"SetTag"}
    assert set(holders(world)) == {""}


@pytest.mark.parametrize("denied", ["update leases", "get leases"])
def test_one_that_is_shut_out_while_it_waits_ends_all_the_same(denied: str) -> None:
    world = a_world()
    run = prepare(world, BLUE, lock_namespace=OPS)
    world.kernel.after(10, lambda: world.cluster.denied.append(("host_*", denied)))
    result = run()
    assert result.status == "failed"
    assert acts(run) == {"SetTag"}
    assert SIGNPOST not in world.account.groups[BLUE].tags or "stays" in str(result.values)
    assert world.kernel.now < 500
