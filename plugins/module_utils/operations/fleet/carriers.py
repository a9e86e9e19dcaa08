# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what carries the nodes of a cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.instances import (
    describe_instances,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import (
    checked,
    reaching,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import KARPENTER
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import NODES, Feed
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
NODECLAIMS = "/apis/karpenter.sh/v1/nodeclaims"


def read_carriers(aws: Aws, call: KubeCall) -> tuple[Carrier, ...]:
    """Return what carries all nodes of the cluster. Raises core.errors."""
    nodes: list[Node] = KubeClient(call).records(NODES)
    pooled = any(NODEPOOL in node.labels for node in nodes)
    claims, unread = _nodeclaims(call) if pooled else ({}, False)
    drifted = frozenset(name for name, claim in claims.items() if _is_drifted(claim))
    held = frozenset(name for name, claim in claims.items() if _is_held(claim))
    # Only Fargate's pods are shown, and a large cluster has many others.
    fargate = any(node.labels.get(COMPUTE_TYPE) == FARGATE for node in nodes)
    pods = KubeClient(call).records(Feed("pods")) if fargate else ()
    return carriers_of(nodes, _groups(aws, nodes), drifted, held, unread, pods)


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


def _nodeclaims(call: KubeCall) -> tuple[dict[str, Mapping[str, Any]], bool]:
    """Return the NodeClaims by the names of their nodes.

    Also whether they may not be listed. There are none where Karpenter's API is not there (any
    more).
    """
    doing = "list the NodeClaims of Karpenter"
    try:
        with reaching(doing):
            shown = checked(call.request("GET", NODECLAIMS), doing)
    except NotFoundError:
        return {}, False
    except ForbiddenError:
        return {}, True
    claims = shown.get("items") or ()
    named = {name: one for one in claims if (name := (one.get("status") or {}).get("nodeName"))}
    return named, False


def _is_drifted(claim: Mapping[str, Any]) -> bool:
    conditions = (claim.get("status") or {}).get("conditions") or ()
    return any(one.get("type") == "Drifted" and one.get("status") == "True" for one in conditions)


def _is_held(claim: Mapping[str, Any]) -> bool:
    return (claim["metadata"].get("annotations") or {}).get(KARPENTER) == "true"
