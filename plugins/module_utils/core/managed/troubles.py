# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translate the errors of an update and the health issues of a node group.

Source: EKS API reference, ErrorDetail and Issue. Both tables have every code of the service model.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import Trouble
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed

_ASK_AWS = "Try again; if it happens again, ask AWS Support"
_TEMPLATE = "Do not change or delete the launch template that EKS made for the node group"
_GROUP = "Do not change or delete the Auto Scaling group of a managed node group yourself"
_ROLE = "Restore the role of the nodes and its instance profile, and their access entry"
_LIMIT = "Request a higher quota, or delete what is not needed"
_SUBNETS = "Free addresses in the node group's subnets, or lower max unavailable"
_EVICTION = "See the pods and budgets named here; correct the budgets, or choose force"

EVICTION = "PodEvictionFailure"
"""The code of an update that failed since pods did not leave."""

UPDATE_ERRORS: Mapping[str, tuple[str, str]] = {
    "SubnetNotFound": ("a subnet of the node group does not exist", "Restore the subnet"),
    "SecurityGroupNotFound": ("a security group does not exist", "Restore the security group"),
    "EniLimitReached": ("the account has no network interface left", _LIMIT),
    "IpNotAvailable": ("a subnet has no free address", _SUBNETS),
    "AccessDenied": ("EKS may not do it, or the nodes may not join the cluster", _ROLE),
    "OperationNotPermitted": (
        "the service-linked role of EKS may not do it",
        "Restore AWSServiceRoleForAmazonEKSNodegroup, and see the organization's policies",
    ),
    "VpcIdNotFound": ("the VPC does not exist", "Restore the VPC"),
    "Unknown": ("EKS does not say why", _ASK_AWS),
    "NodeCreationFailure": (
        "new nodes were not launched, or did not join and become Ready in time",
        "See the scaling activities of the group and the log of the new instances: capacity,"
        " quota, user data, network, the role of the nodes",
    ),
    EVICTION: ("pods did not leave a node within 15 minutes", _EVICTION),
    "InsufficientFreeAddresses": ("a subnet has too few free addresses", _SUBNETS),
    "ClusterUnreachable": (
        "EKS does not reach the API server",
        "See webhooks and the load of the API server, and try again",
    ),
    "InsufficientNumberOfReplicas": ("an add-on has too few replicas", "Raise its replicas"),
    "ConfigurationConflict": ("a field belongs to somebody else", "See who manages it"),
    "AdmissionRequestDenied": ("an admission webhook refused it", "Correct the webhook"),
    "UnsupportedAddonModification": ("the add-on cannot be changed so", "Change it otherwise"),
    "K8sResourceNotFound": ("an object in the cluster does not exist", "Restore the object"),
}
"""What an error of an update means, and what to do; by its code."""

HEALTH_ISSUES: Mapping[str, tuple[str, str]] = {
    "AutoScalingGroupNotFound": ("its Auto Scaling group does not exist", _GROUP),
    "AutoScalingGroupInvalidConfiguration": ("its Auto Scaling group was changed", _GROUP),
    "Ec2SecurityGroupNotFound": (
        "the security group of the cluster does not exist",
        "Restore the cluster's security group",
    ),
    "Ec2SecurityGroupDeletionFailure": (
        "its remote access security group cannot be deleted",
        "Remove what depends on that security group",
    ),
    "Ec2LaunchTemplateNotFound": ("EKS's launch template does not exist", _TEMPLATE),
    "Ec2LaunchTemplateVersionMismatch": (
        "the version of EKS's launch template is not the one that EKS made",
        _TEMPLATE,
    ),
    "Ec2SubnetNotFound": ("a subnet does not exist", "Restore the subnet"),
    "Ec2SubnetInvalidConfiguration": (
        "a subnet gives no public address where the nodes need one",
        "Let the subnet assign public addresses (MapPublicIpOnLaunch)",
    ),
    "IamInstanceProfileNotFound": ("the instance profile does not exist", _ROLE),
    "Ec2SubnetMissingIpv6Assignment": (
        "a subnet assigns no IPv6 addresses",
        "Let the subnet assign IPv6 addresses",
    ),
    "IamLimitExceeded": ("a quota of IAM is reached", _LIMIT),
    "IamNodeRoleNotFound": ("the role of the nodes does not exist", _ROLE),
    "NodeCreationFailure": (
        "new instances do not join the cluster",
        "See their log: network, user data, the role of the nodes",
    ),
    "AsgInstanceLaunchFailures": (
        "its Auto Scaling group cannot launch instances",
        "See the scaling activities of the group",
    ),
    "InstanceLimitExceeded": ("the quota of instances is reached", _LIMIT),
    "InsufficientFreeAddresses": ("a subnet has too few free addresses", _SUBNETS),
    "AccessDenied": (
        "EKS or the nodes may not reach the API server",
        "Restore the access entry of the nodes' role and the RBAC rule eks:node-manager",
    ),
    "InternalFailure": ("EKS failed", _ASK_AWS),
    "ClusterUnreachable": (
        "EKS does not reach the API server",
        "See webhooks and the load of the API server",
    ),
    "AmiIdNotFound": ("the image of its launch template does not exist", "Name another image"),
    "AutoScalingGroupOptInRequired": (
        "the account has not opted in to Auto Scaling here",
        "Complete the sign-up of the account, or opt in to the Region",
    ),
    "AutoScalingGroupRateLimitExceeded": ("Auto Scaling throttles EKS", "Wait, and try again"),
    "Ec2LaunchTemplateDeletionFailure": (
        "EKS's launch template cannot be deleted",
        "Allow EKS to delete it",
    ),
    "Ec2LaunchTemplateInvalidConfiguration": (
        "the launch template says what EKS cannot use",
        "Correct the launch template",
    ),
    "Ec2LaunchTemplateMaxLimitExceeded": ("the quota of launch templates is reached", _LIMIT),
    "Ec2SubnetListTooLong": ("it has too many subnets", "Name fewer subnets"),
    "IamThrottling": ("IAM throttles EKS", "Wait, and try again"),
    "NodeTerminationFailure": ("a node cannot be ended", "See the pods on that node"),
    EVICTION: ("pods do not leave a node", _EVICTION),
    "SourceEc2LaunchTemplateNotFound": (
        "its owner's launch template does not exist",
        "Restore the launch template, or make the node group anew",
    ),
    "LimitExceeded": ("a quota is reached", _LIMIT),
    "Unknown": ("EKS does not say why", _ASK_AWS),
    "AutoScalingGroupInstanceRefreshActive": (
        "an instance refresh runs on its Auto Scaling group",
        "Cancel the instance refresh",
    ),
    "KubernetesLabelInvalid": ("a label is not valid", "Correct the labels of the node group"),
    "Ec2LaunchTemplateVersionMaxLimitExceeded": (
        "EKS's launch template has too many versions",
        _LIMIT,
    ),
    "Ec2InstanceTypeDoesNotExist": (
        "an instance type does not exist here",
        "Name an instance type that the Region offers",
    ),
}
"""What a health issue of a node group means, and what to do; by its code."""


def explain(trouble: Trouble, table: Mapping[str, tuple[str, str]]) -> str:
    """Return one line for people: what it means, what EKS says, and what to do.

    A code that the table lacks is told in EKS's words alone.
    """
    meaning, advice = table.get(trouble.code, ("", ""))
    said = " ".join(trouble.message.split()).rstrip(".")
    words = [f"{trouble.code}: {meaning or said or 'no reason is given'}"]
    if meaning and said:
        words.append(f'EKS says "{said}"')
    if trouble.resources:
        words.append(f"it names {listed(list(trouble.resources))}")
    return ". ".join(["; ".join(words), *([advice] if advice else [])])
