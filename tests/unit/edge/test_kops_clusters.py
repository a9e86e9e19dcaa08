# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""kops_instance_group_image in clusters that others have changed."""

from __future__ import annotations

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Tag
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.unit.edge.kops_builders import (
    between,
    by_hand,
    done,
    reached,
)
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    CLUSTER,
    GROUP,
    TEMPLATE,
    KopsCluster,
)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> KopsCluster:
    """A kops cluster that the module reaches, whose Lease is free."""
    return reached(monkeypatch)


@pytest.mark.parametrize("after", ["preview", "yes"])
def test_a_machine_type_that_kops_applies_beside_our_image_is_no_success(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch, after: str
) -> None:
    def beside() -> None:
        cluster.store(machineType="m6i.xlarge")
        by_hand(cluster)

    between(cluster, monkeypatch, after, beside)
    result = done(cluster)
    assert result.values["status"] == "failed"
    assert "other fields InstanceType" in str(result.error)
    spec = cluster.stored()["spec"]
    assert (spec["image"], spec["machineType"]) == (cluster.named("old_image"), "m6i.xlarge")
    assert cluster.images()[-1] == cluster.world.facts["old_image"]


def test_a_state_store_that_is_restored_from_a_backup_in_between_is_a_failure(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup = cluster.stored()
    between(cluster, monkeypatch, "replace", lambda: cluster.write(backup))
    result = done(cluster)
    assert "is not what was written to the state store" in str(result.error)
    assert cluster.stored() == backup
    assert cluster.images() == [cluster.world.facts["old_image"]]


def test_a_state_store_that_was_restored_from_a_backup_gets_the_image_again(
    cluster: KopsCluster,
) -> None:
    """The next update of the cluster would take it from the template."""
    backup = cluster.stored()
    done(cluster)
    cluster.write(backup)
    result = done(cluster)
    assert (result.changed, result.values["status"]) == (True, "complete")
    assert cluster.stored()["spec"]["image"] == cluster.named("new_image")
    assert result.values["instance_groups"][0]["version"] == 2
    assert len(cluster.images()) == 2


def test_a_backup_from_before_an_upgrade_of_kops_is_refused(cluster: KopsCluster) -> None:
    objects = cluster.world.account.buckets[kops.BUCKET]
    path = f"{CLUSTER}/kops-version.txt"
    objects[path] = type(objects[path])(b"1.32.2\n")
    result = done(cluster)
    assert "1.32.2 updated the cluster last" in str(result.error)
    assert cluster.images() == [cluster.world.facts["old_image"]]


@pytest.mark.parametrize("name", [f"{CLUSTER}-2", f"x.{CLUSTER}", "blue.example"])
def test_a_cluster_whose_name_begins_or_ends_alike_is_left_alone(
    cluster: KopsCluster, name: str
) -> None:
    group = kops.InstanceGroup(GROUP, "Node", 1, "a", "m6i.large", 4)
    world, old = cluster.world, cluster.world.facts["old_image"]
    kops.add_instance_group(world, name, group, old)
    result = done(cluster)
    assert result.values["status"] == "complete"
    assert cluster.images(f"{GROUP}.{name}") == [old]
    assert cluster.images() == [old, world.facts["new_image"]]


def test_a_group_that_was_renamed_in_the_state_store_is_not_found(cluster: KopsCluster) -> None:
    """Its Auto Scaling group has the old name in its tags."""
    objects = cluster.world.account.buckets[kops.BUCKET]
    whole = cluster.stored()
    del objects[f"{CLUSTER}/instancegroup/{GROUP}"]
    cluster.write({**whole, "metadata": {**whole["metadata"], "name": "workers"}})
    for name, said in ((GROUP, "instancegroup not found"), ("workers", "There is no instance")):
        result = done(cluster, instance_groups=[name])
        assert (result.values["status"], result.changed) == ("refused", False)
        assert said in str(result.error)


def test_two_auto_scaling_groups_that_say_they_are_one_are_refused(cluster: KopsCluster) -> None:
    twin = cluster.world.account.groups[f"nodes-b.{CLUSTER}"]
    twin.tags["kops.k8s.io/instancegroup"] = Tag(GROUP, True)
    result = done(cluster)
    assert (result.values["status"], result.changed) == ("refused", False)
    assert f"{TEMPLATE}, nodes-b.{CLUSTER}" in str(result.error)
