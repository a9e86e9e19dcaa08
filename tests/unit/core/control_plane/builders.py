# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build what is observed of a control plane of three nodes, all of it well."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    COMPONENTS,
    CONTROLLER,
    Component,
    Components,
    EtcdVolume,
    Hardware,
    Health,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
    read_group,
)

CLUSTER, STORE = "prod.example.com", "s3://store/prod.example.com/backups/etcd/"
ROLE = {"node-role.kubernetes.io/control-plane": ""}
READ_AT = 10_000.0
API_SERVERS = {"k8s.io/role/apiserver": "1"}
MASTER = {"k8s.io/role/control-plane": "1", "k8s.io/role/master": "1"}


def a_plane_group(
    name: str, *, tags: dict[str, str] | None = None, **fields: Any
) -> DescribedGroup:
    """The group of control plane node <name>, with instance i-<name>."""
    own = MASTER if tags is None else tags
    named = {"KubernetesCluster": CLUSTER, "kops.k8s.io/instancegroup": name, **own}
    instance = {
        "InstanceId": f"i-{name}",
        "AvailabilityZone": name,
        "LifecycleState": "InService",
    }
    shown = {
        "AutoScalingGroupName": name,
        "DesiredCapacity": 1,
        "MinSize": 1,
        "MaxSize": 1,
        "AvailabilityZones": [name],
        "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "1"},
        "Instances": [instance],
        "Tags": [{"Key": key, "Value": value} for key, value in named.items()],
    }
    return read_group({**shown, **fields})


def volumes(names: str = "abc", etcds: tuple[str, ...] = ("main", "events")) -> list[EtcdVolume]:
    """The volumes of these nodes, attached to them."""
    return [
        EtcdVolume(f"vol-{etcd}-{name}", etcd, len(names), name, f"i-{name}")
        for etcd in etcds
        for name in names
    ]


def machines(names: str = "abc", **groups: DescribedGroup) -> Hardware:
    """A control plane of one node in each zone; `groups` replace or add some."""
    found = {name: a_plane_group(name) for name in names} | groups
    return Hardware(tuple(found.values()), tuple(volumes(names)))


def pods(node: str) -> list[Component]:
    """The pods of one node, running for an hour."""
    apps = (*COMPONENTS, CONTROLLER, "etcd-manager-main", "etcd-manager-events")
    return [
        Component(
            app,
            f"{app}-{node}",
            node,
            started=READ_AT - 3600,
            backup_store=STORE + app.removeprefix("etcd-manager-") if "etcd" in app else "",
        )
        for app in apps
    ]


def components(names: str = "abc", **more: Any) -> Components:
    """What Kubernetes shows of these nodes."""
    usual: dict[str, Any] = {
        "pods": tuple(pod for name in names for pod in pods(name)),
        "renewed": dict.fromkeys(names, "t1"),
        "health": dict.fromkeys(names, Health(True)),
        "leaders": {"kube-controller-manager": "b_1", "kube-scheduler": "b_2"},
        "read_at": READ_AT,
    }
    return Components(**{**usual, **more})


def changed(found: Components, app: str, on: str, /, **fields: Any) -> Components:
    """The same, but one pod of one node is different."""
    return dataclasses.replace(
        found,
        pods=tuple(
            dataclasses.replace(pod, **fields) if (pod.app, pod.node) == (app, on) else pod
            for pod in found.pods
        ),
    )


def a_plane_node(name: str, **fields: Any) -> Node:
    """The control plane node of instance i-<name>."""
    usual: dict[str, Any] = {
        "uid": f"uid-{name}",
        "resource_version": "1",
        "provider_id": f"aws:///{name}/i-{name}",
        "ready": True,
        "labels": ROLE,
    }
    return Node(name, **{**usual, **fields})
