# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instance groups that Karpenter manages are named, from the state store."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.client import Kops
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.karpenter import (
    karpenter_groups,
)
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    CLUSTER,
    KopsCluster,
)


def test_only_those_of_karpenter_are_named(cluster: KopsCluster) -> None:
    kops = Kops(cluster.raw, CLUSTER, "s3://kops-state")
    assert karpenter_groups(kops, CLUSTER, ()) == []
    cluster.store("nodes-a", manager="Karpenter")
    cluster.store("nodes-b", manager="CloudGroup")
    (line,) = karpenter_groups(kops, CLUSTER, ())
    assert line.startswith("instance group nodes-a: ")
    assert karpenter_groups(kops, CLUSTER, ("nodes-a",)) == []


def test_a_state_store_that_cannot_be_read_is_no_answer(cluster: KopsCluster) -> None:
    (line,) = karpenter_groups(Kops(cluster.raw, CLUSTER, "s3://elsewhere"), CLUSTER, ())
    assert "is not known: Cannot read the instance groups of kops cluster" in line
