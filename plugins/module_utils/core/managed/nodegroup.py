# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe a managed node group and its updates as EKS shows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    UpdateConfig,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node

SOURCE_VERSION = "eks.amazonaws.com/sourceLaunchTemplateVersion"
"""Label of a node: the version of the owner's launch template that it was launched from."""
OWN_IMAGE = "CUSTOM"
"""The AMI type of a node group whose launch template names the image."""


@dataclasses.dataclass(frozen=True)
class Trouble:
    """An error of an update, or an issue of a node group's health.

    `code` is EKS's. `resources`: names of nodes, IDs of instances, subnets and so on.
    """

    code: str
    message: str = ""
    resources: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class NodegroupUpdate:
    """An update of a node group.

    `kind`: VersionUpdate or ConfigUpdate. `status`: InProgress, Failed, Cancelled or Successful.
    """

    id: str
    kind: str
    status: str
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)
    errors: tuple[Trouble, ...] = ()

    @property
    def running(self) -> bool:
        """Return whether it has not ended."""
        return self.status == "InProgress"

    @property
    def moves(self) -> bool:
        """Return whether it replaces nodes."""
        return self.kind == "VersionUpdate"


@dataclasses.dataclass(frozen=True)
class Nodegroup:
    """A managed node group, with the Auto Scaling group behind it.

    `version`: of Kubernetes. `template`: ID, name and version of its owner's launch template, None
    if it has none. `updates`: those that run and those that were asked for, by ID. `addresses`: how
    many are free in its subnets by zone, empty where they were not read.
    """

    cluster: str
    name: str
    arn: str
    status: str
    group: Group
    version: str = ""
    release_version: str = ""
    ami_type: str = ""
    template: tuple[str, str, str] | None = None
    config: UpdateConfig = UpdateConfig()
    tags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    issues: tuple[Trouble, ...] = ()
    updates: Mapping[str, NodegroupUpdate] = dataclasses.field(default_factory=dict)
    addresses: Mapping[str, int] = dataclasses.field(default_factory=dict)

    @property
    def running(self) -> NodegroupUpdate | None:
        """Return the update that runs, None if there is none."""
        return next((one for one in self.updates.values() if one.running), None)


@dataclasses.dataclass(frozen=True)
class ManagedTarget:
    """What the nodes are to run.

    `release_version`: of EKS's image, "" for a group with an image of its own. `image_id`: what it
    means. `template_version`: a number as text, "" where the template stays as it is. `version`: of
    Kubernetes, "" for the node group's own.
    """

    release_version: str = ""
    image_id: str = ""
    template_version: str = ""
    version: str = ""

    @property
    def text(self) -> str:
        """Return it for people."""
        words = [f"release {self.release_version}"] if self.release_version else []
        words += [f"template version {self.template_version}"] if self.template_version else []
        return " and ".join(words) or f"image {self.image_id}"

    def is_of(self, update: NodegroupUpdate) -> bool:
        """Return whether an update leads to this target."""
        given = update.params
        release = given.get("ReleaseVersion", "")
        template = given.get("LaunchTemplateVersion", "")
        return release == self.release_version and self.template_version in ("", template)


@dataclasses.dataclass(frozen=True)
class ManagedMember:
    """An instance of the group with its Node.

    `outdated`: why it has to go, "" if it is current.
    """

    instance: Instance
    node: Node | None
    outdated: str

    @property
    def id(self) -> str:
        """Return the ID of the instance."""
        return self.instance.id

    @property
    def name(self) -> str:
        """Return the name of the node, the instance's ID where it has none."""
        return self.node.name if self.node else self.instance.id


def why_outdated(
    instance: Instance, node: Node | None, target: ManagedTarget, launches: tuple[str, str]
) -> str:
    """Return why EKS has to replace an instance, "" if it runs the target.

    What cannot be told of an instance is not taken for current. Which version of its owner's
    template it was launched from, only its Node says. Without one it has to be launched from the
    version of EKS's own template that the Auto Scaling group `launches` from now.
    """
    if not instance.image_id or instance.image_id != target.image_id:
        return f"runs image {instance.image_id or '(unknown)'}, {target.image_id} is wanted"
    if not target.template_version:
        return ""
    if node is None:
        known = "" not in launches and instance.source == launches
        return "" if known else "has no node that says what it was launched from"
    version = node.labels.get(SOURCE_VERSION, "")
    if version == target.template_version:
        return ""
    return (
        f"was launched from version {version or '(unknown)'} of the launch template,"
        f" {target.template_version} is wanted"
    )


def members_of(
    group: Group, nodes: Mapping[str, Node], target: ManagedTarget
) -> tuple[ManagedMember, ...]:
    """Return the launched instances of a group; `nodes`: by instance ID."""
    launches = group.resolved.source if group.resolved is not None else ("", "")
    return tuple(
        ManagedMember(one, node, why_outdated(one, node, target, launches))
        for one in group.launched
        for node in [nodes.get(one.id)]
    )
