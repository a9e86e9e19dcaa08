# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace one node: cordon, leave the load balancers, drain, terminate."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.shortfall import (
    namesake,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    DAEMONSETS,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    EXCLUDE,
    MARKED_IN,
    REPLACING,
    SHIELDED,
    WAS_CORDONED,
    WAS_EXCLUDED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange, changes
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    SOFT_TAINT,
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import duration
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.advance import (
    advance as advance_drains,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import NodeStatus
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    dead,
    gate,
    kept,
    unknown,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.balancers import (
    leave_target_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import (
    give_up,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.cordons import (
    forget_restored,
    note_replaced,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.ending import (
    terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    barred,
    fail,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    RETRACTED,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.outside import (
    restore_outside,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.remarks import stays
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.right_cluster import (
    lost_sight,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.tolerating import (
    evicted_last,
)

FOLLOWED_ON = (BUDGETS, DAEMONSETS)
"""Feeds of few objects that every drain reads."""


def advance(ctx: RotationContext) -> None:
    """Advance every node that is being replaced."""
    leaving = ctx.situation.leaving
    touched = [member for member in leaving if not kept.waits(ctx, member)]
    ready = [
        member for member in touched if _cordoned(ctx, member) and leave_target_groups(ctx, member)
    ]
    for member in [member for member in ready if dead.is_dead(ctx, member)]:
        ready.remove(member)
        if member.id in ctx.memory.nodes.dead or dead.judge_dead(ctx, member):
            terminate(ctx, member)
    nodes = [member.node.name for member in ready if member.node is not None]
    step = advance_drains(ctx.memory.drain, nodes, ctx.view, ctx.now, ctx.policy.drain, True)
    ctx.note(drain=step.memory)
    ctx.feeds |= step.feeds | _followed_on(ctx)
    ctx.look_at(step.wake)
    for command in step.commands:
        ctx.do(command)
    for event in step.events:
        ctx.tell(event.phase, event.subject, event.text, since=event.since, until=event.until)
    for member in leaving:
        if member not in ready and member.id not in ctx.memory.nodes.dead:
            _end_if_overdue(ctx, member)
    for member in ready:
        if member.node is None:
            _nodeless(ctx, member)
        else:
            _follow(ctx, member, step.status[member.node.name])


def _followed_on(ctx: RotationContext) -> frozenset[Feed]:
    """Return the feeds that go on between two drains, so that none is listed anew."""
    if ctx.memory.mode != "rotate":
        return frozenset()
    return frozenset(feed for feed in FOLLOWED_ON if ctx.view.cache.synced(feed))


def _end_if_overdue(ctx: RotationContext, member: Member) -> None:
    """Give up a node whose replacement takes longer than all its steps may."""
    drain, node = ctx.policy.drain, member.node
    if not drain.timeout or node is None:
        return
    limit = ctx.policy.lb_timeout + drain.timeout + drain.volume_timeout
    if ctx.over(f"leaving {member.id}", limit):
        lifted = REPLACING in node.annotations and not node.unschedulable
        why = f": {node.cordoned_by or 'somebody'} lifts its cordon" if lifted else ""
        give_up(ctx, member)
        fail(ctx, FailedError(f"Node {member.name} was not replaced within {limit:.0f} s{why}"))


def _nodeless(ctx: RotationContext, member: Member) -> None:
    """End an instance whose Node is long missing, once the gate is open.

    One whose kubelet took over the Node object of a former instance of the same name cannot be
    drained safely: it is left to people. So is one for which the gate does not open.
    """
    other = namesake(member.instance, ctx.nodes.values())
    if other is None or not other.ready:
        if unknown.long_missing(ctx, member) and _gate_open(ctx, member):
            if unknown.was_seen(ctx, member):
                text = "its Node is gone, so that it cannot be drained; ended"
                ctx.tell("warning", member.name, text, once=f"gone {member.id}")
            terminate(ctx, member)
        return
    give_up(ctx, member)
    text = (
        f"Instance {member.id} runs as node {other.name}, whose Node object still"
        f" names {other.instance_id or 'no instance'}"
    )
    fail(
        ctx,
        FailedError(
            text,
            "Drain that node, delete its Node object and restart its kubelet, or end the instance",
        ),
    )


def _gate_open(ctx: RotationContext, member: Member) -> bool:
    """Return whether the gate is open and others have Nodes; give up if never."""
    why = lost_sight(ctx) or gate.closed(ctx)
    if why and ctx.over(f"gate of {member.id}", ctx.policy.gate_timeout):
        give_up(ctx, member)
        fail(ctx, FailedError(f"Instance {member.id}, whose Node is gone, was left: {why}"))
    return not why


def _cordoned(ctx: RotationContext, member: Member) -> bool:
    """Cordon and mark the node; return True once it is done."""
    node = member.node
    if node is None:
        return True
    if REPLACING in node.annotations and not ctx.kind.carries_pods:
        return True
    if REPLACING in node.annotations and node.unschedulable and EXCLUDE in node.labels:
        return True
    marks: dict[str, str | None] = {REPLACING: ctx.journal.run, MARKED_IN: ctx.group.name}
    if REPLACING not in node.annotations:
        marks |= {WAS_CORDONED: "true"} if node.unschedulable else {}
        marks |= {WAS_EXCLUDED: "true"} if EXCLUDE in node.labels else {}
    if not ctx.read_recently():
        return False
    note_replaced(ctx, node)
    ctx.change(node, NodeChange(True, changes({EXCLUDE: "true"}), changes(marks)))
    ctx.tell(
        "cordoned" if ctx.kind.carries_pods else "balancer",
        member.name,
        ctx.memory.nodes.records[member.id].reason,
        once=f"cordon {member.id}",
    )
    return False


def _follow(ctx: RotationContext, member: Member, status: NodeStatus) -> None:
    ctx.about(
        member.id, phase=status.phase, evictions=status.evicted, blocked_by=tuple(status.blocked_by)
    )
    if status.phase == "drained":
        if evicted_last(ctx, member) and leave_target_groups(ctx, member, drained=True):
            terminate(ctx, member)
    elif status.phase in ("failed", "skipped"):
        reason = "; ".join(status.reasons) or "it was not drained in time"
        give_up(ctx, member)
        fail(ctx, FailedError(f"Node {member.name} could not be drained: {reason}"))


def skip_blocked(ctx: RotationContext) -> None:
    """Skip nodes that a command that keeps failing blocks."""
    for member in ctx.situation.leaving:
        if member.id in ctx.memory.nodes.records and barred(ctx, member):
            give_up(ctx, member)


def restore_nodes(ctx: RotationContext) -> bool:
    """Restore the nodes that we marked and do not replace; return True once done.

    What cannot be restored does not hold it up.
    """
    if not ctx.kind.carries_pods:
        forget_restored(ctx)
        return True
    done = True
    for member in ctx.situation.marked:
        node = member.node
        if node is None or member.id in ctx.memory.nodes.marks.selected:
            continue
        change = _as_before(node)
        done = done and (barred(ctx, member) or stays(ctx, node, change))
        ctx.change(node, change)
        ctx.tell("restored", node.name, "restored as it was before", once=f"restored {member.id}")
    outside = restore_outside(ctx)
    forget_restored(ctx)
    return outside and done


def _as_before(node: Node) -> NodeChange:
    marks = [REPLACING, WAS_CORDONED, WAS_EXCLUDED]
    if SHIELDED not in node.annotations and SOFT_TAINT not in node.taints:
        marks.append(MARKED_IN)
    return NodeChange(
        None if WAS_CORDONED in node.annotations else False,
        () if WAS_EXCLUDED in node.annotations else changes({EXCLUDE: None}),
        changes(dict.fromkeys(marks)),
    )


def untainted(ctx: RotationContext) -> bool:
    """Remove our soft taint from all nodes; return True once done.

    With it goes the name of the group, unless another mark needs it. A taint that cannot be removed
    does not hold it up.
    """
    done = True
    for member in ctx.situation.members:
        node = member.node
        if node is None or SOFT_TAINT not in node.taints:
            continue
        rest = tuple(taint for taint in node.taints if taint != SOFT_TAINT)
        named = (
            MARKED_IN in node.annotations and not {REPLACING, SHIELDED} & node.annotations.keys()
        )
        change = NodeChange(annotations=changes({MARKED_IN: None} if named else {}), taints=rest)
        done = done and (barred(ctx, member) or stays(ctx, node, change))
        ctx.change(node, change)
    return done


def record_terminated(ctx: RotationContext) -> None:
    """Report nodes that have ended, and count the canaries among them."""
    for instance in sorted(ctx.memory.nodes.marks.gone & ctx.memory.nodes.marks.selected):
        ctx.mark(selected=ctx.memory.nodes.marks.selected - {instance})
        ctx.forget(f"leaving {instance}")
        record = ctx.memory.nodes.records[instance]
        retracted = record.reason in RETRACTED
        if instance in ctx.journal.kept and kept.entered_standby(ctx, instance):
            _keep(ctx, record)
            continue
        ctx.about(instance, phase="terminated", replaced=not retracted, ended=ctx.now)
        took = "" if retracted else f", {duration(ctx.now - record.began)} in all"
        ctx.tell("terminated", record.name, f"{instance}{took}")
        if not ctx.journal.canary and not retracted:
            ctx.record(canaries=ctx.journal.canaries + 1)


def _keep(ctx: RotationContext, record: NodeRecord) -> None:
    """Report an instance that was kept instead of ended."""
    text = kept.sentence(record.instance_id, record.name)
    ctx.about(record.instance_id, phase="kept", ended=ctx.now)
    ctx.note(left=tuple(dict.fromkeys((*ctx.memory.report.left, text))))
    ctx.tell("kept", record.name, text)
