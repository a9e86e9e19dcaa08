# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classic load balancers count as target groups do."""

from __future__ import annotations

import contextlib

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Deregister
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import CLASSIC
from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
    is_new,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import TargetGroup
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, all_current, due
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def behind(world: World, *groups: str) -> TargetGroup:
    """Put groups behind a classic load balancer and wait until it finds them healthy."""
    balancer = build.add_classic_balancer(world.account, "api-demo")
    for group in (world.account.groups[name] for name in groups):
        group.target_groups.append(balancer.arn)
        for member in group.counted():
            world.account.balancer.register(balancer, member.instance_id)
    world.kernel.advance(world.kernel.now + 120)
    return balancer


def test_nodes_leave_it_before_they_go_and_new_ones_are_healthy_in_it_before() -> None:
    world = due()
    balancer = behind(world, BLUE)
    run = rotate(world, BLUE)
    assert run.result is not None
    assert run.result.status == "complete", run.story()
    assert all_current(world, BLUE)
    assert world.gate.calls["elb:DeregisterInstancesFromLoadBalancer"] == 4
    assert len(balancer.healthy()) == 4
    assert world.judge.breaches == []


def test_a_node_that_stays_is_registered_again() -> None:
    world = due()
    balancer = behind(world, BLUE)
    calm = prepare(due(), BLUE)
    behind(calm.world, BLUE)
    calm()
    first = prepare(world, BLUE)
    leaves = [n for n, (_at, one) in enumerate(calm.inbox.commands) if isinstance(one, Deregister)]
    first.inbox.interrupt(leaves[0], "sent")
    with contextlib.suppress(Killed):
        first()
    assert rotate(world, BLUE, run_id="r2", restore_only=True).result is not None
    world.kernel.advance(world.kernel.now + 120)
    assert world.gate.calls["elb:RegisterInstancesWithLoadBalancer"] == 1
    assert len(balancer.healthy()) == len(world.account.groups[BLUE].counted())
    assert world.judge.breaches == []


def test_a_new_control_plane_node_has_to_be_healthy_in_it() -> None:
    world, plane = a_plane()
    balancer = behind(world, *plane.places)
    run = a_run(world, plane.places[0])
    assert run().status == "complete", run.story()
    assert is_new(world, plane.places[0])
    assert len(balancer.healthy()) == 3
    assert world.judge.breaches == []


def test_a_new_control_plane_node_that_is_not_is_named_with_it() -> None:
    world, plane = a_plane()
    balancer = behind(world, *plane.places)
    old = {target.id for target in balancer.healthy()}
    balancer.probe = lambda target: target.id in old
    result = a_run(world, plane.places[0], boot_timeout=300)()
    assert result.status == "failed"
    assert "waiting for load balancer api-demo to find it healthy" in str(result.error)
    assert CLASSIC + "api-demo" in world.account.target_groups


def with_a_bastion() -> tuple[World, str, TargetGroup]:
    """Return a kops cluster whose bastion, behind a classic load balancer, is due."""
    groups = (
        kops.InstanceGroup("nodes", "Node", 1, "abc", "m6i.large", 2),
        kops.InstanceGroup("bastions", "Bastion", 1, "abc"),
    )
    world = kops.furnish(World(Kernel(3)), groups)
    name = str(world.facts["instance_groups"]["bastions"])
    for arn in world.account.groups[name].target_groups:
        del world.account.target_groups[arn]
    world.account.groups[name].target_groups.clear()
    balancer = behind(world, name)
    point_to(world, name, world.facts["new_image"])
    return world, name, balancer


def test_a_bastion_goes_once_another_is_healthy_in_it() -> None:
    world, name, balancer = with_a_bastion()
    healthy = []
    run = prepare(world, name)
    run.hear = lambda _event: healthy.append(len(balancer.healthy()))
    assert run().status == "complete", run.story()
    assert all_current(world, name)
    assert min(healthy) >= 1
    assert world.judge.breaches == []


def test_a_bastion_stays_while_no_other_is_healthy_in_it() -> None:
    world, name, balancer = with_a_bastion()
    (old,) = (target.id for target in balancer.healthy())
    balancer.probe = lambda target: target.id == old
    result = prepare(world, name, boot_timeout=300)()
    assert "waiting for load balancer api-demo to find it healthy" in str(result.error)
    assert [member.instance_id for member in world.account.groups[name].counted()] == [old]
    assert world.judge.breaches == []
