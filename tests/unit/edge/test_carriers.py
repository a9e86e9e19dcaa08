# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""node_carriers_info tells carriers, and those that no rotation reaches."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("ansible_collections.amazon.aws.plugins.module_utils.modules")
pytest.importorskip("ansible_collections.kubernetes.core.plugins.module_utils.args_common")

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.carriers import (
    Carrier,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge import carriers
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.carriers import (
    SPEC,
    tell_carriers,
)
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module
from ansible_collections.nodeops.rotator.tests.unit.operations.kops.conftest import (
    CLUSTER,
    KopsCluster,
)


def of_kops(monkeypatch: pytest.MonkeyPatch, cluster: KopsCluster, **options: Any) -> list[str]:
    """Return the lines for a kops cluster."""
    found = (Carrier("karpenter", "spot", ("n-1",)),)
    monkeypatch.setattr(carriers, "read_carriers", lambda *_given: found)
    monkeypatch.setattr(carriers, "connect", lambda _module: None)
    monkeypatch.setattr(carriers, "RawKops", lambda _module: cluster.raw)
    store = {"kops_cluster": CLUSTER, "kops_state_store": "s3://kops-state"}
    values: Any = tell_carriers(a_module(SPEC, rotated=[], **{**store, **options})).values
    return list(values["others"][1:])


def test_instance_groups_of_karpenter_are_listed_without_a_node(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = KopsCluster.built()
    monkeypatch.delenv("KOPS_STATE_STORE", raising=False)
    assert of_kops(monkeypatch, cluster) == []
    cluster.store("nodes-b", manager="Karpenter")
    words = "instance group nodes-b: its nodes are replaced by Karpenter, which manages it"
    assert of_kops(monkeypatch, cluster) == [words]
    assert of_kops(monkeypatch, cluster, kops_state_store=None) == []
    assert of_kops(monkeypatch, cluster, kops_cluster=None) == []
    spot = cluster.stored("nodes-a")
    spot["metadata"]["name"], spot["spec"]["manager"] = "spot", "Karpenter"
    cluster.write(spot)
    assert of_kops(monkeypatch, cluster) == [words]  # the NodePool of that name is told anyway


def test_what_the_state_store_does_not_say_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = KopsCluster.built()
    (line,) = of_kops(monkeypatch, cluster, kops_state_store="s3://elsewhere")
    assert line.startswith(f"whether Karpenter manages further instance groups of {CLUSTER} is not")

    def missing(_module: Any) -> Any:
        raise InputError("There is no kops executable kops")

    monkeypatch.setattr(carriers, "RawKops", missing)
    store = {"kops_cluster": CLUSTER, "kops_state_store": "s3://kops-state"}
    values: Any = tell_carriers(a_module(SPEC, rotated=[], **store)).values
    assert values["others"][1:] == [
        "which instance groups Karpenter manages is not known: There is no kops executable kops"
    ]


def test_only_what_no_rotation_reaches_is_among_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (Carrier("auto_scaling_group", "blue", ("n-1",)), Carrier("unknown", "", ("n-2",)))
    monkeypatch.setattr(carriers, "read_carriers", lambda *_given: found)
    monkeypatch.setattr(carriers, "connect", lambda _module: None)
    other: Any = tell_carriers(a_module(SPEC, rotated=["green"])).values
    assert other["others"] == [one.text for one in found]
    values: Any = tell_carriers(a_module(SPEC, rotated=["blue"])).values
    assert values["others"] == [found[1].text]
    values = tell_carriers(a_module(SPEC)).values
    assert [one["kind"] for one in values["carriers"]] == ["auto_scaling_group", "unknown"]
    assert values["others"] == [found[1].text]
