# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Furnish scenario `eks`: an EKS cluster in the week after an AMI release.

Three self-managed node groups in three zones, twelve nodes, all launched from last month's AMI; the
groups point at their templates in the three ways that there are. What runs on them: web workloads
with budgets, a StatefulSet of a database that allows one member down and has zonal volumes, node
agents, a workload behind a target group.
"""

from __future__ import annotations

import base64
import datetime
from collections.abc import Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import TargetGroup
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import (
    publish_al2023,
    publish_catalogue,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Subnet
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.world import NodeKind, World

KUBERNETES = "1.33"
VERSIONS = ("1.32", KUBERNETES, "1.34")
"""Those with public images."""
USER_DATA = """---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: {name}
    apiServerEndpoint: https://api.{name}.example
    certificateAuthority: LS0tLS1CRUdJTg==
    cidr: 172.20.0.0/16
"""
GROUPS = {"blue": (5, "$Latest"), "green": (4, "1"), "storage": (3, "$Default")}


def furnish(world: World) -> World:
    """Put everything there and let it come to rest."""
    images = release_images(world)
    aws.add_subnets(world.account)
    aws.add_eks_cluster(world.account, world.name, KUBERNETES)
    ingress = aws.add_target_group(world.account, "ingress")
    for name, (size, version) in GROUPS.items():
        add_node_group(
            world,
            f"{world.name}-{name}",
            size,
            version,
            images[0],
            [ingress] if name == "blue" else [],
        )
    _workloads(world)
    world.facts |= {"old_image": images[0], "new_image": images[1], "cluster": world.name}
    world.begin()
    return world


def release_images(world: World) -> tuple[str, str]:
    """Publish the images of the beginning, of last month and of nine days ago.

    Returns the IDs of the last two.
    """
    publish_catalogue(world.account, VERSIONS)
    dates = [
        (world.kernel.utc(0) - datetime.timedelta(days=days)).strftime("%Y%m%d") for days in (40, 9)
    ]
    old, new = (publish_al2023(world.account, KUBERNETES, date)[0] for date in dates)
    return old.id, new.id


def add_node_group(
    world: World,
    name: str,
    size: int,
    version: str,
    image: str,
    target_groups: list[TargetGroup],
    kind: NodeKind | None = None,
    instance_type: str = "m6i.large",
    subnets: Sequence[Subnet] = (),
) -> None:
    """Add a self-managed node group and its launch template."""
    data = base64.b64encode(USER_DATA.format(name=world.name).encode()).decode()
    template = aws.add_template(
        world.account,
        name,
        [{"ImageId": image, "InstanceType": instance_type, "UserData": data, "EbsOptimized": True}],
    )
    cluster = {f"kubernetes.io/cluster/{world.name}": "owned"}
    template.tags |= cluster
    tags = {**cluster, "Name": name, "team": "platform"}
    aws.add_group(
        world.account,
        name,
        template,
        version,
        size,
        minimum=1,
        maximum=size,
        subnets=subnets,
        target_groups=target_groups,
        tags=tags,
    )
    short = name.removeprefix(f"{world.name}-")
    world.kinds[name] = kind or NodeKind(labels={"role": short})


def point_to(world: World, group: str, image: str) -> None:
    """Point a group at a new template version with this image.

    An operator did so a minute ago.
    """
    move(world, group, image)
    world.kernel.advance(world.kernel.now + 60)


def move(world: World, group: str, image: str) -> None:
    """Point the group at a new version of its template, with this image."""
    found = world.account.groups[group].template or {}
    template = found["LaunchTemplateId"]

    def call(operation: str, **params: Any) -> dict[str, Any]:
        return world.account.call("ec2", operation, params, "operator")

    made = call(
        "CreateLaunchTemplateVersion",
        LaunchTemplateId=template,
        SourceVersion="$Latest",
        LaunchTemplateData={"ImageId": image},
    )
    number = str(made["LaunchTemplateVersion"]["VersionNumber"])
    if found["Version"] == "$Default":
        call("ModifyLaunchTemplate", LaunchTemplateId=template, DefaultVersion=number)
    elif found["Version"] != "$Latest":
        specification = {"LaunchTemplateId": template, "Version": number}
        params = {"AutoScalingGroupName": group, "LaunchTemplate": specification}
        world.account.call("autoscaling", "UpdateAutoScalingGroup", params, "operator")


def _workloads(world: World) -> None:
    cluster = world.cluster

    def on(role: str) -> dict[str, Any]:
        return {"nodeSelector": {"role": role}}

    kube.deployment(cluster, "shop", "cart", 6, pod=on("blue"))
    kube.pdb(cluster, "shop", "cart", max_unavailable=1)
    kube.deployment(cluster, "shop", "catalogue", 8, pod=on("blue"))
    kube.pdb(cluster, "shop", "catalogue", min_available="75%")
    kube.deployment(cluster, "shop", "checkout", 4, pod=on("green"))
    kube.pdb(cluster, "shop", "checkout", min_available=3)
    kube.deployment(cluster, "shop", "mail", 2, pod=on("green"))
    kube.deployment(cluster, "ingress", "proxy", 3, pod=on("blue"))
    kube.pdb(cluster, "ingress", "proxy", max_unavailable=1)
    kube.statefulset(cluster, "data", "ledger", 3, storage="20Gi", pod=on("storage"))
    kube.pdb(cluster, "data", "ledger", max_unavailable=1)
    kube.deployment(cluster, "kube-system", "coredns", 2)
    kube.pdb(cluster, "kube-system", "coredns", max_unavailable=1)
    for agent in ("aws-node", "kube-proxy", "log-agent"):
        kube.daemonset(cluster, "kube-system", agent)
