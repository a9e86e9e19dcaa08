# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse, or end if nothing is to be done; else take the Lease and begin."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.cluster import (
    count,
    evidence_of,
    wrong_cluster,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed import preflight
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import ReadRooms
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import CONFIG_TAG
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.troubles import (
    HEALTH_ISSUES,
    explain,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import SERVICES
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import Status
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed, part_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed import lock, turns
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)

UPDATED_IN = ("ACTIVE", "UPDATING", "DEGRADED")
"""Statuses of a node group in which EKS takes, or carries out, an update."""


def survey(ctx: ManagedContext) -> Status | None:
    """Return the status of a run that is over at once; else take the Lease and begin."""
    if error := refusal_of_nodegroup(ctx):
        raise error
    running, owed = ctx.nodegroup.running, CONFIG_TAG in ctx.nodegroup.tags
    work = not ctx.policy.restore_only and (
        bool(ctx.outdated) or ctx.behind or (running is not None and running.moves)
    )
    if not work and not owed:
        return _nothing_to_do(ctx)
    asks = work and running is None
    if asks and not _is_judged(ctx):
        return None
    if ctx.policy.plan_only:
        return "planned"
    # People may pause it while it waits for its turn.
    if asks and not may_begin(ctx):
        return None
    if not (ctx.memory.held or lock.acquire(ctx)):
        return None
    if not asks or turns.has_turn(ctx, lock.own(ctx)):
        ctx.note(working=True, checked=asks, moved_at=ctx.now)
        if asks:
            ctx.tell("start", ctx.policy.nodegroup, _beginning(ctx), once="start")
        ctx.look_at(ctx.now)
    return None


def survey_again(ctx: ManagedContext) -> None:
    """Go back to before the beginning: what came meanwhile was no update of ours.

    Findings, pauses and the turn are judged anew before EKS is asked.
    """
    ctx.note(working=False)
    ctx.look_at(ctx.now)


def _is_judged(ctx: ManagedContext) -> bool:
    """Return whether nothing is in the way of an update, False until that is known.

    Raises RefusedError for what is.
    """
    known = _all_known(ctx)
    if known:
        _findings(ctx)
    return known


def _all_known(ctx: ManagedContext) -> bool:
    """Return whether all that findings are made of has been read.

    Asks for what has not been.
    """
    ctx.feeds.add(SERVICES)
    cache = ctx.view.cache
    if not ctx.memory.rooms_read and ctx.policy.preflight != "off":
        ctx.do(ReadRooms(tuple(one.id for one in ctx.members)))
        return False
    return cache.synced(SERVICES) or SERVICES in cache.broken


def may_begin(ctx: ManagedContext) -> bool:
    """Return whether an update may begin, False until that is known.

    EKS cannot pause one that has begun. Raises RefusedError while people have paused the rotation.
    """
    why = lock.paused_now(ctx)
    if why:
        raise RefusedError(
            f"Node group {ctx.policy.nodegroup} is paused: {why}",
            "Resume it (playbook nodeops.rotator.resume), and run again",
        )
    return why is not None


def _nothing_to_do(ctx: ManagedContext) -> Status | None:
    """End the run, once what a killed run has left in the Lease is settled."""
    holder = lock.holder_now(ctx)
    if holder is None:
        return None
    noted = lock.size_now(ctx) is not None or lock.soak_owed_now(ctx) != ""
    settled = ctx.outdated or ctx.behind or not noted
    if (not holder and settled) or ctx.policy.plan_only:
        return "unchanged"
    if lock.acquire(ctx):
        ctx.note(working=True)
        if ctx.policy.restore_only or not (ctx.policy.soak and ctx.memory.soak_owed):
            ctx.end("unchanged")
        ctx.look_at(ctx.now)
    return None


def _beginning(ctx: ManagedContext) -> str:
    at_once = ctx.wanted_config.at_once(ctx.nodegroup.group.desired)
    return (
        f"{part_of(len(ctx.outdated), len(ctx.members), 'node')} outdated; EKS moves them"
        f" to {ctx.policy.target.text}, {at_once} at a time"
    )


def refusal_of_nodegroup(ctx: ManagedContext) -> RotatorError | None:
    """Return why the node group cannot be updated now, None if it can."""
    if error := refusal_of_status(ctx):
        return error
    nodegroup, group = ctx.nodegroup, ctx.nodegroup.group
    evidence = evidence_of(group.name, group.tags, nodegroup.cluster, ctx.memory.cluster_uid, None)
    counted_ = count(evidence, group.instances, ctx.nodes, group.read_at)
    return wrong_cluster(counted_, ctx.policy.repair, bool(ctx.outdated))


def refusal_of_status(ctx: ManagedContext) -> RotatorError | None:
    """Return that EKS does not update it by its status, such as DELETING; else None."""
    nodegroup = ctx.nodegroup
    if nodegroup.status in UPDATED_IN:
        return None
    issues = "; ".join(explain(one, HEALTH_ISSUES) for one in nodegroup.issues)
    return RefusedError(
        f"Managed node group {nodegroup.name} of {nodegroup.cluster} is {nodegroup.status}"
        f"{': ' if issues else ''}{issues}",
        "EKS updates a node group that is ACTIVE",
    )


def _findings(ctx: ManagedContext) -> None:
    """Report what may go wrong; raise RefusedError for what would."""
    look, mode = ctx.look, ctx.policy.preflight
    blockers = preflight.blockers(look, ctx.policy.force)
    if ctx.policy.force and (pods := preflight.past_budgets(look)):
        ctx.warn(
            "After 15 minutes EKS deletes each pod that it may not evict, past its budgets"
            f" (force): {', '.join(pods)}"
        )
    if blockers and mode == "refuse":
        helps = not preflight.blockers(look, force=True)
        raise RefusedError(
            f"EKS's update of {ctx.policy.nodegroup} would fail: {'. '.join(blockers)}",
            "Set preflight to warn to begin anyway"
            + (", or force to let EKS delete the pods" if helps else ""),
        )
    if mode != "off":
        for text in (*preflight.blockers(look), *preflight.warnings(look)):
            ctx.warn(text)


def names_of_outdated(ctx: ManagedContext) -> str:
    """Return the names of the outdated nodes, for people."""
    return listed(sorted(one.name for one in ctx.outdated))
