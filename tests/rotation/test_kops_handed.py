# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another kops between the update of an instance group and its rotation."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.tests.rotation.test_kops_killed import (
    CLUSTER,
    GROUP,
    NODES,
    Cluster,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import StoredObject
from ansible_collections.nodeops.rotator.tests.simulation.builders import images
from ansible_collections.nodeops.rotator.tests.simulation.kops.memory import KopsInMemory
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops


def by_hand(cluster: Cluster, **spec: Any) -> None:
    """Change the specification and update the cluster, as somebody else does."""
    objects = cluster.world.account.buckets[kops.BUCKET]
    key = f"{CLUSTER}/instancegroup/{GROUP.name}"
    whole = json.loads(objects[key].data)
    whole["spec"].update(spec)
    objects[key] = StoredObject(json.dumps(whole).encode())
    words = ["update", "cluster", "--name", CLUSTER, "--state", f"s3://{kops.BUCKET}"]
    raw = KopsInMemory(aws_call(cluster.world.account, "operator"))
    ran = raw([*words, "--create-kube-config=false", "--yes"], "")
    assert ran.code == 0, ran.errors


def handed() -> Cluster:
    """Return a cluster whose group has its image and is to be rotated by run r1."""
    cluster = Cluster(bad=False)
    new = cluster.world.account.images[cluster.world.facts["new_image"]]
    done = cluster.kops("r1", image=f"{new.owner}/{new.name}")
    assert done.values["status"] == "complete"
    return cluster


@pytest.mark.parametrize("before", [0.0, 90.0], ids=["at once", "after its Lease has ended"])
def test_a_version_that_kops_makes_before_the_rotation_is_not_rotated_to(before: float) -> None:
    cluster = handed()
    world = cluster.world
    world.kernel.advance(world.kernel.now + before)
    by_hand(cluster, machineType="m6i.xlarge")
    told = cluster.rotate("r1", min_ready=5)
    assert not told.startswith("complete"), told
    assert set(images(world, NODES)) == {world.facts["old_image"]}
    assert world.judge.breaches == []


def test_an_image_that_somebody_takes_back_before_the_rotation_is_no_success() -> None:
    cluster = handed()
    old = cluster.world.account.images[cluster.world.facts["old_image"]]
    by_hand(cluster, image=f"{old.owner}/{old.name}")
    told = cluster.rotate("r1", min_ready=5)
    assert told.partition(":")[0] not in ("complete", "unchanged"), told


def test_an_image_that_somebody_takes_back_meanwhile_is_no_success() -> None:
    cluster = handed()
    world = cluster.world
    old = world.account.images[world.facts["old_image"]]
    world.kernel.after(60, lambda: by_hand(cluster, image=f"{old.owner}/{old.name}"))
    told = cluster.rotate("r1", min_ready=5)
    assert told.partition(":")[0] not in ("complete", "unchanged"), told
    assert world.judge.breaches == []
