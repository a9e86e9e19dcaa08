# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NodePools and NodeClaims are read as Karpenter writes them."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.karpenter import (
    nodeclaim,
    nodepool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.nodepool import (
    NodeClaim,
    NodePool,
    PoolBudget,
)


def test_a_nodepool_has_its_budgets() -> None:
    budgets = [
        {"nodes": "20%"},
        {"nodes": "0", "reasons": ["Drifted"], "schedule": "0 9 * * *", "duration": "8h"},
    ]
    meta = {"name": "spot", "uid": "u-1"}
    assert nodepool({"metadata": meta, "spec": {"disruption": {"budgets": budgets}}}) == NodePool(
        "spot", "u-1", (PoolBudget("20%"), PoolBudget("0", ("Drifted",), "0 9 * * *", "8h"))
    )


@pytest.mark.parametrize("spec", [{}, {"disruption": {}}, {"disruption": {"budgets": []}}])
def test_a_nodepool_without_budgets_has_none_of_its_own(spec: dict[str, Any]) -> None:
    assert nodepool({"metadata": {"name": "spot"}, "spec": spec}) == NodePool("spot")


def test_a_nodeclaim_is_read() -> None:
    meta = {
        "name": "spot-1",
        "uid": "u-1",
        "labels": {"karpenter.sh/nodepool": "spot"},
        "annotations": {"karpenter.sh/do-not-disrupt": "true"},
        "deletionTimestamp": "2026-01-01T00:00:00Z",
    }
    conditions = [{"type": "Drifted", "status": "True"}, {"type": "Initialized", "status": "True"}]
    status = {"nodeName": "n-1", "imageID": "ami-1", "conditions": conditions}
    spec = {"terminationGracePeriod": "24h"}
    assert nodeclaim({"metadata": meta, "spec": spec, "status": status}) == NodeClaim(
        "spot-1", "u-1", "spot", "n-1", "ami-1", True, True, True, True, True
    )


@pytest.mark.parametrize("status", ["False", "Unknown", None])
def test_what_a_condition_does_not_say_is_not_so(status: str | None) -> None:
    conditions = [{"type": one, "status": status} for one in ("Drifted", "Initialized")]
    claim = nodeclaim({"metadata": {"name": "a"}, "status": {"conditions": conditions}})
    assert claim == nodeclaim({"metadata": {"name": "a"}}) == NodeClaim("a")
