# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New instances that get the name of an ended one, whose Node is still there."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    due,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import (
    Behavior as KubeBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.truth import instance_id
from ansible_collections.nodeops.rotator.tests.simulation.world import World

HURRY = AwsBehavior(
    scaling_delay=(10.0, 10.0),
    boot=(5.0, 5.0),
    in_service=(1.0, 1.0),
    terminate_lag=(1.0, 1.0),
    shutdown=(5.0, 5.0),
)
"""The next instance is there before anybody has missed the one before it."""


def rotated(world: World, **options: object) -> Run:
    """Rotate without surge, so that what ends is replaced at once under its name."""
    world.judge.rules[BLUE].unavailable = 1
    drain = DrainPolicy(timeout=600, epoch=EPOCH.timestamp())
    usual = {"max_surge": "0", "max_unavailable": "1", "soak": 30, "boot_timeout": 300}
    run = prepare(world, BLUE, **{**usual, "drain": drain, **options})
    run.inbox.past = world.kernel.now + 4 * 3600
    run()
    assert run.result is not None
    return run


def a_world() -> World:
    """A world whose cloud controller deletes no Node."""
    return due(size=3, aws=HURRY, kube=KubeBehavior(cloud_period=1e9, node_monitor_grace=300.0))


def test_a_kubelet_that_took_over_the_node_that_we_ended_is_told() -> None:
    world = a_world()
    run = rotated(world)
    assert run.result is not None
    assert world.judge.breaches == []
    assert run.result.status == "failed"
    first = run.result.values["nodes"][0]["instance_id"]
    assert f"it has the name of {first}, which has ended" in str(run.result.error)
    assert traces(world) == CLEAN


def test_a_node_under_which_pods_run_is_not_deleted_and_the_image_is_innocent() -> None:
    world = a_world()
    lost = next(iter(world.account.groups[BLUE].members.values())).instance_id
    name = world.account.instances[lost].private_dns
    spot = ("Server.SpotInstanceTermination", "reclaimed")
    ended = world.account.instances[lost]
    world.kernel.after(1.0, lambda: world.account.fleet.terminate(ended, spot))
    run = rotated(world, max_unavailable="0", max_surge="1")
    assert run.result is not None
    assert run.result.status == "failed", run.story()
    assert f"waiting for node {name} to name it: its spec.providerID is that of {lost}" in str(
        run.result.error
    )
    assert run.result.values["canary"] != "failed"
    assert world.account.groups[BLUE].template["Version"] == "$Latest"
    node = world.cluster.object("nodes", name)
    assert node is not None, "pods run under it"
    assert instance_id(node) == lost
    assert not node["spec"].get("taints")
    assert not [key for key in node["metadata"]["annotations"] if "nodeops" in key]
    assert world.judge.breaches == []
