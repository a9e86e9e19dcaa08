# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EKS: clusters and managed node groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.clusters import EksCluster, Nodegroup
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import page

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


def find_cluster(account: Account, name: str) -> EksCluster:
    """Return a cluster, or raise AwsError."""
    if name not in account.eks_clusters:
        raise AwsError("ResourceNotFoundException", f"No cluster found for name: {name}.", 404)
    return account.eks_clusters[name]


@operation("eks", "DescribeCluster", "name")
def describe_cluster(account: Account, params: Params) -> dict[str, Any]:
    """Return one cluster."""
    cluster = find_cluster(account, params["name"])
    vpc = next((subnet.vpc_id for subnet in account.subnets.values()), "")
    return {
        "cluster": {
            "name": cluster.name,
            "arn": account.arn("eks", f"cluster/{cluster.name}"),
            "version": cluster.version,
            "createdAt": account.kernel.second(0.0),
            "endpoint": cluster.endpoint,
            "status": cluster.status,
            "certificateAuthority": {"data": cluster.ca_data},
            "platformVersion": cluster.platform_version,
            "roleArn": account.arn("iam", f"role/{cluster.name}-cluster", regional=False),
            "tags": dict(cluster.tags),
            "resourcesVpcConfig": {
                "subnetIds": sorted(account.subnets),
                "securityGroupIds": [],
                "vpcId": vpc,
                "endpointPublicAccess": True,
                "endpointPrivateAccess": True,
            },
            "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"},
            "accessConfig": {"authenticationMode": "API"},
            "health": {"issues": []},
            **cluster.settings,
        }
    }


def _names(account: Account, params: Params, name: str, found: Any) -> dict[str, Any]:
    shown, token = page(
        {one: one for one in found},
        params.get("nextToken"),
        account.page_size(params.get("maxResults"), 100),
        "InvalidParameterException",
    )
    return {name: shown, "nextToken": token} if token else {name: shown}


@operation("eks", "ListClusters", "maxResults", "nextToken", "include")
def list_clusters(account: Account, params: Params) -> dict[str, Any]:
    """Return the names of the clusters."""
    return _names(account, params, "clusters", account.eks_clusters)


@operation("eks", "ListNodegroups", "clusterName", "maxResults", "nextToken")
def list_nodegroups(account: Account, params: Params) -> dict[str, Any]:
    """Return the names of a cluster's managed node groups."""
    return _names(
        account, params, "nodegroups", find_cluster(account, params["clusterName"]).nodegroups
    )


@operation("eks", "DescribeNodegroup", "clusterName", "nodegroupName")
def describe_nodegroup(account: Account, params: Params) -> dict[str, Any]:
    """Return one managed node group, with the Auto Scaling group behind it."""
    cluster, nodegroup = find_nodegroup(account, params["clusterName"], params["nodegroupName"])
    return {"nodegroup": _nodegroup_view(account, cluster, nodegroup)}


def find_nodegroup(account: Account, cluster: str, name: str) -> tuple[EksCluster, Nodegroup]:
    """Return a managed node group and its cluster, or raise AwsError."""
    found = find_cluster(account, cluster)
    if name not in found.nodegroups:
        text = f"No node group found for name: {name}."
        raise AwsError("ResourceNotFoundException", text, 404)
    return found, found.nodegroups[name]


def nodegroup_arn(account: Account, cluster: EksCluster, nodegroup: Nodegroup) -> str:
    """Return the ARN of a managed node group."""
    number = account.groups[nodegroup.group].arn.split(":")[6]
    return account.arn("eks", f"nodegroup/{cluster.name}/{nodegroup.name}/{number}")


def _nodegroup_view(account: Account, cluster: EksCluster, nodegroup: Nodegroup) -> dict[str, Any]:
    group = account.groups[nodegroup.group]
    modified = group.created_at if nodegroup.modified_at is None else nodegroup.modified_at
    view: dict[str, Any] = {
        "nodegroupName": nodegroup.name,
        "clusterName": cluster.name,
        "version": nodegroup.version,
        "nodegroupArn": nodegroup_arn(account, cluster, nodegroup),
        "releaseVersion": nodegroup.release_version,
        "createdAt": account.kernel.second(group.created_at),
        "modifiedAt": account.kernel.second(modified),
        "status": nodegroup.status,
        "capacityType": "ON_DEMAND",
        "scalingConfig": {
            "minSize": group.minimum,
            "maxSize": group.maximum,
            "desiredSize": group.desired,
        },
        "subnets": list(group.subnets),
        "amiType": nodegroup.ami_type,
        "labels": nodegroup.labels,
        "nodeRole": account.arn("iam", f"role/{nodegroup.name}-node", regional=False),
        "taints": nodegroup.taints,
        "resources": {"autoScalingGroups": [{"name": group.name}]},
        "health": {"issues": nodegroup.issues},
        "updateConfig": nodegroup.update_config,
        "tags": nodegroup.tags,
    }
    return {**view, "launchTemplate": nodegroup.template} if nodegroup.template else view
