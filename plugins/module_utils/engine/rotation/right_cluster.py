# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make sure of the cluster before anything is touched or cordoned."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.cluster import (
    Evidence,
    contradiction,
    count,
    evidence_of,
    remarks,
    wrong_cluster,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Lease,
    Node,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    cluster_names,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def evidence(ctx: RotationContext) -> Evidence:
    """Return what speaks for this being the group's cluster.

    Of instances that are no nodes only the group's tags and records can say it.
    """
    lock = ctx.memory.lock
    named = (ctx.policy.cluster, lock.cluster_uid, lock.lease)
    if not ctx.kind.carries_pods:
        return evidence_of(ctx.group.name, ctx.group.tags, *named)
    return ctx.shelved(_evidence, ctx.group, ctx.situation, ctx.boot_timeout, *named)


def _evidence(
    group: Group,
    situation: Situation,
    boot_timeout: float,
    cluster: str,
    uid: str,
    lease: Lease | None,
) -> Evidence:
    known = evidence_of(group.name, group.tags, cluster, uid, lease)
    return count(known, group.instances, _nodes(situation), group.read_at, boot_timeout)


def _nodes(situation: Situation) -> dict[str, Node]:
    return {one.id: one.node for one in situation.members if one.node is not None}


def refusal_of_cluster(ctx: RotationContext) -> RotatorError | None:
    """Return the refusal if this is not surely the group's cluster, or None.

    To restore, or to go on with what a run has begun under the Lease of this cluster, only needs
    that nothing speaks against it: that run had proof, and what it left has to be restored.
    """
    found = evidence(ctx)
    if ctx.policy.restore_only or ctx.memory.resumed:
        return contradiction(found)
    return wrong_cluster(found, ctx.policy.repair, bool(ctx.situation.outdated))


def note_proof(ctx: RotationContext) -> None:
    """Note when nodes have proved the cluster, and tell people what tags say of it.

    Without a surge there is no new node to wait for; a node of the group has to do.
    """
    named = ctx.policy.cluster in cluster_names(ctx.group.tags)
    if ctx.memory.lock.cluster_proven and named:
        return  # there is nothing left to find out
    found = evidence(ctx)
    for remark in remarks(found):
        ctx.tell("cluster", ctx.group.name, remark, once=f"cluster {remark}")
    joined = [member for member in ctx.situation.members if member.node is not None]
    new = any(member.joined and not member.outdated for member in joined)
    if found.is_proven or new or (joined and not ctx.window.surge):
        ctx.note(cluster_proven=True)


def lost_sight(ctx: RotationContext) -> str:
    """Return why nobody can tell what the instances run now, "" if one can.

    Most of those that had a Node, or should have one by their age, have none. Somebody may have
    deleted them, or the cluster is not what it was: their containers run on.
    """
    missing = [member.id for member in ctx.situation.nodeless]
    if not missing or ctx.policy.repair or not ctx.kind.carries_pods:
        return ""
    found = ctx.shelved(_in_sight, ctx.group, ctx.situation, ctx.boot_timeout)
    if found.is_proven or not found.judged:
        return ""
    return (
        f"only {found.joined} of {found.judged} instances of Auto Scaling group {ctx.group.name}"
        f" have a Node in this cluster, not so {listed(missing)}: find out what became of their"
        " Nodes"
    )


def _in_sight(group: Group, situation: Situation, boot_timeout: float) -> Evidence:
    """Return what the Nodes of the members prove.

    Those that we have ended are no members, whatever a late read says.
    """
    serving = [member.instance for member in situation.members]
    known = Evidence(group.name, group.tags)
    return count(known, serving, _nodes(situation), group.read_at, boot_timeout)


def unproven(ctx: RotationContext) -> str:
    """Return why nothing may be cordoned yet, "" once the cluster is proven."""
    if ctx.memory.lock.cluster_proven:
        return ""
    return (
        f"no new node of {ctx.group.name} has joined this cluster yet, which would prove that it is"
        " the right one"
    )
