# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse NodePools and NodeClaims of Karpenter, and of EKS Auto Mode.

Source: Karpenter's API karpenter.sh/v1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.parts import (
    Raw,
    is_true,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import KARPENTER
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.nodepool import (
    DRIFTED,
    NodeClaim,
    NodePool,
    PoolBudget,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.carriers import (
    NODEPOOL,
)


def nodepool(raw: Raw) -> NodePool:
    """Read a NodePool."""
    meta = raw["metadata"]
    disruption = (raw.get("spec") or {}).get("disruption") or {}
    budgets = tuple(_budget(one) for one in disruption.get("budgets") or ())
    return NodePool(meta["name"], meta.get("uid", ""), budgets)


def _budget(raw: Raw) -> PoolBudget:
    return PoolBudget(
        str(raw.get("nodes") or "10%"),
        tuple(raw.get("reasons") or ()),
        raw.get("schedule") or "",
        raw.get("duration") or "",
    )


def nodeclaim(raw: Raw) -> NodeClaim:
    """Read a NodeClaim."""
    meta, status = raw["metadata"], raw.get("status") or {}
    return NodeClaim(
        name=meta["name"],
        uid=meta.get("uid", ""),
        pool=(meta.get("labels") or {}).get(NODEPOOL, ""),
        node=status.get("nodeName") or "",
        image_id=status.get("imageID") or "",
        drifted=is_true(status, DRIFTED),
        ready=is_true(status, "Initialized"),
        deleting=bool(meta.get("deletionTimestamp")),
        held=(meta.get("annotations") or {}).get(KARPENTER) == "true",
        forced=bool((raw.get("spec") or {}).get("terminationGracePeriod")),
    )


KARPENTER_RECORDS: Mapping[str, Callable[[Raw], Any]] = {
    "nodepools": nodepool,
    "nodeclaims": nodeclaim,
}
KARPENTER_PATHS: Mapping[str, str] = {
    kind: f"/apis/karpenter.sh/v1/{kind}" for kind in KARPENTER_RECORDS
}
"""As in clients.kube.objects."""
