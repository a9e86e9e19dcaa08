# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload is one record: pods wanted, pods ready, and whether it rolls out."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import workloads
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Workload
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse


def raw(
    spec: dict[str, Any] | None = None, meta: dict[str, Any] | None = None, **status: Any
) -> dict[str, Any]:
    named = {"namespace": "shop", "name": "web", "uid": "u", "generation": 3, **(meta or {})}
    wanted = {"replicas": 4, "selector": {"matchLabels": {"app": "web"}}, **(spec or {})}
    shown = {"observedGeneration": 3, "replicas": 4, "updatedReplicas": 4, "readyReplicas": 3}
    return {"metadata": named, "spec": wanted, "status": {**shown, **status}}


def progressing(reason: str) -> list[dict[str, str]]:
    return [
        {"type": "Available", "reason": "MinimumReplicasUnavailable"},
        {"type": "Progressing", "reason": reason},
    ]


def test_a_deployment_at_rest() -> None:
    assert workloads.deployment(raw()) == Workload(
        "Deployment", "shop", "web", "u", 4, 3, selector=parse("app in (web)")
    )


@pytest.mark.parametrize(
    "status, rolling",
    [
        ({"conditions": progressing("NewReplicaSetAvailable")}, False),
        ({"conditions": progressing("NewReplicaSetAvailable"), "updatedReplicas": 2}, True),
        (
            {
                "conditions": progressing("NewReplicaSetAvailable"),
                "replicas": 2,
                "updatedReplicas": 2,
            },
            False,
        ),  # pods that cannot be made, by a quota: no rollout
        ({"conditions": progressing("ReplicaSetUpdated")}, True),
        ({"conditions": progressing("ProgressDeadlineExceeded")}, True),
        ({"conditions": progressing("DeploymentPaused")}, False),
        ({"observedGeneration": 2}, True),
        ({}, False),
    ],
)
def test_whether_a_deployment_rolls_out(status: dict[str, Any], rolling: bool) -> None:
    assert workloads.deployment(raw(**status)).rolling is rolling


@pytest.mark.parametrize(
    "spec, status, rolling",
    [
        ({}, {}, False),
        ({}, {"currentRevision": "a", "updateRevision": "a", "updatedReplicas": 0}, False),
        ({}, {"currentRevision": "a", "updateRevision": "b", "updatedReplicas": 2}, True),
        (
            {"updateStrategy": {"type": "OnDelete"}},
            {"currentRevision": "a", "updateRevision": "b", "updatedReplicas": 2},
            False,
        ),
        (
            {"updateStrategy": {"rollingUpdate": {"partition": 2}}},
            {"currentRevision": "a", "updateRevision": "b", "updatedReplicas": 2},
            False,
        ),
        ({}, {"observedGeneration": 1}, True),
    ],
)
def test_whether_a_statefulset_rolls_out(
    spec: dict[str, Any], status: dict[str, Any], rolling: bool
) -> None:
    found = workloads.statefulset(raw(spec, **status))
    assert found.rolling is rolling
    assert found.key == "StatefulSet shop/web"


def test_what_is_not_said_has_the_defaults_of_the_api() -> None:
    bare = {"metadata": {"namespace": "a", "name": "b"}, "spec": {}}
    found = workloads.replicaset(bare)
    assert (found.wanted, found.ready, found.rolling, found.deleting) == (1, 0, False, False)
    assert workloads.replicaset(raw({"replicas": 0})).wanted == 0
    assert workloads.replicaset(raw(meta={"deletionTimestamp": "x"})).deleting


def test_a_replicationcontroller_selects_by_plain_labels() -> None:
    found = workloads.replicationcontroller(raw({"selector": {"app": "web"}}))
    assert found.selector == parse("app in (web)")
    assert workloads.replicationcontroller(raw({"selector": None})).selector is None
