# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what carries the nodes of a cluster."""

from __future__ import annotations

import collections
import datetime
from collections.abc import Iterable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.instances import (
    describe_instances,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.drift import (
    DriftLook,
    drift_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    NODECLAIMS,
    NODEPOOLS,
    NODES,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.carriers import (
    COMPUTE_TYPE,
    FARGATE,
    NODEPOOL,
    Carrier,
    carriers_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall

GROUP_TAG = "aws:autoscaling:groupName"
"""Tag that Auto Scaling gives its instances; nobody else can write it."""


def read_carriers(aws: Aws, call: KubeCall, now: datetime.datetime) -> tuple[Carrier, ...]:
    """Return what carries all nodes of the cluster. Raises core.errors.

    `now`: in UTC, for the windows of disruption budgets.
    """
    cluster = KubeClient(call)
    nodes: list[Node] = cluster.records(NODES)
    pooled = any(NODEPOOL in node.labels for node in nodes)
    claims = _of_karpenter(cluster, NODECLAIMS) if pooled else ()
    pools = _of_karpenter(cluster, NODEPOOLS) if claims else ()
    drifted = frozenset(claim.node for claim in claims or () if claim.drifted)
    # Of pods only these are shown, and a large cluster has many others.
    fargate = any(node.labels.get(COMPUTE_TYPE) == FARGATE for node in nodes)
    pods = tuple(cluster.records(Feed("pods"))) if fargate or drifted else ()
    by_node = collections.defaultdict(list)
    for pod in pods:
        by_node[pod.node].append(pod)
    found = {node: tuple(here) for node, here in by_node.items()}
    look = DriftLook(now, tuple(claims or ()), tuple(nodes), found)
    return carriers_of(
        nodes,
        _groups(aws, nodes),
        drifted,
        frozenset(claim.node for claim in look.claims if look.held(claim)),
        claims is None or pools is None,
        pods,
        {pool.name: drift_of(look, pool).held_by for pool in pools or ()},
    )


def _groups(aws: Aws, nodes: Iterable[Node]) -> dict[str, str]:
    """Return the Auto Scaling groups by the IDs of their instances."""
    ids = [node.instance_id for node in nodes if node.instance_id.startswith("i-")]
    if not ids:
        return {}
    found = {}
    for one in describe_instances(aws, "read the nodes' instances", "instance-id", ids):
        tags = {tag["Key"]: tag.get("Value", "") for tag in one.get("Tags", ())}
        if GROUP_TAG in tags:
            found[one["InstanceId"]] = tags[GROUP_TAG]
    return found


def _of_karpenter(cluster: KubeClient, feed: Feed) -> list[Any] | None:
    """Return all objects of a kind of Karpenter, None if they may not be listed.

    There are none where Karpenter's API is not there (any more).
    """
    try:
        return cluster.records(feed)
    except NotFoundError:
        return []
    except ForbiddenError:
        return None
