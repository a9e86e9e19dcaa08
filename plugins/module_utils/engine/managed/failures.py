# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say why an update failed, and what EKS has left."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import rule
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    NodegroupUpdate,
    Trouble,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.preflight import leaving
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.troubles import (
    EVICTION,
    UPDATE_ERRORS,
    explain,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import BUDGETS
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import EXCLUDE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)

PODS_SHOWN = 5
"""How many pods a line names."""


def failure_of(ctx: ManagedContext, update: NodegroupUpdate) -> FailedError:
    """Return the error of an update that has failed or was cancelled."""
    reasons = [
        ". ".join(part for part in (explain(one, UPDATE_ERRORS), _cause(ctx, one)) if part)
        for one in update.errors
    ]
    why = "; ".join(reasons) or "EKS gives no reason"
    text = f"{update.kind} {update.id} of node group {ctx.policy.nodegroup} is {update.status}"
    # An instance that has not joined runs nothing yet, whatever its image.
    count = sum(one.node is not None and not one.outdated for one in ctx.members)
    every = len(ctx.members)
    return FailedError(
        f"{text}: {why}. {count} of {counted(every, 'node')} run the target, and EKS cannot go"
        " back",
        "Remove the cause and run again: the same update goes on where this one ended"
        + _older(ctx),
    )


def _older(ctx: ManagedContext) -> str:
    """Return how to go back to the former version of a launch template."""
    template = ctx.nodegroup.template
    former = template[2] if template is not None else ""
    if ctx.policy.target.release_version or former in ("", ctx.policy.target.template_version):
        return ""
    return f". Or set launch_template_version to {former}, which the node group had before"


def _cause(ctx: ManagedContext, trouble: Trouble) -> str:
    """Return what the cluster or the group shows of the cause, "" for nothing."""
    if trouble.code == EVICTION:
        return _stuck_pods(ctx, trouble.resources)
    if trouble.code == "NodeCreationFailure" and ctx.nodegroup.group.activity:
        return f"The last scaling activity failed: {ctx.nodegroup.group.activity}"
    return ""


def _stuck_pods(ctx: ManagedContext, nodes: tuple[str, ...]) -> str:
    """Return the pods that are still on these nodes, and the budgets that hold them."""
    budgets = tuple(ctx.view.cache.items(BUDGETS).values())
    found = []
    for node in nodes:
        for pod in leaving(ctx.pods, node):
            ruling = rule(pod, budgets, {})
            why = f" ({ruling.reason})" if ruling.reason else ""
            found.append(f"{pod.id}{why}")
    if not found:
        return ""
    more = f" and {len(found) - PODS_SHOWN} more" if len(found) > PODS_SHOWN else ""
    return f"Still there: {', '.join(sorted(found)[:PODS_SHOWN])}{more}"


def note_what_is_left(ctx: ManagedContext) -> None:
    """Note what an update that did not end well has left, one sentence each."""
    group, before = ctx.nodegroup.group, ctx.memory.desired_before
    if ctx.nodegroup.status == "DELETING":
        return  # EKS takes all of it away
    if group.desired != before:
        ctx.leave(
            f"The desired capacity of {group.name} is {group.desired}, it was {before}: EKS has"
            " not made it as large as it was"
        )
    marked = sorted(
        one.name
        for one in ctx.outdated
        if one.node is not None and (one.node.unschedulable or EXCLUDE in one.node.labels)
    )
    if marked:
        ctx.leave(
            f"EKS has left {counted(len(marked), 'outdated node')} cordoned and out of the load"
            f" balancers: {listed(marked)}. The next update goes on with them"
        )
