# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe EKS clusters and their managed node groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import CHECK_NAME
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
)


def list_clusters(aws: Aws, doing: str = "list EKS clusters") -> Iterator[str]:
    """Yield the names of the region's clusters."""
    return aws.pages(doing, "eks", "ListClusters", "clusters")


def describe_cluster(aws: Aws, cluster: str) -> dict[str, Any]:
    """Return a cluster as EKS describes it. Raises NotFoundError."""
    doing = f"describe EKS cluster {cluster}"
    return _describe(aws, doing, "DescribeCluster", "cluster", name=cluster)


def list_nodegroups(aws: Aws, cluster: str) -> Iterator[str]:
    """Yield the names of a cluster's managed node groups."""
    doing = f"list the node groups of EKS cluster {cluster}"
    return aws.pages(doing, "eks", "ListNodegroups", "nodegroups", clusterName=cluster)


def describe_nodegroup(aws: Aws, cluster: str, name: str) -> dict[str, Any]:
    """Return a managed node group as EKS describes it.

    Raises InputError without a cluster, and NotFoundError.
    """
    if not cluster:
        raise InputError(f"Node group {name} needs its cluster", "Set eks_cluster")
    doing = f"describe node group {name} of EKS cluster {cluster}"
    params = {"clusterName": cluster, "nodegroupName": name}
    return _describe(aws, doing, "DescribeNodegroup", "nodegroup", **params)


def group_names(nodegroup: dict[str, Any]) -> list[str]:
    """Return the Auto Scaling groups behind a described managed node group."""
    groups = nodegroup.get("resources", {}).get("autoScalingGroups", ())
    return [group["name"] for group in groups]


def _describe(aws: Aws, doing: str, operation: str, part: str, **params: str) -> dict[str, Any]:
    try:
        return dict(aws.call(doing, "eks", operation, **params)[part])
    except NotFoundError as error:
        raise NotFoundError(error.message, CHECK_NAME, error.code) from error
