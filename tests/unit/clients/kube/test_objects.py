# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw Kubernetes objects become slim records."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import objects
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Attachment,
    Claim,
    CsiNode,
    Owner,
    Taint,
)


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
    pod = objects.pod(raw_pod())
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


def test_a_pod_that_goes() -> None:
    pod = objects.pod(
        raw_pod(
            metadata={"deletionTimestamp": "1970-01-01T00:01:40Z", "deletionGracePeriodSeconds": 30}
        )
    )
    assert (pod.deleted_at, pod.deletion_grace) == (100.0, 30)


def test_a_pod_of_which_little_is_said() -> None:
    pod = objects.pod({"metadata": {"namespace": "a", "name": "b"}})
    assert (pod.phase, pod.ready, pod.owner, pod.grace_period, pod.node) == (
        "Pending",
        False,
        None,
        30,
        "",
    )


def test_a_node() -> None:
    raw = {
        "metadata": {
            "name": "n1",
            "uid": "u",
            "labels": {"topology.kubernetes.io/zone": "a"},
            "annotations": {
                "kops.k8s.io/needs-update": "",
                "nodeops.rotator/run": "r",
                "other": "x",
            },
        },
        "spec": {
            "providerID": "aws:///a/i-1",
            "unschedulable": True,
            "taints": [{"key": "k", "effect": "NoSchedule", "value": None}],
        },
        "status": {
            "conditions": [
                {"type": "Ready", "status": "Unknown", "lastTransitionTime": "1970-01-01T00:00:09Z"}
            ]
        },
    }
    node = objects.node(raw)
    assert (node.instance_id, node.zone, node.ready, node.ready_since, node.unschedulable) == (
        "i-1",
        "a",
        None,
        9.0,
        True,
    )
    assert node.taints == (Taint("k", "NoSchedule"),)
    assert set(node.annotations) == {"kops.k8s.io/needs-update", "nodeops.rotator/run"}


def test_a_budget() -> None:
    raw = {
        "metadata": {"namespace": "shop", "name": "cart", "uid": "b", "generation": 3},
        "spec": {"maxUnavailable": 0, "selector": {}, "unhealthyPodEvictionPolicy": "AlwaysAllow"},
        "status": {
            "observedGeneration": 2,
            "disruptedPods": {"cart-1": "t"},
            "currentHealthy": 2,
            "desiredHealthy": 2,
        },
    }
    budget = objects.budget(raw)
    assert (budget.wanted, budget.generation, budget.observed_generation) == (
        "maxUnavailable 0",
        3,
        2,
    )
    assert budget.disrupted_pods == frozenset(("cart-1",))
    assert budget.unhealthy_policy == "AlwaysAllow"
    assert budget.selector is not None
    assert objects.budget({"metadata": raw["metadata"]}).selector is None


def test_volumes() -> None:
    source = {"persistentVolumeName": "pv"}
    raw = {
        "metadata": {"name": "a"},
        "spec": {"nodeName": "n1", "source": source},
        "status": {"attached": True},
    }
    assert objects.attachment(raw) == Attachment("a", "n1", "pv")
    assert objects.claim({"metadata": {"namespace": "s", "name": "c", "uid": "u"}}) == Claim(
        "s", "c", "u"
    )


def test_every_kind_has_a_path() -> None:
    assert objects.PATHS.keys() == objects.RECORDS.keys()


def test_a_node_offers_the_extended_resources_of_which_there_is_any() -> None:
    allocatable = {
        "cpu": "4",
        "memory": "1Ki",
        "hugepages-2Mi": "0",
        "nvidia.com/gpu": "4",
        "vpc.amazonaws.com/pod-eni": "0",
        "attachable-volumes-aws-ebs": "25",
        "example.kubernetes.io/x": "1",
    }
    node = objects.node({"metadata": {"name": "n"}, "status": {"allocatable": allocatable}})
    assert node.resources == {"nvidia.com/gpu"}
    assert objects.node({"metadata": {"name": "n"}}).resources == frozenset()


def test_a_csinode() -> None:
    owner = {"apiVersion": "v1", "kind": "Node", "name": "n", "uid": "u-n"}
    meta = {"name": "n", "uid": "u", "ownerReferences": [owner]}
    raw = {"metadata": meta, "spec": {"drivers": [{"name": "ebs.csi.aws.com", "nodeID": "i-1"}]}}
    assert objects.csinode(raw) == CsiNode("n", "u", frozenset(("ebs.csi.aws.com",)), "u-n")
    assert objects.csinode({"metadata": {"name": "n"}, "spec": {"drivers": None}}).owner == ""
