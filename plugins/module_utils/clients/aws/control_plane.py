# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what AWS knows of a control plane of kops.

That is its groups, the volumes and backups of etcd, and DNS records.

kops tags Auto Scaling groups and volumes with KubernetesCluster, and the volume of an etcd member
with k8s.io/etcd/<etcd cluster>, whose value is its member and, after a slash, all members: a/a,b,c
(kops: pkg/model, etcd volumes).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import list_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.records import (
    hosted_zones,
    read_record,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.backups import (
    Newest,
    bucket_of,
    newest,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    EtcdVolume,
    Hardware,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.records import (
    Records,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    KOPS_CLUSTER_TAG,
)

ETCD_TAG = "k8s.io/etcd/"


Resolve = Callable[[str], "frozenset[str] | None"]
"""Returns the addresses that a name resolves to, None if it does not."""


def unresolved(_name: str) -> frozenset[str] | None:
    """Resolve no name."""
    return None


class ControlPlaneReads:
    """Implements the part of core.ports.Cloud that reads a control plane."""

    _aws: Aws
    _resolve: Resolve

    def read_machines(self, cluster: str) -> Hardware:
        """Return the groups of a kops cluster and the volumes of its etcd members."""
        own = {f"tag:{KOPS_CLUSTER_TAG}": [cluster]}
        groups = tuple(list_groups(self._aws, f"read the Auto Scaling groups of {cluster}", own))
        filters = {**own, "tag-key": [f"{ETCD_TAG}*"]}
        volumes = self._aws.pages(
            f"read the etcd volumes of {cluster}",
            "ec2",
            "DescribeVolumes",
            "Volumes",
            Filters=[{"Name": name, "Values": values} for name, values in filters.items()],
        )
        found = tuple(one for shown in volumes for one in _volumes(shown))
        return Hardware(groups, found)

    def newest_backups(self, stores: tuple[str, ...]) -> Newest:
        """Return when the newest backup in each store was made, None where none is found.

        Only stores in S3 are read.
        """
        return {store: self._newest(store) for store in stores}

    def read_records(self, names: tuple[str, ...]) -> Records:
        """Return which addresses the DNS records of these names hold.

        They are read from Route 53; where that is not allowed, they are resolved here.
        """
        try:
            zones = hosted_zones(self._aws)
            return {name: read_record(self._aws, name, zones) for name in names}
        except ForbiddenError:
            return {name: self._resolve(name) for name in names}

    def _newest(self, store: str) -> float | None:
        place = bucket_of(store)
        if place is None:
            return None
        bucket, prefix = place
        keys = self._keys(store, Bucket=bucket, Prefix=prefix)
        return newest(key for key in keys)

    def _keys(self, store: str, **params: str) -> Iterator[str]:
        """Yield the keys below a prefix. S3 pages by tokens of names of its own."""
        token: dict[str, str] = {}
        while True:
            answer = self._aws.call(f"list {store}", "s3", "ListObjectsV2", **params, **token)
            yield from (entry["Key"] for entry in answer.get("Contents", ()))
            if not answer.get("NextContinuationToken"):
                return
            token = {"ContinuationToken": answer["NextContinuationToken"]}


def _volumes(shown: Mapping[str, Any]) -> Iterator[EtcdVolume]:
    """Yield the etcd member that a volume belongs to."""
    attached = (one for one in shown.get("Attachments", ()) if one.get("State") == "attached")
    instance = next((one["InstanceId"] for one in attached), "")
    for tag in shown.get("Tags", ()):
        if name := tag["Key"].removeprefix(ETCD_TAG) * tag["Key"].startswith(ETCD_TAG):
            members = re.split(r"[,\s]+", tag.get("Value", "").rpartition("/")[2].strip())
            count = len([member for member in members if member])
            yield EtcdVolume(shown["VolumeId"], name, count, shown["AvailabilityZone"], instance)
