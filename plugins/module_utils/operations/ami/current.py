# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what is in use now: images and Kubernetes version to compare with."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.eks import (
    describe_cluster,
    describe_nodegroup,
    group_names,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import client, errors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import Image
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import NODES
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
    Source,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import resolve
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami import (
    images,
    parameters,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    launch_templates,
    sources,
)

Connect = Callable[[], KubeCall]
"""Makes the raw Kubernetes call when it is first needed; the connection may fail only then."""


@dataclasses.dataclass(frozen=True)
class Current:
    """What is in use.

    `ids`: the images of the instances and of the template; `found`: those that exist, oldest first.
    `instance_ids` None: no node group is named. `nodegroup_version`: EKS's record of a managed one.
    """

    ids: tuple[str, ...] = ()
    found: tuple[Image, ...] = ()
    instance_ids: tuple[str, ...] | None = None
    nodegroup_version: str = ""

    @property
    def gone(self) -> tuple[str, ...]:
        """Return the images in use that EC2 does not show any more."""
        known = {image.id for image in self.found}
        return tuple(name for name in self.ids if name not in known)


def of_image(aws: Aws, image_id: str) -> Current:
    """Return an image by itself, or what resolve:ssm: means. It must exist."""
    image = images.get(aws, parameters.resolve_image(aws, image_id))
    return Current((image.id,), (image,))


def of_target(aws: Aws, target: NamedSource) -> Current:
    """Return what a launch template or node group uses."""
    if target.eks_nodegroup:
        return _of_nodegroup(aws, target)
    source = sources.find(aws, target)
    return _current(aws, source, _launched_from(aws, source))


def _of_nodegroup(aws: Aws, target: NamedSource) -> Current:
    """Return what the instances of a managed node group run.

    EKS changes template and instances together.
    """
    shown = describe_nodegroup(aws, target.eks_cluster, target.eks_nodegroup)
    names = group_names(shown)
    source = (
        sources.find(aws, NamedSource(group=names[0]))
        if names
        else Source(group=target.eks_nodegroup)
    )
    return dataclasses.replace(
        _current(aws, source, []), nodegroup_version=str(shown.get("version", ""))
    )


def _current(aws: Aws, source: Source, launched_from: list[str]) -> Current:
    running = images.of_instances(aws, source.instance_ids)
    ids = sorted({*running, *launched_from})
    found = sorted(images.by_ids(aws, ids).values(), key=lambda image: (image.created_at, image.id))
    return Current(tuple(ids), tuple(found), source.instance_ids if source.group else None)


def _launched_from(aws: Aws, source: Source) -> list[str]:
    """Return the images that the next instances would be launched from."""
    if source.configuration:
        doing = f"read launch configuration {source.configuration}"
        shown = aws.call(
            doing,
            "autoscaling",
            "DescribeLaunchConfigurations",
            LaunchConfigurationNames=[source.configuration],
        )
        return [one["ImageId"] for one in shown["LaunchConfigurations"]]
    written = [
        resolve(launch_templates.versions(aws, use.template_id), use.version).image_id
        for use in source.uses
    ]
    return [parameters.resolve_image(aws, image_id) for image_id in written if image_id]


def node_versions(call: KubeCall, instance_ids: tuple[str, ...] | None) -> list[str]:
    """Return the kubelet versions of the nodes on these instances (None: of all)."""
    nodes = client.KubeClient(call).records(NODES)
    return sorted(
        {
            node.kubelet_version
            for node in nodes
            if instance_ids is None or node.instance_id in instance_ids
        }
    )


def control_plane_version(aws: Aws, eks_cluster: str, connect: Connect) -> str:
    """Return the version of the control plane, from EKS or from the API server."""
    if eks_cluster:
        return str(describe_cluster(aws, eks_cluster)["version"])
    doing = "read the version of the Kubernetes API server"
    with errors.reaching(doing):
        return str(
            errors.checked(connect().request("GET", "/version"), doing).get("gitVersion", "")
        )
