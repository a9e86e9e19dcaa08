# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge the canary: replaced, and well for the soak time."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import Member
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation import unknown
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.coming import (
    is_of_this_run,
    unready,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import (
    settle,
)


def is_wide(ctx: RotationContext) -> bool:
    """Return whether no canary is being judged.

    None is wanted, it has passed, or there is nothing to judge and nothing to go wide with.
    """
    if not ctx.canaries or ctx.journal.canary == "passed" or ctx.memory.turned_back:
        return True
    judged = ctx.journal.canary == "failed" or ctx.journal.canaries or ctx.situation.current
    return not judged and not unknown.to_replace(ctx)


def judge_canary(ctx: RotationContext) -> None:
    """Record the verdict of the canary; settle when it has failed.

    It passes once the canaries were replaced and have been well for the soak time.
    """
    policy, journal = ctx.policy, ctx.journal
    if is_wide(ctx):
        return
    if journal.canary == "failed":
        settle(
            ctx,
            FailedError(
                f"The canary of node group {ctx.group.name} failed:"
                f" {(journal.failures or ('see above',))[-1]}"
            ),
        )
        return
    if journal.canaries < ctx.canaries and unknown.to_replace(ctx):
        return
    if not _watched(ctx, min(ctx.canaries, max(1, journal.canaries))):
        ctx.forget("soak")
        return
    if policy.soak > 0:
        text = f"replaced; watching it for {policy.soak:.0f} s"
        ctx.tell("canary", ctx.group.name, text, once="soak")
    if ctx.over("soak", policy.soak):
        ctx.record(canary="passed")
        ctx.tell("canary", ctx.group.name, "passed", once="canary passed")


def _watched(ctx: RotationContext, number: int) -> bool:
    """Name the replacement nodes to watch; return whether enough of them take pods.

    They have to be the same ones all through: a lost or replaced node proves nothing.
    """
    serving = [one for one in ctx.situation.current if one.joined and not one.leaving]
    if len(ctx.memory.nodes.watched.intersection(one.id for one in serving)) >= number:
        return True
    tried = _tried(ctx, serving, number)
    if len(tried) < number:
        return False
    ctx.note(watched=frozenset(one.id for one in tried[:number]))
    ctx.forget("soak")
    return True


def _tried(ctx: RotationContext, serving: list[Member], number: int) -> list[Member]:
    """Return the nodes that can prove what is launched now, the youngest first.

    A node that had the target before this run proves nothing of that, unless nothing else is on its
    way: then a run before this one has launched it, or the group has become smaller.
    """
    youngest = sorted(serving, key=lambda one: (-one.instance.launched_at, one.id))
    new = [one for one in youngest if is_of_this_run(ctx, one)]
    return new if len(new) >= number or unready(ctx) else youngest
