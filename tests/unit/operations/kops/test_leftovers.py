# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What earlier runs have left behind is refused, with its name."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.beside import (
    DETACHED_TAG,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RefusedError,
    UnfinishedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.leftovers import (
    failed_image,
    refuse_detached,
    refuse_unfinished,
)
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    CLUSTER,
    GROUP,
    TEMPLATE,
    KopsCluster,
)


def detached(cluster: KopsCluster, group: str = TEMPLATE) -> str:
    """Tag an instance as kops does before it detaches it; return its ID."""
    instance = next(one for one in cluster.world.account.instances.values() if one.group == group)
    instance.tags[DETACHED_TAG] = group
    return instance.id


def test_without_any_nothing_is_refused(cluster: KopsCluster) -> None:
    refuse_detached(cluster.aws, TEMPLATE)


def test_a_detached_instance_is_named(cluster: KopsCluster) -> None:
    name = detached(cluster)
    with pytest.raises(RefusedError, match=f"has detached {name} from Auto Scaling group"):
        refuse_detached(cluster.aws, TEMPLATE)


def test_one_of_another_group_is_none_of_this_one(cluster: KopsCluster) -> None:
    detached(cluster, f"nodes-b.{CLUSTER}")
    refuse_detached(cluster.aws, TEMPLATE)


def test_one_that_has_ended_is_no_leftover(cluster: KopsCluster) -> None:
    cluster.world.account.instances[detached(cluster)].state = "terminated"
    refuse_detached(cluster.aws, TEMPLATE)


def test_an_image_is_not_set_while_there_is_one(cluster: KopsCluster) -> None:
    name, before = detached(cluster), cluster.stored()
    with pytest.raises(RefusedError, match=name):
        cluster.update().plan(GROUP)
    assert cluster.stored() == before


def test_a_state_store_is_not_restored_before_the_launch_template_is() -> None:
    refuse_unfinished(GROUP, Journal(store_owed=True))
    with pytest.raises(UnfinishedError, match=f"template of {GROUP} has not been taken back"):
        refuse_unfinished(GROUP, Journal(store_owed=True, pointer_owed=True))


def test_the_image_that_failed_is_the_one_that_is_recorded_unless_somebody_was_at_work() -> None:
    found = Journal(store_owed=True, target=("lt-1", "2", "ami-bad"), boots=(60,))
    ours = dataclasses.replace(found, handover="r2", origin=("kops", "nodes", "old"))
    assert failed_image(found, ours) == "ami-bad"
    assert failed_image(found, dataclasses.replace(ours, boots=(60, 70))) == ""
    assert failed_image(dataclasses.replace(found, handover="killed"), ours) == ""
    assert failed_image(Journal(store_owed=True), Journal(store_owed=True)) == ""
