# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the first record of a run: what it is about to change, and how it was."""

from __future__ import annotations

import math

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    CSINODES,
    DAEMONSETS,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    Account,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    recorded_target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import is_handed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.offers import (
    usual_offers,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import REBALANCE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.readiness import (
    broken,
    serving_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.victims import (
    spread,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.workloads import Loss
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import part_of
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import following
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.desired import account
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.pointer import (
    previous_others,
    previous_source,
)


def write_first_record(ctx: RotationContext) -> None:
    """Record what we are about to change and how it was.

    What an earlier run recorded stays as it was found then, since by now the group shows what that
    run had set.
    """
    group, journal = ctx.group, ctx.journal
    # To run again is to try again.
    if journal.target_sources != ctx.target.sources or journal.canary == "failed":
        ctx.record(canary="", canaries=0)
    if journal.clean or journal.unaccounted:
        ctx.account(Account(group.desired, group.desired))
    if journal.clean:
        ctx.record(canary="", canaries=0, expected_taints=(), broken=_broken(ctx))
    following.note_following(ctx)
    before = () if journal.clean else journal.served
    served = serving_groups(group, ctx.situation.outdated_ids)
    ctx.record(served=tuple(sorted({*before, *served})))
    ctx.record(offers=ctx.journal.offers or _offers(ctx))
    taints = tuple(sorted(ctx.situation.expected_taints | set(ctx.journal.expected_taints)))
    ctx.record(closing=())
    ctx.record(run=ctx.policy.run, group=group.name, expected_taints=taints)
    ctx.record(**recorded_target(ctx.target))
    ctx.note(target=ctx.target)
    _record_previous(ctx, journal)
    ctx.note(losses={key: Loss(before, -math.inf) for key, before in ctx.journal.short})
    ctx.record(failures=(), tainted=True)
    _record_suspended(ctx)
    if group.warm_pool is not None and group.warm_pool.reuses:
        ctx.record(reused=True)
    if ctx.policy.scale_in_fence and not journal.fenced:
        _record_protection(ctx)
    _see_desired(ctx)
    begun = part_of(len(ctx.situation.outdated), ctx.situation.launched, "node")
    resumed = "; resuming an interrupted run" if ctx.memory.resumed else ""
    ctx.tell("start", group.name, f"{begun} outdated{resumed}")


def _see_desired(ctx: RotationContext) -> None:
    """Account for desired as it was read.

    Somebody may have moved it since the run that we resume has died: what is more than its base is
    no spare node of ours. Nothing begins then until another read confirms it.
    """
    ctx.memory = account(ctx.memory, ctx.group, ctx.memory.reads.read_began, False)


def _record_previous(ctx: RotationContext, journal: Journal) -> None:
    """Record what the group launched from before, and its name in a state store."""
    by_us = is_handed(journal, ctx.policy.run)
    handed = journal.previous if by_us else ("", "")
    others = previous_others(ctx, journal.previous_others if by_us else ())
    ctx.record(previous=handed if handed[0] else previous_source(ctx), previous_others=others)
    ctx.record(handover="")
    if journal.clean and not (handed[0] or journal.store_owed):
        ctx.record(origin=("", "", ""))  # of an earlier update, which was not this one


def _record_suspended(ctx: RotationContext) -> None:
    """Record which processes we are about to suspend."""
    group = ctx.group
    if REBALANCE not in {*group.suspended, *ctx.journal.suspended}:
        found = spread(ctx.situation.zones, group.zones)
        ctx.record(suspended=(*ctx.journal.suspended, REBALANCE), spread=found)
    also = sorted(set(ctx.policy.suspend_processes) - group.suspended - set(ctx.journal.suspended))
    if also:
        ctx.record(suspended=(*ctx.journal.suspended, *also))


def _record_protection(ctx: RotationContext) -> None:
    """Record which instances are protected from scale-in before the fence."""
    group = ctx.group
    protected = tuple(instance.id for instance in group.instances if instance.protected)
    serving = (one for one in group.launched if one.lifecycle == "InService")  # others get it late
    others = tuple(instance.id for instance in serving if not instance.protected)
    ctx.record(fenced=True, protected=protected, protects_new=group.protects_new)
    ctx.record(unprotected=others if group.protects_new else ())


def _offers(ctx: RotationContext) -> tuple[str, ...]:
    """Return what a new node has to offer: what most of the outdated nodes do."""
    nodes = (member.node for member in ctx.situation.outdated)
    csi_nodes = ctx.view.cache.items(CSINODES).values()
    return usual_offers((node for node in nodes if node is not None), csi_nodes)


def _broken(ctx: RotationContext) -> tuple[str, ...]:
    """Return and report DaemonSets that no replacement node has to have ready."""
    found = broken(ctx.view.cache.items(DAEMONSETS).values())
    for name in found:
        ctx.tell(
            "warning",
            ctx.group.name,
            f"DaemonSet {name} is broken already: most of its pods are not ready",
            once=f"broken {name}",
        )
    return found
