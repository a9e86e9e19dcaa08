# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people see of a list."""

from __future__ import annotations

import datetime
import json

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube import ages, build, tables
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand

NOW = datetime.datetime(2026, 6, 1, 12, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (150, "2m30s"),
        (3600, "60m"),
        (4 * 3600 + 120, "4h2m"),
        (47 * 3600, "47h"),
        (50 * 3600, "2d2h"),
        (9 * 86400, "9d"),
        (800 * 86400, "2y70d"),
    ],
)
def test_age(seconds: int, text: str) -> None:
    made = (NOW - datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ages.age({"metadata": {"creationTimestamp": made}}, ages.since(NOW)) == text


def test_who_asks_for_a_table() -> None:
    assert tables.is_wanted("application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
    assert not tables.is_wanted("application/json")
    assert not tables.is_wanted("")


def rows(hand: Hand, path: str) -> list[list[object]]:
    table = tables.as_table(hand.ask("GET", path)[1], hand.kernel.utc())
    assert table["kind"] == "Table"
    assert all(row["object"]["kind"] == "PartialObjectMetadata" for row in table["rows"])
    assert all(len(row["cells"]) == len(table["columnDefinitions"]) for row in table["rows"])
    return [row["cells"] for row in table["rows"]]


def test_nodes_and_pods_in_their_states(hand: Hand) -> None:
    build.node(hand.cluster, "n2")
    hand.cordon("n1")
    states = [row[1] for row in rows(hand, "/api/v1/nodes")]
    assert states == ["Ready,SchedulingDisabled", "NotReady"]
    build.bare_pod(
        hand.cluster, "shop", "p", node="n1", annotations={"world.nodeops/stop-seconds": "grace"}
    )
    assert rows(hand, "/api/v1/namespaces/shop/pods")[0][:3] == ["p", "0/1", "ContainerCreating"]
    hand.wait(10)
    assert rows(hand, "/api/v1/namespaces/shop/pods")[0][:3] == ["p", "1/1", "Running"]
    hand.evict("p")
    assert rows(hand, "/api/v1/namespaces/shop/pods")[0][2] == "Terminating"


def test_every_kind_has_a_row(hand: Hand) -> None:
    build.deployment(hand.cluster, "shop", "web", 1)
    build.statefulset(hand.cluster, "shop", "db", 1, storage="1Gi")
    build.daemonset(hand.cluster, "shop", "agent", pod={"nodeSelector": {"a": "b"}})
    build.job(hand.cluster, "shop", "sum")
    build.pdb(hand.cluster, "shop", "web", max_unavailable="50%")
    hand.cluster.settle()
    apps, image = "/apis/apps/v1", "registry.example/{}:1.0".format
    assert rows(hand, "/apis/policy/v1/poddisruptionbudgets") == [["web", "N/A", "50%", 1, "0s"]]
    wide = ["web", image("web"), "app=web"]
    assert rows(hand, f"{apps}/deployments") == [["web", "1/1", "1", "1", "0s", *wide]]
    assert rows(hand, f"{apps}/statefulsets") == [["db", "1/1", "0s", "db", image("db")]]
    (agent,) = rows(hand, f"{apps}/daemonsets")
    assert agent == ["agent", 0, 0, 0, 0, 0, "a=b", "0s", "agent", image("agent"), "app=agent"]
    assert rows(hand, f"{apps}/replicasets")[0][1:5] == [1, 1, 1, "0s"]
    assert rows(hand, "/apis/batch/v1/jobs")[0][:5] == ["sum", "Complete", "1/1", "0s", "0s"]
    assert rows(hand, "/apis/storage.k8s.io/v1/volumeattachments")[0][-2:] == [True, "0s"]
    (volume,) = rows(hand, "/api/v1/persistentvolumes")
    assert volume[1:7] == ["1Gi", "RWO", "Delete", "Bound", "shop/data-db-0", "gp3"]
    (claim,) = rows(hand, "/api/v1/persistentvolumeclaims")
    assert [*claim[:2], *claim[3:6]] == ["data-db-0", "Bound", "1Gi", "RWO", "gp3"]
    assert len(rows(hand, "/apis/coordination.k8s.io/v1/leases")) == 1


def test_a_service_an_event_and_a_config_map(hand: Hand) -> None:
    base = "/api/v1/namespaces/shop"
    build.namespace(hand.cluster, "shop")
    ports = [{"port": 80, "protocol": "TCP", "nodePort": 30080}]
    spec = {"type": "LoadBalancer", "clusterIPs": ["10.0.0.1"], "ports": ports}
    about = {"metadata": {"name": "web"}, "spec": {**spec, "selector": {"app": "web"}}}
    assert hand.ask("POST", f"{base}/services", about)[0] == 201
    shown = ["web", "LoadBalancer", "10.0.0.1", "<pending>", "80:30080/TCP", "0s", "app=web"]
    assert rows(hand, f"{base}/services") == [shown]
    event = {
        "metadata": {"name": "e"},
        "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "p"},
        "reason": "Killing",
        "message": "Stopping container\n",
        "source": {"component": "kubelet", "host": "n1"},
        "firstTimestamp": hand.cluster.control.now,
    }
    assert hand.ask("POST", f"{base}/events", event)[0] == 201
    (told,) = rows(hand, f"{base}/events")
    assert told[:4] == ["0s", "", "Killing", "pod/p"]
    assert told[5:] == ["kubelet, n1", "Stopping container", "0s", "1", "e"]
    hand.ask("POST", f"{base}/configmaps", {"metadata": {"name": "c"}, "data": {"a": "1"}})
    assert rows(hand, f"{base}/configmaps") == [["c", "1", "0s"]]


def test_what_is_no_list_stays_as_it_is(hand: Hand) -> None:
    found = hand.ask("GET", "/api/v1")[1]
    assert tables.as_table(found, NOW) is found
    line = b'{"type":"BOOKMARK","object":{"kind":"Node","metadata":{}}}'
    assert tables.event_as_table(line, NOW) is line
    changed = hand.cluster.watch("/api/v1/nodes").lines()[0]
    assert (
        json.loads(tables.event_as_table(changed, hand.kernel.utc()))["object"]["rows"][0]["cells"][
            0
        ]
        == "n1"
    )
