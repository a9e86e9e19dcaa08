# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the node groups that the EKS clusters of a region have.

A self-managed group says whose it is by the tag kubernetes.io/cluster/<cluster> (EKS user guide,
self-managed nodes) or its older form k8s.io/cluster/<cluster>; the Auto Scaling group behind a
managed one is tagged by EKS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws import eks
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import list_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
    account_of,
    autoscaler_labels,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    EKS_CLUSTER_TAG,
    EKS_NODEGROUP_TAG,
    OWNER_TAGS,
    Actor,
    kind_of,
)

OWNING = ("owned", "shared")
CLUSTERS_AT_ONCE = 20
"""Clusters per DescribeAutoScalingGroups call; each takes two values of its filter."""


def list_clusters(aws: Aws, region: str) -> list[str]:
    """Return the names of the region's EKS clusters, sorted."""
    return sorted(eks.list_clusters(aws, f"list the EKS clusters of {region}"))


def list_node_groups(
    aws: Aws, region: str, clusters: Iterable[str], tags: Mapping[str, str]
) -> list[NodeGroup]:
    """Return the node groups of these clusters that have all of `tags`.

    They are sorted by cluster and name. Calls DescribeAutoScalingGroups, and DescribeNodegroup for
    each managed one.
    """
    wanted, found = sorted(clusters), []
    for start in range(0, len(wanted), CLUSTERS_AT_ONCE):
        names = wanted[start : start + CLUSTERS_AT_ONCE]
        keys = [prefix + name for name in names for prefix in OWNER_TAGS]
        shown = list_groups(aws, f"list the Auto Scaling groups of {region}", {"tag-key": keys})
        found += [group for one in shown for group in _read(aws, region, names, tags, one)]
    return sorted(found, key=lambda group: (group.cluster, group.group))


def _read(
    aws: Aws, region: str, clusters: list[str], wanted: Mapping[str, str], group: DescribedGroup
) -> Iterable[NodeGroup]:
    tags = group.tags
    cluster = _cluster(tags, clusters)
    made_by_kops = kind_of(tags).template_owner is Actor.KOPS
    if not cluster or made_by_kops or any(tags.get(key) != value for key, value in wanted.items()):
        return
    nodegroup = tags.get(EKS_NODEGROUP_TAG, "")
    shown = _managed(aws, cluster, nodegroup) if nodegroup else {}
    labels = dict(shown.get("labels") or {}) if nodegroup else autoscaler_labels(tags)
    yield NodeGroup(
        cluster=cluster,
        region=region,
        group=group.name,
        nodegroup=nodegroup,
        ami_type=shown.get("amiType", ""),
        zones=tuple(sorted(group.zones)),
        instance_types=group.source.types,
        labels=labels,
        tags=tags,
        account=account_of(group.arn),
    )


def _cluster(tags: Mapping[str, str], clusters: Iterable[str]) -> str:
    if (named := tags.get(EKS_CLUSTER_TAG, "")) in clusters:
        return named
    owned = (
        name for name in clusters for prefix in OWNER_TAGS if tags.get(prefix + name) in OWNING
    )
    return next(owned, "")


def _managed(aws: Aws, cluster: str, nodegroup: str) -> Mapping[str, Any]:
    """Return a managed node group as described, {} while it is being deleted."""
    try:
        return eks.describe_nodegroup(aws, cluster, nodegroup)
    except NotFoundError:  # its Auto Scaling group goes last
        return {}


def unknown_clusters(
    wanted: Iterable[str], found: Iterable[str], regions: Iterable[str]
) -> NotFoundError | None:
    """Return the error for clusters that exist nowhere, None if all exist."""
    missing = sorted(set(wanted) - set(found))
    if not missing:
        return None
    there = ", ".join(sorted(set(found))) or "none"
    return NotFoundError(
        f"There is no cluster {', '.join(missing)} in {', '.join(regions)} (there: {there})",
        "Check the name, the region and the account",
    )
