# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identify a node group for the inventory: what it is, never how large it is."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    KOPS_GROUP_TAG,
    kind_of,
)

LABEL_TAG = "k8s.io/cluster-autoscaler/node-template/label/"
"""How a group tells the Cluster Autoscaler which labels its nodes will have."""


def account_of(arn: str) -> str:
    """Return the account ID of an ARN, "" if there is none in it."""
    return next(iter(arn.split(":")[4:5]), "")


def autoscaler_labels(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of a group's nodes that its tags tell the Cluster Autoscaler."""
    return {
        key.removeprefix(LABEL_TAG): value
        for key, value in tags.items()
        if key.startswith(LABEL_TAG)
    }


@dataclasses.dataclass(frozen=True)
class NodeGroup:
    """One node group.

    `nodegroup` is the name of a managed one, "" for others, `ami_type` its AMI type in EKS's words;
    `account` the ID of the AWS account.
    """

    cluster: str
    region: str
    group: str
    nodegroup: str = ""
    ami_type: str = ""
    zones: tuple[str, ...] = ()
    instance_types: tuple[str, ...] = ()
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    account: str = ""

    @property
    def kind(self) -> str:
        """Return the kind by which the inventory groups it (see core.node_group.kinds)."""
        return kind_of(self.tags).inventory_group

    @property
    def role(self) -> str:
        """Return the role of an instance group of kops, "" of any other node group."""
        return kind_of(self.tags).role

    @property
    def instance_group(self) -> str:
        """Return the name of an instance group of kops, "" of any other node group."""
        return self.tags[KOPS_GROUP_TAG] if self.role else ""
