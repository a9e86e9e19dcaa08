# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build volumes that are there before their claims."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.kube.cluster import Cluster
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import Object
from ansible_collections.nodeops.rotator.tests.simulation.kube.volumes import LOCAL


def local_volume(cluster: Cluster, name: str, node_name: str, storage: str = "10Gi") -> Object:
    """Create a PersistentVolume that is a disk of one node."""
    rule = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node_name]}
    terms = [{"matchExpressions": [rule]}]
    spec = {
        "capacity": {"storage": storage},
        "accessModes": ["ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": "Delete",
        "storageClassName": LOCAL,
        "volumeMode": "Filesystem",
        "local": {"path": f"/mnt/disks/{name}"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": terms}},
    }
    return cluster.create("persistentvolumes", {"metadata": {"name": name}, "spec": spec})
