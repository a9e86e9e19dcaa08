# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specifications are read from a state store without kops."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.edge import kops_reading
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops_images import SPEC
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops_reading import read_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.results import Result
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import StoredObject
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    CLUSTER,
    GROUP,
    KopsCluster,
)

AS_KOPS_WRITES_IT = """
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata:
  creationTimestamp: 2026-11-25T23:06:40Z
  labels:
    kops.k8s.io/cluster: blue.example.com
  name: nodes-a
spec:
  image: 099720109477/ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20251001
  machineType: t3.medium
  role: Node
  rollingUpdate:
    drainAndTerminate: false
    maxSurge: 25%
"""


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> KopsCluster:
    """A kops cluster whose state store the module reaches, without kops."""
    made = KopsCluster.built()
    monkeypatch.setattr(kops_reading, "RawAws", lambda _module: made.call)
    return made


def read(store: str = f"s3://{kops.BUCKET}", **params: Any) -> Result:
    given = {"kops_cluster": CLUSTER, "kops_state_store": store, "instance_groups": [GROUP]}
    return read_groups(a_module(SPEC, **{**given, "state": "read", **params}))


def put(cluster: KopsCluster, name: str, text: str) -> None:
    cluster.world.account.buckets[kops.BUCKET][f"{CLUSTER}/{name}"] = StoredObject(text.encode())


def test_the_specification_is_read_as_kops_has_written_it(cluster: KopsCluster) -> None:
    put(cluster, f"instancegroup/{GROUP}", AS_KOPS_WRITES_IT)
    result = read()
    rolling = {"max_surge": "25%", "max_unavailable": "", "replaces": False}
    image = "099720109477/ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20251001"
    row = {"name": GROUP, "status": "unchanged", "rolling_update": rolling}
    said = {**row, "skips_image": False, "image": image}
    assert result == Result({"status": "unchanged", "instance_groups": [said]})
    assert cluster.raw.runs == []


def test_what_the_group_leaves_open_its_cluster_says(cluster: KopsCluster) -> None:
    put(cluster, f"instancegroup/{GROUP}", AS_KOPS_WRITES_IT.replace("maxSurge: 25%", ""))
    spec = {"rollingUpdate": {"maxUnavailable": 2, "drainAndTerminate": True}}
    put(
        cluster,
        "config",
        f"kind: Cluster\nmetadata: {{name: {CLUSTER}}}\nspec: {spec}".replace("True", "true"),
    )
    (row,) = read().values["instance_groups"]
    assert row["rolling_update"] == {"max_surge": "", "max_unavailable": "2", "replaces": False}


def test_the_label_that_keeps_the_image_is_told(cluster: KopsCluster) -> None:
    whole = cluster.stored()
    whole["metadata"]["labels"]["nodeops.rotator/skip-image"] = ""
    cluster.write(whole)
    (row,) = read().values["instance_groups"]
    assert row["skips_image"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (": no\n - yaml", "the state store has no YAML there"),
        ("kind: Cluster", "kops printed no instance group"),
        (AS_KOPS_WRITES_IT.replace("name: nodes-a", "name: nodes-b"), "another one in its place"),
        (AS_KOPS_WRITES_IT.replace("25%", "many"), "spec.rollingUpdate.maxSurge"),
    ],
)
def test_what_is_not_a_specification_is_an_error(
    cluster: KopsCluster, text: str, words: str
) -> None:
    put(cluster, f"instancegroup/{GROUP}", text)
    result = read()
    assert words in str(result.error)
    assert result.values == {"status": "refused", "instance_groups": []}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (
            {"instance_groups": [GROUP, "none"]},
            f"There is no s3://{kops.BUCKET}/{CLUSTER}/instance",
        ),
        ({"store": "s3://elsewhere"}, "There is no s3://elsewhere/"),
        ({"store": ""}, "kops_state_store"),
        ({"kops_cluster": ""}, "kops_cluster"),
    ],
)
def test_a_store_that_cannot_be_read_is_an_error(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch, params: dict[str, Any], words: str
) -> None:
    monkeypatch.delenv("KOPS_STATE_STORE", raising=False)
    result = read(**params)
    assert words in str(result.error)
    assert [row["name"] for row in result.values["instance_groups"]] in ([], [GROUP])


def test_without_a_library_for_yaml_that_is_said(
    cluster: KopsCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kops_reading, "HAS_YAML", False)
    assert "PyYAML" in str(read().error)
