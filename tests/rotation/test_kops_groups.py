# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers of a kops cluster are rotated by the same engine as those of EKS.

After a failed canary the launch template goes back; the state store, which only kops writes, is
owed, and every result says so until it is paid.
"""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SCHEDULED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    dump,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_name,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import all_current, images
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import eks, kops
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

NODES, OTHERS = "nodes-a.demo.example.com", "nodes-b.demo.example.com"
OWED = (
    "The state store of kops still names the failed image for instance group nodes-a: the next"
    " update of the cluster would launch it again"
)


def updated(group: str = NODES, bad: bool = False) -> World:
    """Return a kops cluster whose group has a new image in its launch template."""
    world = kops.furnish(World(Kernel(2)))
    world.name = world.facts["cluster"]
    eks.point_to(world, group, world.facts["new_image"])
    if bad:
        world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    return world


def result(run: Run) -> dict[str, object]:
    assert run.result is not None
    return run.result.values


@pytest.mark.parametrize("group", [NODES, OTHERS])
def test_workers_are_rotated(group: str) -> None:
    world = updated(group)
    run = rotate(world, group, max_surge="50%")
    assert result(run)["status"] == "complete", run.story()
    assert all_current(world, group)
    assert (result(run)["not_restored"], result(run)["state_store"]) == ([], {})
    assert world.judge.breaches == []


def test_after_a_failed_canary_the_state_store_is_owed() -> None:
    world = updated(bad=True)
    run = rotate(world, NODES, boot_timeout=300)
    assert result(run)["rolled_back_to"] == "1"
    assert set(images(world, NODES)) == {world.facts["old_image"]}
    assert result(run)["state_store"] == {"owner": "kops", "name": "nodes-a", "image": ""}
    assert OWED in result(run)["not_restored"]  # type: ignore[operator]
    assert world.judge.breaches == []


def hooks(world: World, seconds: int) -> None:
    """Let a hook hold the end of each of OTHERS until it runs out, as nobody answers."""
    params = {
        "AutoScalingGroupName": OTHERS,
        "LifecycleHookName": "handler",
        "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        "HeartbeatTimeout": seconds,
        "DefaultResult": "CONTINUE",
    }
    world.account.call("autoscaling", "PutLifecycleHook", params, "operator")


def test_the_end_of_nodes_is_awaited_for_as_long_as_the_hooks_hold_it() -> None:
    world = updated(OTHERS)
    hooks(world, 1500)
    run = rotate(world, OTHERS, terminate_timeout=300)
    assert result(run)["status"] == "complete", run.story()
    assert all_current(world, OTHERS)
    assert world.judge.breaches == []


def test_instances_that_kops_has_detached_are_a_refusal_with_their_names() -> None:
    world = updated()
    lost = next(one for one in world.account.instances.values() if one.group == NODES)
    lost.tags["kops.k8s.io/detached-from-asg"] = NODES
    run = rotate(world, NODES)
    assert result(run)["status"] == "refused"
    assert run.result is not None
    assert f"has lost {lost.id} to a kops rolling-update" in str(run.result.error)
    assert not world.gate.calls["kubernetes:create leases"]


def taint(world: World) -> None:
    """Taint the outdated nodes, as kops rolling-update begins."""
    spec = {"taints": [{"key": SCHEDULED, "effect": "PreferNoSchedule"}]}
    for instance in world.account.instances.values():
        node = world.node_of(instance) if instance.group == NODES else None
        if node is not None and instance.image_id == world.facts["old_image"]:
            world.cluster.change("nodes", node, {"spec": spec})


def test_what_an_interrupted_rolling_update_has_tainted_is_replaced() -> None:
    world = updated()
    taint(world)
    run = rotate(world, NODES)
    assert result(run)["status"] == "complete", run.story()
    assert "of a kops rolling-update that has not finished" in str(run.story())
    assert world.judge.breaches == []


def test_a_kops_that_begins_beside_a_rotation_is_noticed() -> None:
    world = updated()
    world.kernel.after(150, lambda: taint(world))
    run = rotate(world, NODES)
    assert result(run)["status"] == "failed", run.story()
    assert run.result is not None
    assert "A kops rolling-update has begun beside this rotation" in str(run.result.error)
    assert not all_current(world, NODES)
    assert world.judge.breaches == []


@pytest.mark.parametrize("restore", [False, True])
def test_every_later_run_says_what_is_owed(restore: bool) -> None:
    world = updated(bad=True)
    rotate(world, NODES, boot_timeout=300)
    later = rotate(world, NODES, run_id="r2", restore_only=restore)
    assert result(later)["state_store"] == {"owner": "kops", "name": "nodes-a", "image": ""}
    assert OWED in result(later)["not_restored"]  # type: ignore[operator]


def test_what_is_owed_stands_in_the_lease() -> None:
    world = updated(bad=True)
    rotate(world, NODES, boot_timeout=300)
    lease = next(
        one for one in world.cluster.objects("leases") if "nodes-a" in one["metadata"]["name"]
    )
    journal = load(lease["metadata"]["annotations"]["nodeops.rotator/journal"])
    assert (journal.store_owed, journal.origin) == (True, ("kops", "nodes-a", ""))
    assert journal.clean


def test_an_update_of_the_launch_template_alone_owes_nothing() -> None:
    world = updated(bad=True)
    name = lease_name(world.account.groups[NODES].arn)
    template = (world.account.groups[NODES].template or {})["LaunchTemplateId"]
    record = Journal(
        handover="r1",
        previous=(template, "1"),
        target=(template, "2", world.facts["new_image"]),
        origin=("aws", "", ""),
    )
    cluster = KubeClient(kube_call(world.cluster, "host_r1"))
    cluster.write_lease(Lease(name, holder="host_r1", duration=60, journal=dump(record)))
    run = rotate(world, NODES, boot_timeout=300)
    assert result(run)["rolled_back_to"] == "1"
    assert (result(run)["state_store"], result(run)["not_restored"]) == ({}, [])


def test_a_template_that_is_kept_owes_nothing() -> None:
    world = updated(bad=True)
    run = rotate(world, NODES, boot_timeout=300, on_failure="keep_template")
    assert result(run)["state_store"] == {}


def test_a_group_of_eks_owes_nothing() -> None:
    world = eks.furnish(World(Kernel(2)))
    eks.point_to(world, "demo-blue", world.facts["new_image"])
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    run = rotate(world, "demo-blue", boot_timeout=300)
    assert result(run)["rolled_back_to"]
    assert result(run)["state_store"] == {}
