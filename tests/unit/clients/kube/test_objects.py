# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw Kubernetes objects become slim records."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import objects
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Attachment,
    Claim,
    CsiNode,
    Service,
    Taint,
    Volume,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse


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


def test_a_service_with_the_ports_that_nodes_answer_on() -> None:
    raw = {
        "metadata": {"namespace": "shop", "name": "web", "uid": "s"},
        "spec": {
            "ports": [{"port": 80, "nodePort": 30080}, {"port": 443}],
            "healthCheckNodePort": 32000,
            "externalTrafficPolicy": "Local",
            "selector": {"app": "web"},
        },
    }
    assert objects.service(raw) == Service(
        "shop", "web", "s", frozenset((30080, 32000)), True, parse("app=web")
    )
    bare = {"metadata": {"namespace": "shop", "name": "web"}, "spec": {"selector": {}}}
    assert objects.service(bare) == Service("shop", "web", "")


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


def test_a_volume_says_which_claim_it_serves_and_where_it_can_be() -> None:
    rule = {"key": "kubernetes.io/hostname", "operator": "In", "values": ["n1"]}
    raw = {
        "metadata": {"name": "pv", "uid": "u"},
        "spec": {
            "claimRef": {"namespace": "shop", "name": "data"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": [rule]}]}},
        },
    }
    assert objects.volume(raw) == Volume(
        "pv", "u", "shop/data", (parse("kubernetes.io/hostname in (n1)"),)
    )
    assert objects.volume({"metadata": {"name": "pv"}}) == Volume("pv", "")


def test_a_node_says_which_conditions_are_true() -> None:
    states = (
        ("Ready", "True"),
        ("AgentReady", "True"),
        ("DiskPressure", "False"),
        ("X", "Unknown"),
    )
    conditions = [{"type": kind, "status": status} for kind, status in states]
    raw = {"metadata": {"name": "n"}, "status": {"conditions": conditions}}
    assert objects.node(raw).conditions == {"Ready", "AgentReady"}


def test_a_budget_says_whose_it_is() -> None:
    owner = {"kind": "Cluster", "name": "db", "uid": "o", "controller": True}
    meta = {
        "namespace": "shop",
        "name": "db-primary",
        "labels": {"cnpg.io/cluster": "db"},
        "annotations": {"nodeops.rotator/operator-held": "us", "other": "x"},
        "ownerReferences": [{**owner, "apiVersion": "postgresql.cnpg.io/v1"}],
    }
    found = objects.budget({"metadata": meta})
    assert found.owner is not None
    assert (found.owner.group, found.owner.kind) == ("postgresql.cnpg.io", "Cluster")
    assert found.labels == {"cnpg.io/cluster": "db"}
    assert found.annotations == {"nodeops.rotator/operator-held": "us"}


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
