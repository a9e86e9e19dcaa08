# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find out, before anything is touched, which target groups follow pods.

Where Services or pods may not be read, none is taken to follow pods, and that is told.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    SERVICES,
    Feed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.following import (
    following,
    unexplained,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.observe import (
    FIRST_CONTACT,
    listed,
)

ALL_PODS = Feed("pods")


def known(ctx: RotationContext) -> bool:
    """Return True once it can be told which target groups follow pods.

    Pods are read only if no Service explains the port of a target. Raises the error that prevents
    it for too long.
    """
    if not ctx.group.targets:
        return True
    if not _read(ctx, SERVICES):
        return False
    ports = unexplained(ctx.group.targets, ctx.view.cache.items(SERVICES).values())
    return not ports or _is_closed(ctx, SERVICES) or _read(ctx, ALL_PODS)


def note_following(ctx: RotationContext) -> None:
    """Record and report the target groups that follow pods.

    What an earlier run recorded stays: by now its pods may have moved.
    """
    services = ctx.view.cache.items(SERVICES).values()
    found = following(ctx.group.targets, services, _own_pods(ctx))
    for group, why in sorted(found.items()):
        ctx.tell(
            "balancer",
            ctx.group.name,
            f"target group {group} follows pods: {why}",
            once=f"follows {group}",
        )
    before = () if ctx.journal.clean else ctx.journal.follows
    ctx.record(follows=tuple(sorted({*before, *found})))


def _own_pods(ctx: RotationContext) -> list[Pod]:
    names = {member.node.name for member in ctx.situation.members if member.node is not None}
    return [pod for pod in ctx.view.cache.items(ALL_PODS).values() if pod.node in names]


def _read(ctx: RotationContext, feed: Feed) -> bool:
    """Return True once a feed is listed, or may not be, which is told."""
    if not _is_closed(ctx, feed):
        ctx.forget(f"no {feed.kind}")
        return listed(ctx, frozenset((feed,)))
    if not ctx.over(f"no {feed.kind}", FIRST_CONTACT):
        return False  # one answer is not the verdict
    ctx.tell(
        "warning",
        ctx.group.name,
        f"{feed.kind} may not be read, so no target group is taken to follow pods, and a new node"
        f" has to be healthy in each: {ctx.view.cache.broken[feed].message}",
        once=f"unread {feed.kind}",
    )
    return True


def _is_closed(ctx: RotationContext, feed: Feed) -> bool:
    ctx.feeds.add(feed)
    return isinstance(ctx.view.cache.broken.get(feed), ForbiddenError)
