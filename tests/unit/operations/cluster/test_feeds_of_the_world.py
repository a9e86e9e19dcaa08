# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workloads that few worlds have are read too."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import due


def test_a_replication_controller_is_read() -> None:
    cluster = due().cluster
    body = {
        "apiVersion": "v1",
        "kind": "ReplicationController",
        "metadata": {"name": "old"},
        "spec": {"replicas": 2, "selector": {"app": "old"}},
    }
    path = "/api/v1/namespaces/shop/replicationcontrollers"
    assert cluster.request("POST", path, {}, body, "application/json", "")[0] == 201
    (found,) = KubeClient(kube_call(cluster)).records(Feed("replicationcontrollers"))
    assert (found.kind, found.namespace, found.name, found.wanted) == (
        "ReplicationController",
        "shop",
        "old",
        2,
    )
