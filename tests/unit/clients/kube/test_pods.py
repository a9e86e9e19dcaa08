# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw pods become slim records."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import pods
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Owner


def raw_pod(**changes: Any) -> dict[str, Any]:
    pod: dict[str, Any] = {
        "metadata": {
            "namespace": "shop",
            "name": "cart-1",
            "uid": "u1",
            "resourceVersion": "9",
            "labels": {"app": "cart"},
            "annotations": {
                "karpenter.sh/do-not-disrupt": "true",
                "big": "x" * 1000,
                "nodeops.rotator/x": "1",
            },
            "ownerReferences": [
                {"kind": "Other", "name": "o"},
                {"kind": "ReplicaSet", "name": "cart", "uid": "r", "controller": True},
            ],
            "finalizers": ["f"],
        },
        "spec": {
            "nodeName": "n1",
            "terminationGracePeriodSeconds": 0,
            "priority": -7,
            "volumes": [
                {"name": "a", "persistentVolumeClaim": {"claimName": "data"}},
                {"name": "tmp", "ephemeral": {"volumeClaimTemplate": {}}},
                {"name": "c", "emptyDir": {}},
            ],
        },
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }
    for part, values in changes.items():
        pod[part] = {**pod[part], **values}
    return pod


def test_a_pod() -> None:
    pod = pods.pod(raw_pod())
    assert (pod.id, pod.uid, pod.node, pod.phase, pod.ready) == (
        "shop/cart-1",
        "u1",
        "n1",
        "Running",
        True,
    )
    assert pod.owner == Owner("ReplicaSet", "cart", "r")
    assert pod.annotations == {"karpenter.sh/do-not-disrupt": "true", "nodeops.rotator/x": "1"}
    assert (pod.grace_period, pod.priority, pod.finalizers) == (0, -7, ("f",))
    assert pod.claims == ("data", "cart-1-tmp")
    assert pod.empty_dir
    assert pod.deleted_at is None


def test_the_ports_of_its_node_that_a_pod_listens_on() -> None:
    ports = [{"containerPort": 80, "hostPort": 8080}, {"containerPort": 81}]
    spec = {"containers": [{"ports": ports}, {}], "initContainers": [{"ports": [{"hostPort": 90}]}]}
    assert pods.pod(raw_pod(spec=spec)).host_ports == frozenset((8080, 90))
    assert pods.pod(raw_pod()).host_ports == frozenset()


def test_a_pod_that_goes() -> None:
    pod = pods.pod(
        raw_pod(
            metadata={"deletionTimestamp": "1970-01-01T00:01:40Z", "deletionGracePeriodSeconds": 30}
        )
    )
    assert (pod.deleted_at, pod.deletion_grace) == (100.0, 30)


def test_a_pod_of_which_little_is_said() -> None:
    pod = pods.pod({"metadata": {"namespace": "a", "name": "b"}})
    assert (pod.phase, pod.ready, pod.owner, pod.grace_period, pod.node) == (
        "Pending",
        False,
        None,
        30,
        "",
    )


def scheduling(**spec: Any) -> tuple[str, ...]:
    found = pods.pod({"metadata": {"namespace": "a", "name": "b"}, "spec": spec}).placing
    return tuple(str(choice) for choice in found)


def affinity(*terms: dict[str, Any]) -> dict[str, Any]:
    required = {"nodeSelectorTerms": list(terms)}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def test_where_a_pod_may_run() -> None:
    zone = {"key": "zone", "operator": "In", "values": ["b", "a"]}
    more = {"key": "cores", "operator": "Gt", "values": ["8"]}
    name = {"key": "metadata.name", "operator": "In", "values": ["n1"]}
    preferred = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1}]}
    assert scheduling() == ()
    assert scheduling(affinity={"nodeAffinity": preferred}) == ()
    assert scheduling(nodeSelector={"role": "web"}) == ("role in (web)",)
    assert scheduling(
        nodeSelector={"role": "web"},
        affinity=affinity({"matchExpressions": [zone, more]}, {"matchFields": [name]}),
    ) == ("role in (web),zone in (a,b)", "role in (web),metadata.name in (n1)")


def test_why_a_pod_waits() -> None:
    words = {"type": "PodScheduled", "status": "False", "message": "0/3 nodes\n are available"}
    pod = pods.pod(raw_pod(status={"conditions": [words]}))
    assert (pod.unscheduled, pod.waiting) == ("0/3 nodes are available", "")
    running = {"state": {"running": {}}}
    crashing = {"state": {"waiting": {"reason": "CrashLoopBackOff"}}}
    assert pods.pod(raw_pod(status={"containerStatuses": [running, crashing]})).waiting == (
        "CrashLoopBackOff"
    )
