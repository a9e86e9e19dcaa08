# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what was launched: when a new node counts, and when it has failed."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.shortfall import (
    misnamed,
    namesake,
    why_short,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    OverdueError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import balancer_name
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.boot import boot_began
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    by_name,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.readiness import (
    waiting_for,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import duration
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    judging as control_plane,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane import (
    reading,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import (
    kept,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.capacity import take
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.coming import (
    is_of_this_run,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.console import (
    console_read,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    fail,
    settle,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.guard import runs_pods
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.lapses import (
    NOT_READY_AGAIN,
    knows_offers,
    lacking_offers,
    to_judge,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.lost_launches import (
    count_lost,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.memory import (
    BROKEN,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.right_cluster import (
    lost_sight,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.surplus import (
    may_spare,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.target_reads import (
    unhealthy,
)

WATCHED = 120.0
"""Seconds that a new node is watched at least before it counts as failed, however old it is: it may
have been launched by a run before this one."""
LOOKED_INTO = "It stays as it is: see why it takes no pods"
LEFT_ALONE = "It stays as it is, and no other node of the control plane is touched: look into it"
RELAPSES = 3
"""How often a node may take no pods any more before it has failed."""


def judge(ctx: RotationContext) -> None:
    """Judge replacement nodes that are not ready yet, and launches that do not come."""
    count_lost(ctx)
    for member in to_judge(ctx):
        if member.leaving or member.id in ctx.memory.nodes.marks.skipped:
            continue
        if member.id in ctx.memory.nodes.marks.joined:
            _still_ready(ctx, member)
        else:
            _becoming_ready(ctx, member)
    if ctx.desired > ctx.situation.launched and ctx.read_fresh:
        if ctx.over("launch", ctx.boot_timeout):
            ctx.forget("launch")
            fail(
                ctx,
                OverdueError(
                    f"Auto Scaling group {ctx.group.name} launched nothing for"
                    f" {ctx.boot_timeout:.0f} s: {why_short(ctx.group)}"
                ),
            )
    else:
        ctx.forget("launch")


def awaited(ctx: RotationContext, member: Member) -> str:
    """Return what a new node still lacks; count it once it lacks nothing."""
    _count_from_launch(ctx, member)
    ctx.tell(
        "launched",
        member.name,
        f"{member.id} in {member.instance.zone}",
        once=f"launched {member.id}",
        since=ctx.now - ctx.since(f"boot {member.id}"),
    )
    if lacks := _lacks(ctx, member):
        ctx.forget(f"ready {member.id}")
        return lacks
    ready = f"ready {member.id}"
    if ctx.over(ready, ctx.policy.min_ready):
        if member.node is not None and (names := unhealthy(ctx, member, ready)):
            return f"{balancer_name(names[0])} to find it healthy"
        ctx.note(lost_launches=0)
        ctx.mark(joined=ctx.memory.nodes.marks.joined | {member.id})
        took = ctx.since(f"boot {member.id}")
        if is_of_this_run(ctx, member):
            ctx.note(boots={**ctx.memory.nodes.boots, member.id: took})
        text = f"{member.id} after {duration(took)}"
        ctx.tell("ready", member.name, text, once=f"ready {member.id}")
        for timer in (ready, f"boot {member.id}"):
            ctx.forget(timer)
    return ""


def _becoming_ready(ctx: RotationContext, member: Member) -> None:
    lacks = awaited(ctx, member)
    if lacks and ctx.over(f"boot {member.id}", ctx.boot_timeout):
        limit = f"{ctx.boot_timeout:.0f} s"
        text = f"Replacement node {member.name} is not ready {limit} after its launch"
        if _was_ready(ctx, member):
            text = f"Replacement node {member.name} has taken no pods for {limit}"
        if _was_there(ctx, member):
            text = f"Node {member.name}, which has the previous version, takes no pods"
        _failed(ctx, member, f"{text}: waiting for {lacks}")


def _lacks(ctx: RotationContext, member: Member) -> str:
    if not ctx.kind.carries_pods and member.node is not None and not member.node.ready:
        return "its instance to be in service"
    pods = Feed("pods", node=member.name)
    if member.node is None and (why := _under_its_name(ctx, member)):
        return why
    if member.node is not None:
        ctx.feeds.add(pods)
        if not ctx.view.cache.synced(pods):
            return "its pods to be listed"
        if not knows_offers(ctx):
            return "the CSI drivers to be listed"
    lacks = waiting_for(
        member,
        ctx.view.cache.items(pods).values() if ctx.policy.daemonset_gate == "wait" else (),
        ctx.journal.broken,
        _expected_taints(ctx),
        lacking_offers(ctx, member),
        ctx.policy.readiness_gates,
    )
    ctx.poll_soon |= bool(lacks) and member.instance.held  # only a read shows when it is let go
    return lacks or control_plane.lacks(ctx, member)


def _under_its_name(ctx: RotationContext, member: Member) -> str:
    """Return what a Node of its name tells about an instance without one."""
    names = ctx.shelved(by_name, ctx.nodes)
    other = namesake(member.instance, names.get(member.instance.private_dns, ()))
    if other is not None:
        return misnamed(other)
    name, records = member.instance.private_dns, ctx.memory.nodes.records.values()
    former = [one.instance_id for one in records if one.name == name and one.ended is not None]
    if not former:
        return ""
    return (
        f"its node to join the cluster; it has the name of {former[-1]}, which has ended, and a"
        " kubelet that has taken over such a Node registers again only when it is restarted"
    )


def _expected_taints(ctx: RotationContext) -> frozenset[str]:
    return ctx.situation.expected_taints | set(ctx.journal.expected_taints)


def _count_from_launch(ctx: RotationContext, member: Member) -> None:
    """Begin to count the boot: since the launch, or since it has left the warm pool."""
    key = f"boot {member.id}"
    if key in ctx.memory.timers:
        return
    launched = member.instance.launched_at
    counts = launched and member.id not in ctx.memory.nodes.pooled
    age = ctx.group.read_at - launched if counts else 0.0
    was_there = member.node is not None and launched < (ctx.memory.reads.first_read_at or launched)
    began = boot_began(ctx.now, age, ctx.boot_timeout, WATCHED, was_there)
    ctx.note(timers={**ctx.memory.timers, key: began})


def _still_ready(ctx: RotationContext, member: Member) -> None:
    """Judge again a node that was judged ready.

    One that takes no pods any more, for a cordon, a taint or a driver that went away, does not
    count until it does, and has its time again.
    """
    if member.node is not None and member.node.ready is True:
        ctx.forget(f"{NOT_READY_AGAIN}{member.id}")
        offers = lacking_offers(ctx, member) if knows_offers(ctx) else ()
        gates = ctx.policy.readiness_gates
        if lacks := waiting_for(member, (), (), _expected_taints(ctx), offers, gates):
            _relapsed(ctx, member, lacks)
    elif member.id in ctx.memory.reads.turned:
        return  # the next read tells whether its instance has ended
    elif ctx.canaries and not ctx.journal.canary:
        _failed(
            ctx,
            member,
            f"Replacement node {member.name} is no longer Ready while the canary is being judged",
        )
    elif ctx.over(f"{NOT_READY_AGAIN}{member.id}", ctx.boot_timeout):
        lost = "has not been Ready" if member.node is not None else "has had no Node"
        _failed(ctx, member, f"Replacement node {member.name} {lost} for {ctx.boot_timeout:.0f} s")


def _relapsed(ctx: RotationContext, member: Member, lacks: str) -> None:
    """Count a node no more that takes no pods; fail it if that happens often."""
    times = ctx.memory.nodes.relapses.get(member.id, 0) + 1
    ctx.note(relapses={**ctx.memory.nodes.relapses, member.id: times})
    if times > RELAPSES:
        _failed(
            ctx,
            member,
            f"Replacement node {member.name} has stopped to take pods {times} times, the last"
            f" time for {lacks}",
        )
        return
    ctx.mark(joined=ctx.memory.nodes.marks.joined - {member.id})
    ctx.note(timers={**ctx.memory.timers, f"boot {member.id}": ctx.now})
    ctx.tell("waiting", member.name, f"it takes no pods any more: waiting for {lacks}")


def _was_ready(ctx: RotationContext, member: Member) -> bool:
    """Return whether the node has counted as ready in this run."""
    return member.id in ctx.memory.nodes.marks.joined or member.id in ctx.memory.nodes.relapses


def _was_there(ctx: RotationContext, member: Member) -> bool:
    """Return whether it is an old node that is not to be replaced any more.

    That is, since the run has turned back to the previous version.
    """
    before = member.instance.launched_at < (ctx.memory.reads.first_read_at or 0.0)
    return ctx.memory.turned_back and before


def _failed(ctx: RotationContext, member: Member, text: str) -> None:
    """Remove a broken replacement node.

    Within the failure budget another takes its place. One of a control plane stays: it may have
    the volumes of etcd. Where too few others are available, one that was ready stays too: its pods
    may run on, whatever keeps others away. So does an old one that has not been replaced, and one
    without a Node where most have none. Then the run settles.
    """
    if reading.concerns(ctx):
        fail(ctx, FailedError(text, LEFT_ALONE), member.name)
        return
    busy = _was_ready(ctx, member) and runs_pods(member) and not may_spare(ctx, member)
    blind = lost_sight(ctx) if member.node is None else ""
    if busy or blind or _was_there(ctx, member):
        error = FailedError(f"{text}: {blind}") if blind else FailedError(text, LOOKED_INTO)
        fail(ctx, error, member.name)
        settle(ctx, error)
        return
    other = namesake(member.instance, ctx.nodes.values()) if member.node is None else None
    innocent = other is not None and other.provider_id  # it had the name of another
    fail(ctx, FailedError(text, kept.advice(ctx)), "" if innocent else member.name)
    take(ctx, member, BROKEN)
    console_read(ctx, member)
