# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run leaves behind when it ends before it could put everything back.

A run that loses its Lease or its credentials may change nothing more. It names what it has changed,
as the last reads show it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    MARKED_IN,
    REPLACING,
    SIGNPOST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)


def standing(ctx: RotationContext) -> tuple[str, ...]:
    """Return a sentence for each change of this rotation that stands.

    The order is fixed.
    """
    return (*_of_sizes(ctx), *_of_settings(ctx), *_of_nodes(ctx), *_of_lease(ctx))


def is_marked(ctx: RotationContext) -> bool:
    """Return whether the group or a member's node carries a mark of a rotation.

    Be it recorded or not.
    """
    if SIGNPOST in ctx.group.tags:
        return True
    nodes = [member.node for member in ctx.situation.members if member.node is not None]
    return any(
        SOFT_TAINT in node.taints
        or {REPLACING, MARKED_IN} & node.annotations.keys()
        or ctx.is_shielded(node)
        for node in nodes
    )


def inherited(ctx: RotationContext) -> tuple[str, ...]:
    """Return the same of an earlier run that this one does not continue.

    Whether a holder of the Lease still lives is not known, so he is named.
    """
    lease, sentences = ctx.memory.lock.lease, standing(ctx)
    if lease is None or lease.holder in ("", ctx.policy.holder):
        return sentences
    sentences = (*sentences, f"Lease {ctx.lease} stays held until it expires")
    return tuple(f"Not restored yet by {lease.holder}: {sentence}" for sentence in sentences)


def more_than_desired(ctx: RotationContext) -> str:
    """Return a clause that says what the group has above desired, "" for nothing.

    It keeps what is protected from scale-in.
    """
    launched, desired = ctx.situation.launched, ctx.group.desired
    text = f"Auto Scaling group {ctx.group.name} has {launched} instances and wants {desired}"
    return text if launched > desired else ""


def _of_sizes(ctx: RotationContext) -> Iterable[str]:
    group, journal = ctx.group, ctx.journal
    if journal.run and group.desired > journal.base:
        yield (
            f"Desired of Auto Scaling group {group.name} is {group.desired},"
            f" {group.desired - journal.base} above its base of {journal.base}"
        )
    if journal.run and (excess := more_than_desired(ctx)):
        yield excess
    found, *ours = journal.max_size or (group.max_size,)
    if group.max_size in ours and group.max_size != found:
        yield f"MaxSize of Auto Scaling group {group.name} is {group.max_size} (was {found})"


def _of_settings(ctx: RotationContext) -> Iterable[str]:
    group, journal = ctx.group, ctx.journal
    if ours := sorted(set(journal.suspended) & group.suspended):
        yield f"{', '.join(ours)} of Auto Scaling group {group.name} stays suspended"
    if journal.fenced:
        yield f"Scale-in protection of Auto Scaling group {group.name} stays on"
    if journal.reused and group.warm_pool is not None and not group.warm_pool.reuses:
        yield f"The warm pool of Auto Scaling group {group.name} takes no instances back"
    if SIGNPOST in group.tags:
        yield f"Tag {SIGNPOST} of Auto Scaling group {group.name} stays"
    if journal.pointer_owed:
        yield f"Auto Scaling group {group.name} still launches from what its canary failed with"
    for target_group, instance, port in journal.deregistered_targets:
        yield f"Instance {instance}:{port} stays deregistered from {target_group}"


def _of_nodes(ctx: RotationContext) -> Iterable[str]:
    # also of instances in standby, which are no members
    mine = (ctx.mine.get(instance.id) for instance in ctx.group.instances)
    nodes = [*(node for node in mine if node is not None), *ctx.left_group.values()]
    marked = [node for node in nodes if REPLACING in node.annotations]
    if marked:
        yield _nodes(marked, "cordoned and marked for replacement")
    tainted = [node for node in nodes if SOFT_TAINT in node.taints]
    if tainted:
        yield _nodes(tainted, f"tainted {SOFT_TAINT.key}")
    shielded = [node for node in nodes if ctx.is_shielded(node)]
    if shielded:
        yield _nodes(shielded, "hidden from Cluster Autoscaler's scale-down")
    told = {node.uid for node in (*marked, *tainted, *shielded)}
    named = [one for one in nodes if MARKED_IN in one.annotations and one.uid not in told]
    if named:
        yield _nodes(named, f"annotated with {MARKED_IN}")


def _nodes(nodes: Iterable[Node], how: str) -> str:
    names = sorted(node.name for node in nodes)
    stay = "stays" if len(names) == 1 else "stay"
    return f"{counted(len(names), 'node').capitalize()} {stay} {how}: {', '.join(names)}"


def _of_lease(ctx: RotationContext) -> Iterable[str]:
    lease = ctx.memory.lock.lease
    if ctx.memory.lock.held and lease is not None and lease.holder == ctx.policy.holder:
        yield f"Lease {ctx.lease} stays held by this run until it expires"
