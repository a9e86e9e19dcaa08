# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let EKS update the node group, and watch it; one update at a time.

Nothing here remembers a step: an update that runs is joined, whoever began it, and what is missing
is asked for when none runs.
"""

from __future__ import annotations

import hashlib

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    OverdueError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    ChangeConfig,
    TagNodegroup,
    UpdateVersion,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    CONFIG_TAG,
    UpdateConfig,
    config_tag,
    read_config_tag,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedMember,
    NodegroupUpdate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.troubles import (
    HEALTH_ISSUES,
    explain,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, duration
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.assist import (
    has_drained,
    takes_over,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.context import (
    ManagedContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.failures import (
    failure_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.survey import (
    may_begin,
    names_of_outdated,
    refusal_of_status,
    survey_again,
)

STALE = 60.0
"""Seconds for which reads may show nodes that an update which was successful has replaced, and for
which a new node may be not Ready."""
JOINS_WITHIN = 900.0
"""Seconds within which an instance has to join the cluster."""


def work(ctx: ManagedContext) -> None:
    """Ask EKS for what is missing once nothing runs; end when nothing is."""
    if error := refusal_of_status(ctx):
        raise error
    running = ctx.nodegroup.running
    if running is not None:
        watch(ctx, running)
        return
    if not _judged(ctx):
        return
    if ctx.policy.restore_only:
        ctx.end("restored")
    elif not ctx.outdated and not ctx.behind:
        ctx.forget("still outdated")
        _soak(ctx)
    else:
        _begin(ctx)


def watch(ctx: ManagedContext, update: NodegroupUpdate) -> None:
    """Follow an update that runs. Raises OverdueError when nothing goes on."""
    if update.id not in ctx.memory.begun:
        ctx.note(checked=False, rooms_read=False)
    ctx.note(watched=None)
    _tell_issues(ctx)
    if update.id not in ctx.memory.seen:
        ctx.note(seen=(*ctx.memory.seen, update.id), moved_at=ctx.now)
        ctx.tell(
            "start",
            ctx.policy.nodegroup,
            f"EKS is at work on it already ({update.kind} {update.id}); this run watches it",
            once=f"joined {update.id}",
        )
    limit = ctx.policy.stall_timeout
    ctx.look_at(ctx.memory.moved_at + limit)
    if ctx.now - ctx.memory.moved_at >= limit:
        raise OverdueError(
            f"Nothing has changed in node group {ctx.policy.nodegroup} for {duration(limit)},"
            f" and EKS says that its {update.kind} {update.id} is still under way",
            "EKS cannot be told to stop. See its pods and events, and run again to watch it",
        )


def _judged(ctx: ManagedContext) -> bool:
    """Return whether what comes after the update that ended last may begin.

    Raises its error, unless it was successful or our own drain goes on where it failed.
    """
    known = ctx.nodegroup.updates
    last = known.get(ctx.memory.seen[-1]) if ctx.memory.seen else None
    if last is None or last.status == "Successful" or ctx.memory.judged == last.id:
        return True
    if ctx.memory.given_up != last.id and not takes_over(ctx, last):
        raise failure_of(ctx, last)
    if has_drained(ctx, last):
        ctx.note(given_up="", judged=last.id)
    return ctx.memory.judged == last.id


def _tell_issues(ctx: ManagedContext) -> tuple[str, ...]:
    """Tell health issues that EKS reports since this run began; return them."""
    before = {one.code for one in ctx.memory.issues_before}
    fresh = [one for one in ctx.nodegroup.issues if one.code not in before]
    texts = tuple(explain(one, HEALTH_ISSUES) for one in fresh)
    for text in texts:
        ctx.tell("warning", ctx.policy.nodegroup, f"EKS reports: {text}", once=f"issue {text}")
    return texts


def _soak(ctx: ManagedContext) -> None:
    """Watch the new nodes for a while, and that EKS calls the node group healthy.

    Raises FailedError if one of them is not, or does not stay, Ready. Of an update that somebody
    else has begun, or an earlier run, all nodes are new. Those that are launched later are not
    watched: somebody may scale the group without end.
    """
    memory = ctx.memory
    if memory.watched is None:
        old = frozenset[str]() if memory.joined or memory.soak_owed else memory.found or ()
        ctx.note(watched=frozenset(one.id for one in ctx.members if one.id not in old))
    fresh = [one for one in ctx.members if one.id in (ctx.memory.watched or ())]
    healthy, ready = _is_healthy(ctx), _are_ready(ctx, fresh)
    if fresh and ctx.policy.soak:
        watched = f"watching {counted(len(fresh), 'new node')} for {duration(ctx.policy.soak)}"
        ctx.tell("waiting", ctx.policy.nodegroup, watched, once="soak")
    soaked = not fresh or ctx.over("soak", ctx.policy.soak)
    if soaked and ready and healthy:
        ctx.end("complete")


def _is_healthy(ctx: ManagedContext) -> bool:
    """Return whether EKS reports nothing new; raise FailedError if it keeps on."""
    texts = _tell_issues(ctx)
    if not texts:
        ctx.forget("issues")
    elif ctx.over("issues", STALE):
        raise FailedError(
            f"The nodes of {ctx.policy.nodegroup} are replaced, but EKS reports since then:"
            f" {'; '.join(texts)}",
            "Remove the cause, before other node groups are updated",
        )
    return not texts


def _are_ready(ctx: ManagedContext, fresh: list[ManagedMember]) -> bool:
    """Return whether all are Ready; raise FailedError if one is not for long."""
    broken = [one for one in fresh if one.node is None or one.node.ready is not True]
    for one in fresh:
        if one not in broken:
            ctx.forget(f"unready {one.id}")
    # A node that has just joined is not Ready for a moment, however long it took to join.
    late = [
        one
        for one in broken
        if (
            ctx.over(f"unready {one.id}", STALE)
            if one.node
            else ctx.over(f"apart {one.id}", JOINS_WITHIN)
        )
    ]
    if late:
        raise FailedError(
            f"{counted(len(late), 'new node')} of {ctx.policy.nodegroup} did not stay Ready:"
            f" {', '.join(sorted(one.name for one in late))}",
            "See why, before other node groups get the same image",
        )
    return not broken


def _begin(ctx: ManagedContext) -> None:
    """Change how EKS updates, if that is asked for, then let it replace the nodes."""
    policy = ctx.policy
    if ctx.memory.version_begun:
        if ctx.over("still outdated", STALE):
            raise FailedError(
                f"EKS says that it has updated {policy.nodegroup}, but"
                f" {counted(len(ctx.outdated), 'node')} of it do not run {policy.target.text}"
                f" ({names_of_outdated(ctx) or 'it would launch something else'})",
                "See what launched them, and run again",
            )
    elif not ctx.memory.checked:
        survey_again(ctx)
    elif may_begin(ctx):
        _ask(ctx)


def _ask(ctx: ManagedContext) -> None:
    policy, wanted = ctx.policy, ctx.wanted_config
    if wanted != ctx.nodegroup.config:
        change_config(ctx, wanted)
    else:
        ctx.do(UpdateVersion(ctx.name, policy.target, policy.force, token_of(ctx, "version")))


def change_config(ctx: ManagedContext, wanted: UpdateConfig) -> None:
    """Change the update config, after its old value has been written down in a tag."""
    nodegroup = ctx.nodegroup
    known = read_config_tag(nodegroup.tags.get(CONFIG_TAG, ""))
    text = config_tag(known[0] if known else nodegroup.config, wanted)
    if nodegroup.tags.get(CONFIG_TAG) != text:
        ctx.do(TagNodegroup(nodegroup.arn, CONFIG_TAG, text))
    else:
        ctx.do(ChangeConfig(ctx.name, wanted, token_of(ctx, wanted.text)))


def token_of(ctx: ManagedContext, what: str) -> str:
    """Return a client token for a request.

    It is the same for each repetition of this process. A later process with the same run ID has
    another one: EKS would answer it with the update that has failed.
    """
    began = f"{ctx.memory.desired_before} {len(ctx.memory.begun)} {ctx.policy.holder}"
    text = f"{ctx.policy.run} {began} {ctx.nodegroup.arn} {ctx.policy.target} {what}"
    return hashlib.sha256(text.encode()).hexdigest()[:48]
