# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes and their attachments."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kube import build
from ansible_collections.nodeops.rotator.tests.simulation.kube.build_volumes import local_volume
from ansible_collections.nodeops.rotator.tests.unit.simulation.kube.conftest import Hand


@pytest.fixture
def db(hand: Hand) -> Hand:
    """Two nodes in one zone and a database with a volume on one of them."""
    hand.nodes("n2")
    build.statefulset(hand.cluster, "shop", "db", 1, storage="10Gi")
    hand.cluster.settle()
    return hand


def attachments(hand: Hand) -> list[tuple[str, bool]]:
    found: list[dict[str, Any]] = list(hand.cluster.objects("volumeattachments"))
    return [(a["spec"]["nodeName"], a["status"]["attached"]) for a in found]


def test_a_claim_is_bound_in_the_zone_of_its_first_node(db: Hand) -> None:
    claim = db.cluster.object("persistentvolumeclaims", "data-db-0", "shop")
    assert claim is not None
    assert claim["status"]["phase"] == "Bound"
    volume = db.cluster.object("persistentvolumes", claim["spec"]["volumeName"])
    assert volume is not None
    (rule,) = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"][0]["matchExpressions"]
    assert rule["values"] == ["eu-west-1a"]
    assert attachments(db) == [(db.pod("db-0")["spec"]["nodeName"], True)]


def test_a_volume_moves_only_after_it_is_detached(db: Hand) -> None:
    home = db.pod("db-0")["spec"]["nodeName"]
    other = {"n1": "n2", "n2": "n1"}[home]
    db.cordon(home)
    db.evict("db-0")
    db.wait(3)
    assert db.pod("db-0")["spec"]["nodeName"] == other
    assert (db.pod("db-0")["status"]["phase"], attachments(db)) == ("Pending", [(home, True)])
    db.wait(4)
    assert attachments(db) == [(other, False)]
    db.wait(2)
    assert attachments(db) == [(other, True)]
    db.wait(6)
    assert db.cluster.truly_ready(db.pod("db-0"))


def test_without_a_kubelet_the_volume_stays_for_six_minutes(db: Hand) -> None:
    home = db.pod("db-0")["spec"]["nodeName"]
    db.cluster.node_silent(home)
    db.wait(60)
    db.ask("DELETE", "/api/v1/namespaces/shop/pods/db-0", {"gracePeriodSeconds": 0})
    db.wait(350)
    assert attachments(db) == [(home, True)]
    assert db.pod("db-0")["status"]["phase"] == "Pending"
    db.wait(30)
    assert attachments(db) == [({"n1": "n2", "n2": "n1"}[home], True)]


def test_a_new_kubelet_of_the_same_name_has_mounted_nothing(db: Hand) -> None:
    home = db.pod("db-0")["spec"]["nodeName"]
    db.cluster.node_silent(home)
    db.wait(60)
    db.ask("DELETE", "/api/v1/namespaces/shop/pods/db-0", {"gracePeriodSeconds": 0})
    db.ask("DELETE", f"/api/v1/nodes/{home}")
    db.wait(10)
    assert attachments(db) == [(home, True)]
    db.nodes(home)
    db.wait(60)
    assert (home, True) not in attachments(db)
    assert len(attachments(db)) == 1


def test_a_pod_whose_claim_is_missing_waits_for_it(hand: Hand) -> None:
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "late"}}]
    build.bare_pod(hand.cluster, "shop", "p", pod={"volumes": volumes})
    hand.wait(5)
    assert "nodeName" not in hand.pod("p")["spec"]
    hand.ask(
        "POST",
        "/api/v1/namespaces/shop/persistentvolumeclaims",
        {"metadata": {"name": "late"}, "spec": {}},
    )
    hand.wait(20)
    assert hand.cluster.truly_ready(hand.pod("p"))


@pytest.fixture
def local(hand: Hand) -> Hand:
    """Three nodes, a disk on the second, and a database that has it."""
    hand.nodes("n2", "n3")
    local_volume(hand.cluster, "disk", "n2")
    build.statefulset(hand.cluster, "shop", "db", 1, storage="10Gi", storage_class="local-storage")
    hand.cluster.settle()
    return hand


def obstacles(hand: Hand, name: str) -> str:
    (found,) = (c for c in hand.pod(name)["status"]["conditions"] if c["type"] == "PodScheduled")
    return str(found.get("message", ""))


def test_a_pod_runs_where_its_local_volume_is(local: Hand) -> None:
    assert local.pod("db-0")["spec"]["nodeName"] == "n2"
    assert local.cluster.truly_ready(local.pod("db-0"))
    assert attachments(local) == []
    volume = local.cluster.object("persistentvolumes", "disk")
    assert volume is not None
    assert volume["status"]["phase"] == "Bound"
    assert volume["spec"]["claimRef"]["name"] == "data-db-0"


def test_a_drained_pod_with_a_local_volume_waits_for_its_node(local: Hand) -> None:
    """Source: scheduler plugins/volumebinding/binder.go."""
    local.cordon("n2")
    local.evict("db-0")
    local.wait(60)
    assert "nodeName" not in local.pod("db-0")["spec"]
    assert "2 node(s) didn't match PersistentVolume's node affinity" in obstacles(local, "db-0")
    assert "1 node(s) were unschedulable" in obstacles(local, "db-0")
    local.ask("PATCH", "/api/v1/nodes/n2", {"spec": {"unschedulable": None}})
    local.wait(30)
    assert local.cluster.truly_ready(local.pod("db-0"))


def test_a_pod_waits_for_a_disk_that_no_node_has(hand: Hand) -> None:
    build.statefulset(hand.cluster, "shop", "db", 1, storage="10Gi", storage_class="local-storage")
    hand.wait(10)
    why = "1 node(s) didn't find available persistent volumes to bind"
    assert why in obstacles(hand, "db-0")
    local_volume(hand.cluster, "disk", "n1")
    hand.wait(30)
    assert hand.cluster.truly_ready(hand.pod("db-0"))
