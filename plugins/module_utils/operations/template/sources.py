# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what a node group launches from, and point it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.eks import (
    describe_nodegroup,
    group_names,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import (
    CHECK_NAME,
    describe_group,
    list_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    KOPS_CLUSTER_TAG,
    KOPS_GROUP_TAG,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
    Source,
    Use,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import LATEST


def find(aws: Aws, target: NamedSource) -> Source:
    """Return the launch source of what is named.

    Raises InputError, NotFoundError, RefusedError.
    """
    if target.eks_nodegroup:
        return _of_nodegroup(aws, target)
    if target.kops_group:
        return _of_kops(aws, target)
    if target.group:
        return describe_group(aws, target.group).source
    template = describe_template(aws, target.template_id, target.template_name)
    return Source(uses=(Use(template["LaunchTemplateId"], target.version or LATEST),))


def describe_template(aws: Aws, template_id: str, name: str) -> dict[str, Any]:
    """Return a launch template by ID or else by name. Raises NotFoundError."""
    called = template_id or name
    try:
        answer = aws.call(
            f"find launch template {called}",
            "ec2",
            "DescribeLaunchTemplates",
            LaunchTemplateIds=[template_id] if template_id else None,
            LaunchTemplateNames=[name] if not template_id else None,
        )
    except NotFoundError as error:
        raise NotFoundError(
            f"There is no launch template {called}", CHECK_NAME, error.code
        ) from error
    found = answer["LaunchTemplates"]
    if len(found) != 1:
        raise NotFoundError(f"There is no launch template {called}", CHECK_NAME)
    return dict(found[0])


def _of_kops(aws: Aws, target: NamedSource) -> Source:
    """Find a kops instance group by the tags that kops sets on every group.

    Source: kops, docs, labels and tags.
    """
    wanted = {
        KOPS_CLUSTER_TAG: target.kops_cluster,
        KOPS_GROUP_TAG: target.kops_group,
    }
    shown = list(
        list_groups(
            aws,
            f"find kops instance group {target.kops_group}",
            {f"tag:{key}": [value] for key, value in wanted.items()},
        )
    )
    called = f"instance group {target.kops_group} of kops cluster {target.kops_cluster}"
    if not shown:
        raise NotFoundError(f"There is no {called}", CHECK_NAME)
    if len(shown) > 1:
        names = ", ".join(sorted(one.name for one in shown))
        raise RefusedError(
            f"More than one Auto Scaling group says it is {called}: {names}",
            "Name autoscaling_group_name",
        )
    return shown[0].source


def _of_nodegroup(aws: Aws, target: NamedSource) -> Source:
    """Return the template of a managed node group.

    EKS launches from a copy of it, and moves to another version only by an update of the node
    group.
    """
    shown = describe_nodegroup(aws, target.eks_cluster, target.eks_nodegroup)
    template = shown.get("launchTemplate")
    if not template:
        raise InputError(
            f"Node group {target.eks_nodegroup} has no launch template of its own, EKS chooses"
            " its AMI",
            "Update it with nodeops.rotator.eks_nodegroup_replace",
        )
    groups = group_names(shown)
    return Source(
        group=groups[0] if groups else "",
        uses=(
            Use(template["id"], str(template["version"]), tuple(shown.get("instanceTypes") or ())),
        ),
        subnet=next(iter(shown.get("subnets", ())), ""),
        nodegroup=(target.eks_cluster, target.eks_nodegroup),
        note=f"Node group {target.eks_nodegroup} moves to another version only when EKS"
        " updates it (UpdateNodegroupVersion)",
    )


def refuse_owned(source: Source, target: NamedSource) -> None:
    """Refuse a managed node group that is named by its Auto Scaling group.

    EKS owns that group. Raises RefusedError.
    """
    if target.group and source.nodegroup:
        cluster, nodegroup = source.nodegroup
        raise RefusedError(
            f"Auto Scaling group {target.group} belongs to managed node group {nodegroup} of"
            f" EKS cluster {cluster}",
            f"Name eks_cluster {cluster} and eks_nodegroup {nodegroup} instead",
        )


def update_group(aws: Aws, name: str, params: Mapping[str, Any]) -> None:
    """Let a group launch from something else.

    `params`: LaunchTemplate, MixedInstancesPolicy or LaunchConfigurationName.
    """
    doing = f"point Auto Scaling group {name} at its new launch source"
    aws.call(doing, "autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName=name, **params)
