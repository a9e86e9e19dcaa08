# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node termination handler: what Auto Scaling ends is drained first."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.rules import is_evictable
from ansible_collections.nodeops.rotator.tests.simulation.termination_handler import (
    TerminationHandler,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def ended(world: World, seconds: float) -> tuple[str, int]:
    """Somebody ends the first instance; its state and its pods after so many seconds."""
    name = next(iter(world.account.groups[BLUE].members))
    instance = world.account.instances[name]
    params = {"InstanceId": name, "ShouldDecrementDesiredCapacity": False}
    world.account.call("autoscaling", "TerminateInstanceInAutoScalingGroup", params, "operator")
    world.kernel.advance(world.kernel.now + seconds)
    return instance.state, sum(is_evictable(pod) for pod in world.pods_of(instance))


@pytest.mark.parametrize(("guarded", "left"), [(True, 0), (False, 2)])
def test_only_with_a_handler_the_pods_leave_before_their_instance(guarded: bool, left: int) -> None:
    world = due()
    handler = TerminationHandler(world, BLUE) if guarded else None
    lost: list[int] = []
    world.account.observers.append(
        lambda event, instance: (
            event == "shutting-down"
            and lost.append(sum(is_evictable(pod) for pod in world.pods_of(instance)))
        )
    )
    ended(world, 900)
    assert lost == [left]
    assert handler is None or len(handler.done) == 1


def test_budgets_hold_the_handler_back_until_the_hook_times_out() -> None:
    world = due(max_unavailable=0)
    handler = TerminationHandler(world, BLUE, timeout=120)
    assert ended(world, 60) == ("running", 2)
    world.kernel.advance(world.kernel.now + 200)
    assert handler.done == []
    assert len(world.account.groups[BLUE].counted()) == 4


def test_a_pod_that_ends_slowly_is_waited_for() -> None:
    world = due()
    notes = {"world.nodeops/stop-seconds": "60"}
    name = next(iter(world.account.groups[BLUE].members))
    node = world.account.instances[name].private_dns
    grace = {"terminationGracePeriodSeconds": 90}
    build.bare_pod(world.cluster, "shop", "slow", node, annotations=notes, pod=grace)
    world.kernel.advance(world.kernel.now + 60)
    handler = TerminationHandler(world, BLUE)
    assert ended(world, 50)[0] == "running"
    assert handler.done == []
    world.kernel.advance(world.kernel.now + 120)
    assert handler.done == [name]
