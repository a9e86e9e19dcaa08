# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Use the World on the wire with kubectl and with the dynamic client.

The dynamic client is that of kubernetes.core.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from typing import Any

import pytest
from ansible_collections.kubernetes.core.plugins.module_utils.k8s.client import get_api_client

from ansible_collections.nodeops.rotator.tests.contract.kube.conftest import (
    KUBECTL,
    NO_KUBECTL,
    Kubectl,
)
from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Served
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault

pytestmark = pytest.mark.skipif(KUBECTL is None, reason=NO_KUBECTL)


def on_node(world: Served, node: str) -> set[str]:
    with world.lock:
        return {pod["metadata"]["name"].split("-")[0] for pod in world.cluster.pods_on(node)}


def test_kubectl_get_shows_the_columns_of_the_server(kubectl: Kubectl) -> None:
    lines = kubectl("get", "nodes").stdout.splitlines()
    assert lines[0].split() == ["NAME", "STATUS", "ROLES", "AGE", "VERSION"]
    assert lines[1].split()[:3] == ["n1", "Ready", "<none>"]
    assert lines[1].split()[4] == "v1.33.5-eks-113cf36"
    pods = kubectl("get", "pods", "-n", "shop").stdout
    assert pods.splitlines()[0].split() == ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert pods.count("1/1") == 6
    assert kubectl("get", "pdb", "-n", "shop").stdout.splitlines()[1].split()[:4] == [
        "web",
        "N/A",
        "2",
        "2",
    ]
    for kind in ("deploy", "rs", "sts", "ds", "leases", "ns", "pv", "pvc", "volumeattachments"):
        assert kubectl("get", kind, "-A").returncode == 0
    assert json.loads(kubectl("get", "node", "n1", "-o", "json").stdout)["kind"] == "Node"


def test_kubectl_shows_more_on_demand(kubectl: Kubectl) -> None:
    """Source: kubernetes pkg/printers/internalversion/printers.go."""
    nodes = kubectl("get", "nodes", "-o", "wide").stdout.splitlines()
    wide = ["INTERNAL-IP", "EXTERNAL-IP", "OS-IMAGE", "KERNEL-VERSION", "CONTAINER-RUNTIME"]
    assert nodes[0].split()[5:] == wide
    assert nodes[1].split()[5:7] == ["10.0.0.2", "<none>"]
    pods = kubectl("get", "pods", "-n", "shop", "-o", "wide").stdout.splitlines()
    assert pods[0].split()[5:8] == ["IP", "NODE", "NOMINATED"]
    assert all(line.split()[6] in ("n1", "n2") for line in pods[1:])


def test_kubectl_describes_objects(kubectl: Kubectl) -> None:
    described = kubectl("describe", "node", "n1")
    assert described.returncode == 0
    assert "KubeletReady" in described.stdout
    assert "HolderIdentity:  n1" in described.stdout
    assert (
        "Controlled By:  StatefulSet/db" in kubectl("describe", "pod", "db-0", "-n", "shop").stdout
    )
    assert "Allowed disruptions:  2" in kubectl("describe", "pdb", "web", "-n", "shop").stdout


def test_kubectl_cordons_and_uncordons(kubectl: Kubectl) -> None:
    assert kubectl("cordon", "n1").stdout == "node/n1 cordoned\n"
    assert "Ready,SchedulingDisabled" in kubectl("get", "node", "n1").stdout
    assert kubectl("cordon", "n1").stdout == "node/n1 already cordoned\n"
    assert kubectl("uncordon", "n1").stdout == "node/n1 uncordoned\n"
    assert kubectl("cordon", "n1", "--dry-run=server").returncode == 0
    assert "SchedulingDisabled" not in kubectl("get", "node", "n1").stdout


def test_kubectl_drains(kubectl: Kubectl, world: Served) -> None:
    assert {"web", "db", "agent", "proxy"} >= on_node(world, "n1") > {"agent", "proxy"}
    done = kubectl("drain", "n1", "--ignore-daemonsets", "--timeout=20s")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("node/n1 drained\n"), done.stderr
    assert on_node(world, "n1") == {"agent", "proxy"}
    assert world.cluster.gate.calls["kubernetes:create pods/eviction"] >= 3


def test_kubectl_drain_is_refused_by_a_budget(kubectl: Kubectl, world: Served) -> None:
    patch = '{"spec":{"maxUnavailable":0}}'
    assert kubectl("patch", "pdb", "web", "-n", "shop", "--type=merge", "-p", patch).returncode == 0
    time.sleep(0.2)
    refused = kubectl("drain", "n1", "--ignore-daemonsets", "--timeout=2s")
    assert refused.returncode == 1
    assert "Cannot evict pod as it would violate the pod's disruption budget" in refused.stderr
    assert "web" in on_node(world, "n1")


def test_kubectl_writes_objects(kubectl: Kubectl) -> None:
    manifest = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace:"
        " shop}\ndata: {a: '%s'}\n"
    )
    outcomes = [
        kubectl("apply", "--validate=false", "-f", "-", text=manifest % value).stdout
        for value in "112"
    ]
    assert [outcome.split()[-1] for outcome in outcomes] == ["created", "unchanged", "configured"]
    assert kubectl("taint", "node", "n1", "a=b:NoSchedule").returncode == 0
    assert kubectl("label", "node", "n1", "color=blue").returncode == 0
    assert kubectl("get", "nodes", "-l", "color=blue", "-o", "name").stdout == "node/n1\n"
    assert kubectl("scale", "deploy/web", "-n", "shop", "--replicas=1").returncode == 0
    assert kubectl("delete", "pod", "db-0", "-n", "shop").returncode == 0
    assert (
        kubectl(
            "wait", "--for=condition=Ready", "pod/db-0", "-n", "shop", "--timeout=10s"
        ).returncode
        == 0
    )
    assert kubectl("delete", "node", "n2").returncode == 0
    assert kubectl("wait", "--for=delete", "node/n2", "--timeout=5s").returncode == 0


def test_kubectl_watches_columns(kubectl: Kubectl, world: Served) -> None:
    threading.Timer(0.5, lambda: kubectl("cordon", "n1")).start()
    lines = kubectl("get", "nodes", "--watch", "--request-timeout=2s").stdout.splitlines()
    assert len(lines) > 3
    assert any("Ready,SchedulingDisabled" in line for line in lines[3:])


def test_the_dynamic_client_reads_and_writes(world: Served) -> None:
    client = get_api_client(None, kubeconfig=dict(world.kubeconfig))
    nodes = client.resource("Node", "v1")
    assert sorted(node.metadata.name for node in nodes.get().items) == ["n1", "n2"]
    nodes.patch(
        name="n1",
        body={"metadata": {"labels": {"x": "y"}}},
        content_type="application/merge-patch+json",
    )
    assert nodes.get(name="n1").metadata.labels.x == "y"
    leases = client.resource("Lease", "coordination.k8s.io/v1")
    body = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "lock"},
        "spec": {"holderIdentity": "me"},
    }
    assert leases.create(body=body, namespace="default").spec.holderIdentity == "me"


def stream(world: Served, path: str) -> Any:
    return urllib.request.urlopen(f"{world.server.url}{path}", timeout=10)


def test_a_watch_event_arrives_when_it_happens(world: Served) -> None:
    version = world.cluster.store.version
    with stream(
        world, f"/api/v1/nodes?watch=1&resourceVersion={version}&timeoutSeconds=10"
    ) as lines:
        patched: list[float] = []

        def patch() -> None:
            with world.lock:
                node = world.cluster.object("nodes", "n1")
                world.cluster.change("nodes", node or {}, {"metadata": {"labels": {"now": "yes"}}})
                patched.append(time.monotonic())

        threading.Timer(0.3, patch).start()
        line = lines.readline()
        assert json.loads(line)["type"] == "MODIFIED"
        assert time.monotonic() - patched[0] < 0.2


def test_answers_are_delayed_and_connections_are_lost(world: Served) -> None:
    world.server.latency = 0.2
    began = time.monotonic()
    stream(world, "/version").close()
    assert time.monotonic() - began >= 0.2
    world.server.latency = 0.0
    world.cluster.gate.faults.append(Fault("kubernetes:list nodes", "0"))
    with pytest.raises(OSError):
        stream(world, "/api/v1/nodes")
    stream(world, "/api/v1/nodes").close()
