# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build kops clusters whose control plane is due for an update, and rotate it."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.actors import Actor, play
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.world import World

QUICK: dict[str, Any] = {"etcd_settle": 30}
"""Options with which a test does not look at the same thing for long."""


def a_plane(
    seed: int = 1, beside: tuple[kops.InstanceGroup, ...] = (), size: int = 3, **behavior: Any
) -> tuple[World, ControlPlane]:
    """Return a world with three control plane nodes due, and two workers.

    Targets drain quickly; `size`: another number of nodes; `beside`: further instance groups;
    `behavior`: of AWS.
    """
    groups = (
        *kops.GROUPS[:size],
        *beside,
        kops.InstanceGroup("nodes", "Node", 2, "abc", "m6i.large", 4),
    )
    world = kops.furnish(World(Kernel(seed)), groups)
    plane = world.control_plane
    assert plane is not None
    for target_group in world.account.target_groups.values():
        target_group.deregistration_delay = 10.0
    world.kernel.advance(world.kernel.now + 300)
    for place in plane.places:
        point_to(world, place, world.facts["new_image"])
    world.behave(aws=behavior)
    return world, plane


def a_single(seed: int = 1) -> tuple[World, ControlPlane]:
    """Return a world whose only control plane node is due and may be missing."""
    world, plane = a_plane(seed, size=1)
    plane.outage_allowed = True
    return world, plane


def a_run(world: World, place: str, run_id: str = "r1", **options: Any) -> Run:
    """Return a run on one group, judged as one that may lose its node."""
    usual = {"max_surge": 0, "max_unavailable": 1, **QUICK}
    run = prepare(world, place, run_id, **{**usual, **options})
    run.inbox.past = world.kernel.now + 6 * 3600
    return run


def together(world: World, runs: dict[float, Run]) -> None:
    """Carry out runs at the same time, each from so many seconds from now on."""
    now = world.kernel.now

    def life(run: Run) -> Any:
        return lambda actor: actor.perform(run.inbox, run)

    play(world.kernel, [Actor(world.kernel, life(run), now + at) for at, run in runs.items()])


def is_new(world: World, place: str) -> bool:
    """Return whether the one instance of a place runs the new image."""
    (member,) = world.account.groups[place].counted()
    return bool(world.account.instances[member.instance_id].image_id == world.facts["new_image"])
