# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how a drain ended, as the module reports it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.request import Order
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    OverdueError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import PodStatus
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.run import (
    OrderedNode,
    RunResult,
)


def conclude(order: Order, result: RunResult, check: bool) -> list[dict[str, Any]]:
    """Return what node_drain returns as `nodes`; for a check, what would happen."""
    return [_node(order, node, check) for node in result.nodes]


def _node(order: Order, node: OrderedNode, check: bool) -> dict[str, Any]:
    wanted = order.state != "uncordoned"
    status = node.status
    # A drain that would be refused leaves its node as it is.
    stays = status is not None and status.phase in ("failed", "skipped")
    stays = stays and not order.leave_cordoned
    after = node.cordoned if not check or node.before is None or stays else wanted
    moved = [pod for pod in status.pods if _asked(pod, check)] if status else []
    state = (
        "absent"
        if node.before is None
        else status.phase
        if status
        else "cordoned"
        if after
        else "uncordoned"
    )
    return {
        "name": node.name,
        "state": "failed" if node.error is not None else state,
        "changed": node.before is not None and (bool(moved) or after != node.before),
        "cordoned_before": bool(node.before),
        "cordoned": after,
        "seconds": round(status.seconds, 3) if status else 0.0,
        "reasons": [str(node.error)] if node.error else list(status.reasons) if status else [],
        "blocked_by": list(status.blocked_by) if status else [],
        "pods": [dataclasses.asdict(pod) for pod in status.pods] if status else [],
    }


def _asked(pod: PodStatus, check: bool) -> bool:
    """Return whether the pod was asked to go, or in a check would be."""
    return pod.state in ("evicted", "deleted") if check else pod.asked is not None


def diff(nodes: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the cordon before and after, as Ansible shows a difference."""
    there = [node for node in nodes if node["state"] != "absent"]
    return {"before": _cordons(there, "cordoned_before"), "after": _cordons(there, "cordoned")}


def _cordons(nodes: Iterable[Mapping[str, Any]], field: str) -> str:
    word = {True: "unschedulable", False: "schedulable"}
    return "".join(f"{node['name']}: {word[node[field]]}\n" for node in nodes)


def failure(result: RunResult) -> RotatorError | None:
    """Return the error that a run ends with, None if it ended well.

    A node that was skipped is not a failure.
    """
    if result.error is not None:
        return result.error
    bad = [node for node in result.nodes if not node.good]
    if result.stopped:
        open_nodes = [t.name for t in result.nodes if t.status is None or not t.status.final]
        return FailedError(
            f"Stopped by {result.stopped} before {', '.join(open_nodes) or 'the end'} was drained",
            "Run it again",
        )
    if not bad:
        return None
    lines = [line for node in bad for line in _lines(node)]
    kind = (
        OverdueError
        if any(t.status is not None and isinstance(t.status.error, OverdueError) for t in bad)
        else FailedError
    )
    return kind(f"Not drained: {', '.join(node.name for node in bad)}. " + "; ".join(lines))


def _lines(node: OrderedNode) -> list[str]:
    if node.error is not None or node.status is None:
        return [str(node.error)]
    error = node.status.error
    return [
        *([str(error)] if error is not None and str(error) not in node.status.reasons else []),
        *node.status.reasons,
    ]
