# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One node's way out: cordon, out of the load balancers, drain, terminate. Each look moves every
leaving node on. Private."""

from __future__ import annotations

from collections import Counter

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    DeleteNode,
    NodeChange,
    Terminate,
    changes,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    BALANCED,
    EXCLUDE,
    REPLACING,
    SOFT_TAINT,
    WAS_CORDONED,
    WAS_EXCLUDED,
    Member,
    spread,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.advance import (
    advance as advance_drains,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import NodeStatus
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.balancers import (
    leave_target_groups,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import (
    give_up,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import Turn
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    barred,
    fail,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import OURS


def advance(turn: Turn) -> None:
    """Move every leaving node on."""
    leaving = turn.situation.leaving
    ready = [
        member
        for member in leaving
        if _cordoned(turn, member) and leave_target_groups(turn, member)
    ]
    nodes = [member.node.name for member in ready if member.node is not None]
    step = advance_drains(turn.memory.drain, nodes, turn.view, turn.now, turn.policy.drain)
    turn.note(drain=step.memory)
    turn.feeds |= step.feeds
    turn.look_at(step.wake)
    for command in step.commands:
        turn.do(command)
    for event in step.events:
        turn.tell(event.phase, event.subject, event.text)
    for member in ready:
        if member.node is None:
            _nodeless(turn, member)
        else:
            _follow(turn, member, step.status[member.node.name])


def _nodeless(turn: Turn, member: Member) -> None:
    """An instance without a node carries nothing, unless its kubelet took over the Node object of a
    former instance of the same name: nothing can be drained from that one safely, so it is left to
    people."""
    taken_over = [
        node
        for node in turn.nodes.values()
        if node.name == member.instance.private_dns and node.ready
    ]
    if not taken_over:
        _terminate(turn, member)
        return
    give_up(turn, member)
    text = (
        f"Instance {member.id} runs as node {taken_over[0].name}, whose Node object still"
        f" names {taken_over[0].instance_id or 'no instance'}"
    )
    fail(
        turn,
        FailedError(
            text,
            "Drain that node, delete its Node object and restart its kubelet, or end the instance",
        ),
    )


def _cordoned(turn: Turn, member: Member) -> bool:
    """Whether the node says that it is leaving; writes it: cordon, exclusion from load balancers,
    whose doing it is."""
    node = member.node
    if node is None:
        return True
    if REPLACING in node.annotations and node.unschedulable and EXCLUDE in node.labels:
        return True
    marks: dict[str, str | None] = {REPLACING: turn.journal.run}
    if REPLACING not in node.annotations:
        marks |= {WAS_CORDONED: "true"} if node.unschedulable else {}
        marks |= {WAS_EXCLUDED: "true"} if EXCLUDE in node.labels else {}
    turn.change(node, NodeChange(True, changes({EXCLUDE: "true"}), changes(marks)))
    turn.tell(
        "cordoned", member.name, turn.memory.records[member.id].reason, once=f"cordon {member.id}"
    )
    return False


def _follow(turn: Turn, member: Member, status: NodeStatus) -> None:
    turn.about(
        member.id, phase=status.phase, evictions=status.evicted, blocked_by=tuple(status.blocked_by)
    )
    if status.phase == "drained":
        _terminate(turn, member)
    elif status.phase in ("failed", "skipped"):
        reason = "; ".join(status.reasons) or "it was not drained in time"
        give_up(turn, member)
        fail(turn, FailedError(f"Node {member.name} could not be drained: {reason}"))


def _terminate(turn: Turn, member: Member) -> None:
    """End a drained instance. With decrement, recorded first, when the surge has done its work (no
    more outdated nodes are left than the surge has brought fresh ones, or we are settling) and the
    zones bear it. Otherwise the group launches another in its place, in the zone that lacks one."""
    situation, retiring = turn.situation, turn.journal.retiring
    in_flight = {
        command.instance for command in turn.view.in_flight if isinstance(command, Terminate)
    }
    if member.id in in_flight:
        return
    if member.id in retiring:
        turn.do(Terminate(member.id, True))
        return
    ours = situation.surge - len(retiring)
    left = sum(other.id not in {*in_flight, *retiring} for other in situation.outdated)
    surplus = turn.memory.records[member.id].reason in OURS
    shrink = surplus or (
        (turn.memory.mode != "rotate" or left <= ours) and zones_bear(turn, member)
    )
    if ours > 0 and shrink and situation.launched <= situation.desired:
        turn.record(retiring=(*retiring, member.id))
    else:
        turn.do(Terminate(member.id, False))


def zones_bear(turn: Turn, member: Member) -> bool:
    """Whether the zones stay as balanced as they were found when this instance goes and none comes
    in its place."""
    retiring = {*turn.journal.retiring, member.id}
    zones = Counter(
        other.instance.zone for other in turn.situation.members if other.id not in retiring
    )
    now = spread(turn.situation.zones, turn.group.zones)
    return spread(zones, turn.group.zones) <= max(BALANCED, turn.journal.spread, now - 1)


def strand(turn: Turn) -> None:
    """Leave nodes where they are whose way out is barred by a command that keeps failing."""
    for member in turn.situation.leaving:
        if member.id in turn.memory.records and barred(turn, member):
            give_up(turn, member)


def put_back(turn: Turn) -> bool:
    """Whether every node that we marked and do not take out is as it was, or cannot be made so;
    writes what is missing."""
    done = True
    for member in turn.situation.members:
        node = member.node
        if (
            node is None
            or REPLACING not in node.annotations
            or member.id in turn.memory.marks.taken
        ):
            continue
        done = done and barred(turn, member)
        turn.change(node, _as_before(node))
        turn.tell("restored", node.name, "back as it was before", once=f"restored {member.id}")
    return done


def _as_before(node: Node) -> NodeChange:
    return NodeChange(
        None if WAS_CORDONED in node.annotations else False,
        () if WAS_EXCLUDED in node.annotations else changes({EXCLUDE: None}),
        changes({REPLACING: None, WAS_CORDONED: None, WAS_EXCLUDED: None}),
    )


def untainted(turn: Turn) -> bool:
    """Whether no node of the group carries our soft taint, or it cannot be taken off; takes it
    off."""
    done = True
    for member in turn.situation.members:
        if member.node is not None and SOFT_TAINT in member.node.taints:
            done = done and barred(turn, member)
            rest = tuple(taint for taint in member.node.taints if taint != SOFT_TAINT)
            turn.change(member.node, NodeChange(taints=rest))
    return done


def departed(turn: Turn) -> None:
    """Tell of leaving instances that have ended, and count the canaries among them."""
    for instance in sorted(turn.memory.marks.gone & turn.memory.marks.taken):
        turn.mark(taken=turn.memory.marks.taken - {instance})
        record = turn.memory.records[instance]
        fresh = record.reason in OURS
        turn.about(instance, phase="terminated", replaced=not fresh, ended=turn.now)
        turn.tell("terminated", record.name, f"{instance}, {turn.now - record.began:.0f} s")
        if not turn.journal.canary and not fresh:
            turn.record(canaries=turn.journal.canaries + 1)


def awaited(turn: Turn) -> tuple[str, ...]:
    """Instances whose Node object should go: those that have ended, and former ones of whatever run
    whose name a fresh instance has got."""
    if turn.memory.group is None:
        return ()
    names = {
        member.instance.private_dns for member in turn.situation.members if member.node is None
    } - {""}
    former = (
        {instance for instance, node in turn.by_instance.items() if node.name in names}
        if names
        else set()
    )
    turn.hurry |= bool(former)
    return tuple(sorted(former | (turn.memory.marks.gone & turn.by_instance.keys())))


def bury(turn: Turn) -> tuple[str, ...]:
    """Delete the Node objects that outlive their instance, so that no new instance of the same name
    takes one over; but not before EC2 says terminated. Answers the instances whose Node still
    exists."""
    lingering = awaited(turn)
    if lingering:
        known = (*turn.group.departed, *turn.group.instances)
        ended = {instance.id for instance in known if instance.state == "terminated"}.intersection(
            lingering
        )
        for node in (turn.by_instance[instance] for instance in sorted(ended)):
            turn.do(DeleteNode(node.name, node.uid))
    return lingering


def buried(turn: Turn) -> bool:
    """Whether the Node objects of all instances that have ended are gone, or it takes too long,
    which is said."""
    lingering = bury(turn)
    if not lingering:
        return True
    turn.hurry = True
    if turn.over("burial", turn.policy.terminate_timeout):
        sentence = f"Instance {lingering[0]} was told to terminate and its node is still there"
        turn.note(left=tuple(dict.fromkeys((*turn.memory.left, sentence))))
        return True
    return False
