# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the static pods of a control plane node of kops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import MIRROR


def static_pod(app: str, node: Mapping[str, Any], cluster: str, bucket: str) -> dict[str, Any]:
    """Return the mirror pod of a component, or of an etcd member, on a node.

    Members are backed up to the `bucket`.
    """
    name, etcd = node["metadata"]["name"], app.removeprefix("etcd-manager-")
    store = f"s3://{bucket}/{cluster}/backups/etcd/{etcd}"
    command = ["/etcd-manager", f"--backup-store={store}"] if etcd != app else [f"/{app}"]
    owner = {
        "apiVersion": "v1",
        "kind": "Node",
        "name": name,
        "uid": node["metadata"]["uid"],
        "controller": True,
    }
    meta = {
        "namespace": "kube-system",
        "name": f"{app}-{name}",
        "labels": {"k8s-app": app},
        "annotations": {MIRROR: app},
        "ownerReferences": [owner],
    }
    container = {"name": app, "image": f"registry.example/{app}:1.0", "command": command}
    spec = {
        "nodeName": name,
        "hostNetwork": True,
        "tolerations": [{"operator": "Exists"}],
        "containers": [container],
    }
    return {"metadata": meta, "spec": spec}
