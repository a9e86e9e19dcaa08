# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Updates of managed node groups take turns with other rotations."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.tests.simulate.actors import Actor, play
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import (
    ManagedRun,
    Run,
    prepare,
    prepare_managed,
)
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import mixed
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

Either = Run | ManagedRun
AT_WORK = {"surge", "begun", "cordoned", "ready", "terminated"}


def a_cluster() -> World:
    """Return a cluster whose node groups of both kinds are due for an update."""
    world = mixed.furnish(World(Kernel(1)))
    point_to(world, "demo-blue", world.facts["new_image"])
    return world


def managed(world: World, nodegroup: str, run_id: str, **options: Any) -> ManagedRun:
    """Return a run on a managed node group, one at a time in the cluster."""
    new = world.account.images[world.facts["new_image"]]
    target = ManagedTarget(f"{mixed.PATCH}-{new.name.rpartition('v')[2]}", new.id)
    given = {"cluster_parallel": 1, "lock_wait": 99999, **options}
    return prepare_managed(world, nodegroup, target, run_id, **given)


def self_managed(world: World, run_id: str, **options: Any) -> Run:
    """Return a run on the self-managed node group, one at a time in the cluster."""
    given = {"cluster_parallel": 1, "lock_wait": 99999, "canary": 0, "soak": 0, **options}
    return prepare(world, "demo-blue", run_id, **given)


def together(world: World, begin: dict[float, Either]) -> None:
    """Carry out runs at the same time, each from so many seconds from now on."""
    now = world.kernel.now

    def life(run: Either) -> Any:
        return lambda actor: actor.perform(run.inbox, run)

    play(world.kernel, [Actor(world.kernel, life(run), now + at) for at, run in begin.items()])


def span(run: Either) -> tuple[float, float]:
    """Return from when to when a run was at work."""
    times = [at for at, event in run.events if event.phase in AT_WORK]
    return min(times), max(times)


@pytest.mark.parametrize("starts", [(0.0, 0.5), (0.5, 0.0), (0.0, 20.0), (20.0, 0.0)])
def test_a_managed_and_a_self_managed_group_are_rotated_one_after_the_other(
    starts: tuple[float, float],
) -> None:
    world = a_cluster()
    found = [managed(world, "web", "r1"), self_managed(world, "r2")]
    together(world, dict(zip(starts, found, strict=True)))
    assert [run.result.status for run in found if run.result] == ["complete"] * 2
    before, after = sorted(map(span, found))
    assert before[1] <= after[0]
    assert world.judge.breaches == []


def test_who_may_not_wait_is_refused_and_names_the_other() -> None:
    world = a_cluster()
    first, second = self_managed(world, "r1"), managed(world, "web", "r2", lock_wait=0)
    together(world, {0.0: first, 20.0: second})
    assert second.result is not None
    assert second.result.status == "refused"
    lease = lease_name(world.account.groups["demo-blue"].arn)
    assert f"host_r1 is rotating another node group (Lease {lease})" in str(second.result.error)
    own = world.cluster.object(
        "leases", lease_name(world.account.groups[world.facts["groups"]["web"]].arn), "kube-system"
    )
    assert not (own or {"spec": {}})["spec"].get("holderIdentity")


def test_a_run_that_was_killed_is_not_waited_for_longer_than_its_lease_lasts() -> None:
    world = a_cluster()
    killed = prepare(world, "demo-blue", "dead", kill_at_command=12, cluster_parallel=1)
    with pytest.raises(Killed):
        killed()
    began = world.kernel.now
    run = managed(world, "web", "r2", lock_wait=0)
    run()
    assert run.result is not None
    assert run.result.status == "complete"
    (begun,) = (at for at, event in run.events if event.phase == "start")
    assert begun - began < 60


def begin_another(world: World, release: str = "") -> None:
    """Let somebody else update the managed node group, by default to what it runs."""
    running = world.account.eks_clusters[world.name].nodegroups["web"].release_version
    params = {"clusterName": world.name, "nodegroupName": "web", "force": True}
    params["releaseVersion"] = release or running
    world.account.call("eks", "UpdateNodegroupVersion", params, "somebody")


@pytest.mark.parametrize("starts", [(0.0, 1.0), (30.0, 0.0)])
def test_our_update_after_one_of_somebody_else_waits_for_its_turn(
    starts: tuple[float, float],
) -> None:
    world = a_cluster()
    begin_another(world)
    watching, other = managed(world, "web", "r1"), self_managed(world, "r2", soak=7200, canary=1)
    together(world, dict(zip(starts, (watching, other), strict=True)))
    assert [run.result.status for run in (watching, other) if run.result] == ["complete"] * 2
    (asked,) = (at for at, event in watching.events if "are outdated" in event.text)
    first, last = span(other)
    assert asked >= last or first >= span(watching)[1]
    assert world.judge.breaches == []


def test_what_others_do_to_the_group_while_we_wait_for_our_turn_is_seen() -> None:
    world = a_cluster()
    begin_another(world)
    new = world.account.images[world.facts["new_image"]]
    release = f"{mixed.PATCH}-{new.name.rpartition('v')[2]}"
    web = world.account.eks_clusters[world.name].nodegroups["web"]
    done = []

    def look() -> None:
        if len(web.updates) == 1 and web.status == "ACTIVE" and not done:
            done.append(True)
            world.kernel.after(60, lambda: begin_another(world, release))

    world.kernel.every(1, look)
    watching, other = managed(world, "web", "r1"), self_managed(world, "r2", soak=3600, canary=1)
    together(world, {0.0: watching, 1.0: other})
    assert [run.result.status for run in (watching, other) if run.result] == ["complete"] * 2
    assert (len(web.updates), done) == (2, [True])
