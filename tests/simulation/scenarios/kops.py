# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Furnish scenario `kops`: a kops cluster in the week after an image release.

Three control plane groups of one node each in three zones, two node groups, a bastion. Names, tags
and launch templates are those that the kops executable makes.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import TargetGroup
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue_kops import (
    publish_ubuntu_server,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Image, Subnet
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import StoredObject
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.world import NodeKind, World

VERSION = "1.33.5"
BUCKET = "kops-state"
"""Where the state stores of the clusters are."""
USER_DATA = """#!/bin/bash
set -o errexit
NODEUP_URL_AMD64=https://artifacts.k8s.io/binaries/kops/1.33.0/linux/amd64/nodeup
NODEUP_URL_ARM64=https://artifacts.k8s.io/binaries/kops/1.33.0/linux/arm64/nodeup
cat > conf/kube_env.yaml << '__EOF_KUBE_ENV'
ClusterName: {cluster}
KubernetesVersion: {version}
InstanceGroupName: {group}
__EOF_KUBE_ENV
"""
ROLE_TAGS: Mapping[str, tuple[str, ...]] = {
    "Master": ("k8s.io/role/master", "k8s.io/role/control-plane"),
    "APIServer": ("k8s.io/role/apiserver",),
    "Bastion": ("k8s.io/role/bastion",),
    "Node": ("k8s.io/role/node",),
}
"""Tags by role, as the state store spells it."""
NODE_LABELS: Mapping[str, tuple[str, ...]] = {
    "Master": (
        "node-role.kubernetes.io/control-plane",
        "kops.k8s.io/kops-controller-pki",
        "node.kubernetes.io/exclude-from-external-load-balancers",
    ),
    "APIServer": ("node-role.kubernetes.io/api-server",),
    "Node": ("node-role.kubernetes.io/node",),
}
CONTROLLER = "kops-controller"
"""Name and label of the DaemonSet by whose pods new nodes join."""
TEMPLATE_LABEL = "k8s.io/cluster-autoscaler/node-template/label/"
TAINTED: Mapping[str, str] = {
    "Master": "node-role.kubernetes.io/control-plane",
    "APIServer": "node-role.kubernetes.io/api-server",
}
"""Key of the taint that keeps workloads away, by role."""


@dataclasses.dataclass(frozen=True)
class InstanceGroup:
    """An instance group as its specification in the state store has it.

    `zones`: the letters of its subnets' zones.
    """

    name: str
    role: str
    size: int
    zones: str
    machine_type: str = "t3.medium"
    max_size: int = 0

    def specification(self, image: str) -> dict[str, Any]:
        """Return its spec in the state store."""
        return {
            "image": image,
            "machineType": self.machine_type,
            "maxSize": self.max_size or self.size,
            "minSize": self.size,
            "nodeLabels": {"kops.k8s.io/instancegroup": self.name},
            "role": self.role,
            "subnets": [f"eu-west-1{zone}" for zone in self.zones],
        }

    def autoscaling_group(self, cluster: str) -> str:
        """Return the name that kops gives its Auto Scaling group and launch template."""
        infix = "masters." if self.role == "Master" else ""
        return f"{self.name}.{infix}{cluster}"


GROUPS = (
    *(InstanceGroup(f"control-plane-eu-west-1{zone}", "Master", 1, zone) for zone in "abc"),
    InstanceGroup("nodes-a", "Node", 4, "abc", "m6i.large", 8),
    InstanceGroup("nodes-b", "Node", 3, "abc", "m6i.large", 6),
    InstanceGroup("bastions", "Bastion", 1, "abc"),
)
WITH_SERVERS = (*GROUPS[:5], InstanceGroup("apiservers", "APIServer", 1, "abc"))
"""The same with an API server beside its control plane, and without a bastion."""


def furnish(world: World, groups: Sequence[InstanceGroup] = GROUPS, scale: float = 1.0) -> World:
    """Put everything there and let it come to rest.

    `scale`: by which the durations of the control plane are multiplied.

    facts: old_image and new_image (IDs), cluster, instance_groups (name to Auto Scaling group).
    """
    old, new = release_images(world)
    world.kubelet = f"v{VERSION}"
    aws.add_subnets(world.account)
    cluster = f"{world.name}.example.com"
    balancers = _balancers(world, cluster)
    for group in groups:
        add_instance_group(world, cluster, group, old.id, balancers.get(group.role, ()))
    store_specifications(world, cluster, groups, f"{old.owner}/{old.name}")
    _workloads(world, [group.name for group in groups])
    kube.daemonset(
        world.cluster,
        "kube-system",
        CONTROLLER,
        {"k8s-app": CONTROLLER},
        pod={"nodeSelector": dict.fromkeys(NODE_LABELS["Master"][:2], "")},
    )
    world.facts |= {
        "old_image": old.id,
        "new_image": new.id,
        "cluster": cluster,
        "instance_groups": {group.name: group.autoscaling_group(cluster) for group in groups},
    }
    world.begin()
    places, beside = (
        [group.autoscaling_group(cluster) for group in groups if group.role == role]
        for role in ("Master", "APIServer")
    )
    if places:
        ControlPlane(world, cluster, places, bucket=BUCKET, scale=scale, beside=beside)
    return world


def store_specifications(
    world: World, cluster: str, groups: Sequence[InstanceGroup], image: str
) -> None:
    """Write the state store of a cluster, as `kops create cluster` leaves it."""
    api = "kops.k8s.io/v1alpha2"
    config = {"kubernetesVersion": VERSION, "cloudProvider": {"aws": {}}}
    stored: dict[str, Any] = {
        "kops-version.txt": "1.33.0",
        "config": {
            "apiVersion": api,
            "kind": "Cluster",
            "metadata": {"name": cluster},
            "spec": config,
        },
    }
    for group in groups:
        labels = {"kops.k8s.io/cluster": cluster}
        stored[f"instancegroup/{group.name}"] = {
            "apiVersion": api,
            "kind": "InstanceGroup",
            "metadata": {"name": group.name, "labels": labels},
            "spec": group.specification(image),
        }
    bucket = world.account.buckets.setdefault(BUCKET, {})
    for name, value in stored.items():
        text = value if isinstance(value, str) else json.dumps(value)
        bucket[f"{cluster}/{name}"] = StoredObject(text.encode())


def release_images(world: World) -> tuple[Image, Image]:
    """Publish Ubuntu server images, and return two for x86_64.

    They are of last month and of nine days ago.
    """
    dates = [
        (world.kernel.utc(0) - datetime.timedelta(days=days)).strftime("%Y%m%d") for days in (40, 9)
    ]
    old, new = (publish_ubuntu_server(world.account, date)[0] for date in dates)
    return old, new


def _balancers(world: World, cluster: str) -> dict[str, list[TargetGroup]]:
    """Add the target groups that kops registers instances with, by role."""
    dashed = cluster.replace(".", "-")

    def add(name: str, port: int) -> TargetGroup:
        tags = {"KubernetesCluster": cluster, f"kubernetes.io/cluster/{cluster}": "owned"}
        return aws.add_target_group(world.account, f"{name}-{dashed}"[:32], port, tags=tags)

    api, controller, ssh = add("tcp", 443), add("kops-controller", 3988), add("bastion", 22)
    return {"Master": [controller, api], "APIServer": [api], "Bastion": [ssh]}


def add_instance_group(
    world: World,
    cluster: str,
    group: InstanceGroup,
    image: str,
    target_groups: Sequence[TargetGroup] = (),
) -> None:
    """Add the Auto Scaling group and the launch template of an instance group.

    Its instances become nodes, unless they are bastions.
    """
    name = group.autoscaling_group(cluster)
    tags = group_tags(cluster, group)
    template = aws.add_template(world.account, name, [_template_data(cluster, group, image, tags)])
    template.tags |= tags
    aws.add_group(
        world.account,
        name,
        template,
        "$Latest",
        group.size,
        minimum=group.size,
        maximum=group.max_size or group.size,
        subnets=_subnets(world, group.zones),
        target_groups=target_groups,
        tags=tags,
    )
    if group.role != "Bastion":
        world.kinds[name] = _node_kind(group)


def _template_data(
    cluster: str, group: InstanceGroup, image: str, tags: Mapping[str, str]
) -> dict[str, Any]:
    script = USER_DATA.format(cluster=cluster, group=group.name, version=VERSION)
    shown = [{"Key": key, "Value": value} for key, value in tags.items()]
    return {
        "ImageId": image,
        "InstanceType": group.machine_type,
        "UserData": base64.b64encode(script.encode()).decode(),
        "TagSpecifications": [
            {"ResourceType": kind, "Tags": shown} for kind in ("instance", "volume")
        ],
    }


def group_tags(cluster: str, group: InstanceGroup) -> dict[str, str]:
    """Return the tags that kops puts on an Auto Scaling group and its instances."""
    labels = ("kops.k8s.io/instancegroup", *NODE_LABELS.get(group.role, ()))
    return {
        "Name": group.autoscaling_group(cluster),
        "KubernetesCluster": cluster,
        f"kubernetes.io/cluster/{cluster}": "owned",
        "aws-node-termination-handler/managed": "",
        "kops.k8s.io/instancegroup": group.name,
        **dict.fromkeys(ROLE_TAGS[group.role], "1"),
        **{TEMPLATE_LABEL + name: "" for name in labels},
        f"{TEMPLATE_LABEL}kops.k8s.io/instancegroup": group.name,
    }


def _subnets(world: World, zones: str) -> list[Subnet]:
    return [one for one in world.account.subnets.values() if one.zone[-1] in zones]


def _node_kind(group: InstanceGroup) -> NodeKind:
    labels = {"kops.k8s.io/instancegroup": group.name}
    labels |= dict.fromkeys(NODE_LABELS[group.role], "")
    key = TAINTED.get(group.role)
    taints = ({"key": key, "effect": "NoSchedule"},) if key else ()
    return NodeKind(labels=labels, taints=taints)


def _workloads(world: World, names: Sequence[str]) -> None:
    """Let workloads run on those of the usual instance groups that are there."""
    cluster = world.cluster

    def on(group: str) -> dict[str, Any]:
        return {"nodeSelector": {"kops.k8s.io/instancegroup": group}}

    if "nodes-a" in names:
        kube.deployment(cluster, "shop", "cart", 5, pod=on("nodes-a"))
        kube.pdb(cluster, "shop", "cart", max_unavailable=1)
        kube.statefulset(cluster, "data", "ledger", 3, storage="20Gi", pod=on("nodes-a"))
        kube.pdb(cluster, "data", "ledger", max_unavailable=1)
    if "nodes-b" in names:
        kube.deployment(cluster, "shop", "checkout", 4, pod=on("nodes-b"))
        kube.pdb(cluster, "shop", "checkout", min_available=3)
    kube.deployment(cluster, "kube-system", "coredns", 2)
    kube.pdb(cluster, "kube-system", "coredns", max_unavailable=1)
    for agent in ("cilium", "ebs-csi-node", "log-agent"):
        kube.daemonset(cluster, "kube-system", agent)
