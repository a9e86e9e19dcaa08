# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node objects that outlive their instance: wait for their end, or delete them."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import DeleteNode
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import dead
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.taken_over import (
    is_taken_over,
)

ENDED_LOOK = 15.0
"""Seconds between looks at instances that have ended and whose Node objects are still there."""

LINGER = "lingers "
"""How the timer of a Node that outlives its instance is named; the instance follows."""
LINGERS = 60.0
"""Seconds for which a Node may outlive its instance until reads are to show its end soon: usually
the cloud controller deletes it within a minute."""


def looked_up(ctx: RotationContext) -> tuple[str, ...]:
    """Return the instances whose end reads have to show.

    Their Nodes are still there. In the middle of a rotation only those whose Nodes linger: the
    cloud controller deletes the others.
    """
    names = awaited(ctx)
    if ctx.memory.reads.group is None or ctx.memory.mode != "rotate":
        return names
    needed, timers = _in_the_way(ctx) | ctx.left_group.keys(), ctx.memory.timers
    late = {name for name in names if ctx.now - timers.get(_timer(name), ctx.now) >= LINGERS}
    return tuple(name for name in names if name in needed | late)


def _timer(instance: str) -> str:
    """Return since when its Node outlives this instance."""
    return LINGER + instance


def awaited(ctx: RotationContext) -> tuple[str, ...]:
    """Return the instances whose Node objects should go.

    Those have ended, or are former ones whose name a replacement node has got, or that a rotation
    has marked, be it one before this.
    """
    if ctx.memory.reads.group is None:
        return ()
    former = _in_the_way(ctx)
    former |= ctx.left_group.keys()
    stay = {one for one in ctx.journal.kept if one in ctx.group.by_id.keys() - ctx.group.ending}
    gone = ctx.memory.nodes.marks.gone - stay
    found = former | (gone & ctx.by_instance.keys())
    return tuple(sorted(name for name in found if not is_taken_over(ctx, ctx.by_instance[name])))


def _in_the_way(ctx: RotationContext) -> set[str]:
    """Return the former instances whose name a replacement node has got."""
    names = {member.instance.private_dns for member in ctx.situation.nodeless} - {""}
    if not names:
        return set()
    return set(ctx.shelved(_named, ctx.by_instance, " ".join(sorted(names))))


def _named(nodes: Mapping[str, Node], names: str) -> frozenset[str]:
    """Return the instances of the nodes with these names, which stand between spaces."""
    wanted = set(names.split())
    return frozenset(instance for instance, node in nodes.items() if node.name in wanted)


def delete_ended_nodes(ctx: RotationContext) -> tuple[str, ...]:
    """Delete Node objects that outlive their instance; return those instances.

    A new instance of the same name could take such a Node over. Nothing is deleted before EC2 says
    terminated.
    """
    kept = {one.id for one in ctx.group.former if one.kept and not one.ending}
    lingering = tuple(name for name in awaited(ctx) if name not in kept)
    for timer in [one for one in ctx.memory.timers if one.startswith(LINGER)]:
        if timer.removeprefix(LINGER) not in lingering:
            ctx.forget(timer)
    # Nobody else deletes it in time, and the next instance may get its name.
    for name in lingering:
        ctx.poll_soon |= ctx.over(_timer(name), LINGERS)
    ctx.poll_soon |= bool(_in_the_way(ctx))
    if ctx.left_group:
        ctx.read_within(ENDED_LOOK)
    if lingering:
        known = (*ctx.group.former, *_in_group(ctx, lingering))
        ended = {instance.id for instance in known if instance.state == "terminated"}.intersection(
            lingering
        )
        for node in (ctx.by_instance[instance] for instance in sorted(ended)):
            if dead.release_volumes(ctx, node):
                ctx.do(DeleteNode(node.name, node.uid))
    return lingering


def _in_group(ctx: RotationContext, instances: tuple[str, ...]) -> list[Instance]:
    """Return those of these instances that are in the group."""
    return [ctx.group.by_id[name] for name in instances if name in ctx.group.by_id]


def clear_ended_nodes(ctx: RotationContext) -> bool:
    """Return True once the Node objects of ended instances are gone.

    Also, with a remark, when it takes too long.
    """
    lingering = delete_ended_nodes(ctx)
    if not lingering:
        return True
    ctx.read_within(ENDED_LOOK)
    if ctx.over("ended nodes", ctx.policy.terminate_timeout):
        told = (_remark(ctx, name) for name in lingering)
        ctx.note(left=tuple(dict.fromkeys((*ctx.memory.report.left, *told))))
        return True
    return False


def _remark(ctx: RotationContext, name: str) -> str:
    """Say of which instance a Node is still there.

    One that merely has the name of a new instance was perhaps never ours.
    """
    node = ctx.by_instance[name].name
    if name in ctx.memory.nodes.marks.gone or name in ctx.left_group:
        return f"Instance {name} was told to terminate and its node {node} is still there"
    return (
        f"Node {node} still names instance {name}, which does not belong to"
        f" Auto Scaling group {ctx.group.name}"
    )
