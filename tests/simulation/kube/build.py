# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build scenarios: each function creates one thing and says only what matters.

The rest is left to the controllers. `labels` default to {"app": name}. `pod` is merged into the
pod's spec, `annotations` go onto its pods (see Behavior for the World's own). Nothing runs until
time passes or `cluster.settle()` is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.cluster import Cluster
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import MIRROR, Object, merged

Labels = Mapping[str, str]


def namespace(cluster: Cluster, name: str) -> Object:
    """Create a namespace, or return the present one."""
    return cluster.object("namespaces", name) or cluster.create(
        "namespaces", {"metadata": {"name": name}}
    )


def template(
    name: str, labels: Labels, cpu: str, memory: str, pod: Any, annotations: Labels | None
) -> Object:
    """Return a pod template with one container."""
    requests = {"cpu": cpu, "memory": memory}
    container = {
        "name": name,
        "image": f"registry.example/{name}:1.0",
        "resources": {"requests": requests},
    }
    meta: Object = {"labels": dict(labels)}
    if annotations:
        meta["annotations"] = dict(annotations)
    return {"metadata": meta, "spec": merged({"containers": [container]}, pod or {})}


def deployment(
    cluster: Cluster,
    namespace_name: str,
    name: str,
    replicas: int,
    labels: Labels | None = None,
    cpu: str = "100m",
    memory: str = "128Mi",
    pod: Mapping[str, Any] | None = None,
    annotations: Labels | None = None,
) -> Object:
    """Create a Deployment."""
    namespace(cluster, namespace_name)
    labels = labels or {"app": name}
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": dict(labels)},
        "template": template(name, labels, cpu, memory, pod, annotations),
    }
    return cluster.create(
        "deployments", {"metadata": _meta(namespace_name, name, labels), "spec": spec}
    )


def statefulset(
    cluster: Cluster,
    namespace_name: str,
    name: str,
    replicas: int,
    labels: Labels | None = None,
    storage: str = "",
    storage_class: str = "gp3",
    policy: str = "OrderedReady",
    cpu: str = "100m",
    memory: str = "128Mi",
    pod: Mapping[str, Any] | None = None,
    annotations: Labels | None = None,
) -> Object:
    """Create a StatefulSet; with `storage` ("10Gi") each pod has a zonal volume.

    Of `storage_class` "local-storage" one that is on a node; see build_volumes.py. `policy`:
    podManagementPolicy.
    """
    namespace(cluster, namespace_name)
    labels = labels or {"app": name}
    spec: Object = {
        "replicas": replicas,
        "serviceName": name,
        "podManagementPolicy": policy,
        "selector": {"matchLabels": dict(labels)},
        "template": template(name, labels, cpu, memory, pod, annotations),
    }
    if storage:
        claim = {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": storage_class,
            "resources": {"requests": {"storage": storage}},
        }
        spec["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": claim}]
    return cluster.create(
        "statefulsets", {"metadata": _meta(namespace_name, name, labels), "spec": spec}
    )


def daemonset(
    cluster: Cluster,
    namespace_name: str,
    name: str,
    labels: Labels | None = None,
    everywhere: bool = True,
    cpu: str = "50m",
    memory: str = "64Mi",
    pod: Mapping[str, Any] | None = None,
    annotations: Labels | None = None,
) -> Object:
    """Create a DaemonSet; `everywhere`: it tolerates every taint, as node agents do."""
    namespace(cluster, namespace_name)
    labels = labels or {"app": name}
    extra: Object = {"tolerations": [{"operator": "Exists"}]} if everywhere else {}
    spec = {
        "selector": {"matchLabels": dict(labels)},
        "template": template(name, labels, cpu, memory, merged(extra, pod or {}), annotations),
    }
    return cluster.create(
        "daemonsets", {"metadata": _meta(namespace_name, name, labels), "spec": spec}
    )


def job(
    cluster: Cluster,
    namespace_name: str,
    name: str,
    completions: int = 1,
    parallelism: int = 1,
    seconds: float | None = None,
    pod: Mapping[str, Any] | None = None,
    annotations: Labels | None = None,
) -> Object:
    """Create a Job whose pods run for `seconds` (default: the cluster's behavior)."""
    namespace(cluster, namespace_name)
    notes = dict(annotations or {})
    if seconds is not None:
        notes["world.nodeops/run-seconds"] = str(seconds)
    labels = {"app": name}
    made = template(name, labels, "100m", "64Mi", {"restartPolicy": "Never", **(pod or {})}, notes)
    spec = {"completions": completions, "parallelism": parallelism, "template": made}
    return cluster.create("jobs", {"metadata": _meta(namespace_name, name, labels), "spec": spec})


def bare_pod(
    cluster: Cluster,
    namespace_name: str,
    name: str,
    node: str = "",
    labels: Labels | None = None,
    pod: Mapping[str, Any] | None = None,
    annotations: Labels | None = None,
    finalizers: tuple[str, ...] = (),
) -> Object:
    """Create a pod without a controller; on `node` if one is named."""
    namespace(cluster, namespace_name)
    labels = labels or {"app": name}
    made = template(
        name,
        labels,
        "50m",
        "32Mi",
        {**({"nodeName": node} if node else {}), **(pod or {})},
        annotations,
    )
    meta = {**made["metadata"], "namespace": namespace_name, "name": name}
    if finalizers:
        meta["finalizers"] = list(finalizers)
    return cluster.create("pods", {"metadata": meta, "spec": made["spec"]})


def static_pod(cluster: Cluster, namespace_name: str, name: str, node: str) -> Object:
    """Create the mirror of a static pod.

    It is owned by its Node, and the kubelet creates it again when it is deleted.
    """
    owner = cluster.object("nodes", node)
    if owner is None:
        raise ValueError(f"no node {node}")
    made = template(
        name,
        {"tier": "node"},
        "50m",
        "32Mi",
        {"nodeName": node, "tolerations": [{"operator": "Exists"}]},
        {MIRROR: name},
    )
    ref = {
        "apiVersion": "v1",
        "kind": "Node",
        "name": node,
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    meta = {
        **made["metadata"],
        "namespace": namespace_name,
        "name": f"{name}-{node}",
        "ownerReferences": [ref],
    }
    return cluster.create("pods", {"metadata": meta, "spec": made["spec"]})


def service(
    cluster: Cluster,
    namespace_name: str,
    name: str,
    node_port: int,
    local: bool = False,
    health_port: int = 0,
    labels: Labels | None = None,
) -> Object:
    """Create a Service that nodes answer for on `node_port`.

    `local`: only those that run pods of it; `health_port`: its healthCheckNodePort.
    """
    namespace(cluster, namespace_name)
    spec: Object = {
        "type": "LoadBalancer" if health_port else "NodePort",
        "selector": dict(labels or {"app": name}),
        "externalTrafficPolicy": "Local" if local else "Cluster",
        "ports": [{"port": 80, "nodePort": node_port, "protocol": "TCP"}],
    }
    if health_port:
        spec["healthCheckNodePort"] = health_port
    return cluster.create(
        "services", {"metadata": {"namespace": namespace_name, "name": name}, "spec": spec}
    )


def pdb(
    cluster: Cluster,
    namespace_name: str,
    name: str,
    labels: Labels | None = None,
    min_available: int | str | None = None,
    max_unavailable: int | str | None = None,
    unhealthy: str | None = None,
) -> Object:
    """Create a PodDisruptionBudget for pods with `labels`; a number or "50%".

    `unhealthy`: unhealthyPodEvictionPolicy.
    """
    namespace(cluster, namespace_name)
    spec: Object = {"selector": {"matchLabels": dict(labels or {"app": name})}}
    given = {
        "minAvailable": min_available,
        "maxUnavailable": max_unavailable,
        "unhealthyPodEvictionPolicy": unhealthy,
    }
    spec.update({field: value for field, value in given.items() if value is not None})
    return cluster.create(
        "poddisruptionbudgets",
        {"metadata": {"namespace": namespace_name, "name": name}, "spec": spec},
    )


def node(cluster: Cluster, name: str, zone: str = "eu-west-1a", **given: Any) -> None:
    """Create a node that is Ready once settled.

    It is for tests that have no account beside the cluster.
    """
    number = len(list(cluster.objects("nodes"))) + 1
    usual: Object = {
        "provider_id": f"aws:///{zone}/i-{number:017x}",
        "instance_type": "m5.large",
        "architecture": "amd64",
        "labels": {"eks.amazonaws.com/nodegroup": "blue"},
        "private_ip": f"10.0.{number // 250}.{number % 250 + 1}",
    }
    cluster.node_joins(name, zone=zone, **{**usual, **given})


def _meta(namespace_name: str, name: str, labels: Labels) -> Object:
    return {"namespace": namespace_name, "name": name, "labels": dict(labels)}
