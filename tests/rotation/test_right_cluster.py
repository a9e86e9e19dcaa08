# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is touched in a cluster that is not surely the node group's."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_name,
)
from ansible_collections.nodeops.rotator.tests.rotation.template_builders import shared, update
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    images,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

TAG = "kubernetes.io/cluster/demo"


def writes(world: World) -> int:
    """How much has been asked for that could change something."""
    reads = ("Describe", "get ", "list ", "watch ")
    return sum(
        count
        for name, count in world.gate.calls.items()
        if not name.split(":", 1)[1].startswith(reads)
    )


def untagged(world: World) -> None:
    """Take the tag from the group that names its cluster."""
    del world.account.groups[BLUE].tags[TAG]
    world.kernel.advance(world.kernel.now + 30)


def with_cluster(world: World, cluster: str, **options: Any) -> Run:
    """A run that was given this name of the cluster."""
    run = prepare(world, BLUE, **options)
    run.policy = dataclasses.replace(run.policy, cluster=cluster)
    return run


def in_another_cluster(world: World, keep_lease: bool) -> None:
    """From now on the API server is that of a cluster restored from a backup of ours."""
    namespace = world.cluster.object("namespaces", "kube-system")
    world.cluster.change("namespaces", namespace, {"metadata": {"uid": "another"}})
    if not keep_lease:
        name = lease_name(world.account.groups[BLUE].arn)
        world.cluster.delete("leases", world.cluster.object("leases", name, "kube-system"), 0)
    world.kernel.advance(world.kernel.now + 60)


@pytest.mark.parametrize("keep_lease", [False, True])
@pytest.mark.parametrize("restore", [False, True])
def test_what_was_begun_in_another_cluster_is_left(keep_lease: bool, restore: bool) -> None:
    world = due()
    with pytest.raises(Killed):
        prepare(world, BLUE, kill_at_command=60)()
    in_another_cluster(world, keep_lease)
    before = writes(world)
    run = rotate(world, BLUE, run_id="r2", restore_only=restore)
    assert run.result is not None
    assert run.result.status == "refused"
    assert "names another cluster" in str(run.result.error)
    assert writes(world) == before


def test_after_a_rotation_nothing_of_the_cluster_is_left_on_the_group() -> None:
    world = due()
    seen: list[str] = []

    def watch(call: Call) -> None:
        if call.operation == "CreateOrUpdateTags":
            seen.append(call.params["Tags"][0]["Value"])

    world.gate.judges.append(watch)
    run = rotate(world, BLUE, run_id="r1")
    uid = world.cluster.object("namespaces", "kube-system")
    assert uid is not None
    assert seen == [f"run r1 lease-namespace kube-system cluster {uid['metadata']['uid']}"]
    assert run.result is not None
    assert run.result.status == "complete"
    assert traces(world) == CLEAN
    name = lease_name(world.account.groups[BLUE].arn)
    lease = world.cluster.object("leases", name, "kube-system")
    assert lease is not None
    notes = lease["metadata"]["annotations"]
    assert notes["nodeops.rotator/cluster-uid"] == uid["metadata"]["uid"]


def test_without_a_tag_half_of_the_nodes_are_enough_and_that_is_told() -> None:
    world = due()
    untagged(world)
    run = with_cluster(world, "demo")
    result = run()
    assert result.status == "complete"
    assert all_current(world)
    assert any("No tag names the cluster of the group; 4 of" in line for line in run.story())


def test_with_a_kubeconfig_alone_tags_are_shown_and_not_compared() -> None:
    run = with_cluster(due(), "")
    result = run()
    assert result.status == "complete"
    assert any("By its tags it belongs to cluster demo" in line for line in run.story())


def young(world: World) -> None:
    """No instance of the group has become a node, and none is old enough to be one."""
    for node in world.judge.nodes(BLUE):
        world.cluster.delete("nodes", node, 0)
    for instance in world.account.instances.values():
        instance.launched_at = world.kernel.now - 60
    world.kernel.advance(world.kernel.now + 1)


def cordons(run: Run) -> list[float]:
    """When the run cordoned nodes."""
    return [
        at
        for at, command in run.inbox.commands
        if type(command).__name__ == "ChangeNode" and "unschedulable=True" in repr(command)
    ]


@pytest.mark.parametrize("cluster, refused", [("demo", False), ("", True), ("other", True)])
def test_young_instances_alone_need_a_tag_that_names_the_cluster(
    cluster: str, refused: bool
) -> None:
    world = due()
    young(world)
    before = writes(world)
    run = with_cluster(world, cluster, boot_timeout=300)
    run.inbox.past = world.kernel.now + 4 * 3600
    result = run()
    assert (result.status == "refused") is refused
    assert not refused or writes(world) == before


def test_under_repair_nothing_is_cordoned_before_a_new_node_has_joined() -> None:
    world = due(size=6, replicas=6)
    for node in world.judge.nodes(BLUE)[:4]:
        world.cluster.delete("nodes", node, 0)
    world.kernel.advance(world.kernel.now + 1)
    run = prepare(world, BLUE, repair=True, boot_timeout=300, max_unavailable="5")
    run.inbox.past = world.kernel.now + 4 * 3600
    result = run()
    ready = min(at for at, event in run.events if event.phase == "ready")
    assert cordons(run)
    assert min(cordons(run)) >= ready
    assert result.values["replaced"] == 2
    assert "has no Node in this cluster" in str(result.error)


def test_under_repair_nothing_is_cordoned_if_no_new_node_joins() -> None:
    world = due(size=6, replicas=6)
    for node in world.judge.nodes(BLUE)[:4]:
        world.cluster.delete("nodes", node, 0)
    world.bad_images[world.facts["new_image"]] = NEVER_JOINS
    world.kernel.advance(world.kernel.now + 1)
    run = prepare(world, BLUE, repair=True, boot_timeout=300, max_unavailable="5")
    run.inbox.past = world.kernel.now + 4 * 3600
    result = run()
    assert result.status == "failed"
    assert cordons(run) == []
    assert images(world).count(world.facts["old_image"]) == 6


def test_a_template_is_not_changed_for_a_group_of_another_cluster() -> None:
    world = shared(("$Latest", "1"))
    for node in world.judge.nodes(BLUE):
        world.cluster.delete("nodes", node, 0)
    (template,) = list(world.account.templates.values())
    with pytest.raises(RefusedError, match="Only 0 of 3 instances"):
        update(world, BLUE)
    with pytest.raises(RefusedError, match="belongs to cluster demo by its tags"):
        update(world, BLUE, cluster_name="prod")
    assert len(template.versions) == 1
    assert traces(world)["holders"] == []
    update(world, BLUE, repair=True)
    assert len(template.versions) == 2
    assert sizes(world)[0] == 3
