# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is observed of a control plane, by node and by etcd cluster."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Component,
    Components,
)
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    components,
)


@pytest.mark.parametrize(
    ("app", "etcd"),
    [
        ("etcd-manager-main", "main"),
        ("etcd-manager-cilium", "cilium"),
        ("kube-apiserver", ""),
        ("etcd-manager", ""),
    ],
)
def test_a_pod_of_etcd_manager_runs_a_member_of_the_cluster_that_it_is_named_after(
    app: str, etcd: str
) -> None:
    assert Component(app, "p", "a").etcd == etcd


def test_the_etcd_clusters_are_those_that_any_node_has_a_pod_of() -> None:
    assert components().etcds == ("events", "main")
    assert components(pods=(Component("etcd-manager-leases", "p", "a"),)).etcds == ("leases",)
    assert Components().etcds == ()


def test_the_pods_of_a_node_are_its_own() -> None:
    assert {pod.node for pod in components().on("b")} == {"b"}
    assert len(components().on("b")) == 6
    assert components().on("z") == ()
