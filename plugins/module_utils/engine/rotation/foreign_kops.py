# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notice a kops rolling-update beside the run.

It knows nothing of our Lease. Before it replaces nodes it taints all of them (kops:
pkg/instancegroups, taintAllNeedUpdate).
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SCHEDULED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    Actor,
    kind_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.failures import settle


def settle_if_beside(ctx: RotationContext) -> None:
    """Settle when nodes get the taint of kops; name those that had it before.

    These are what an interrupted kops rolling-update has left: they are outdated and go, and their
    taint with them.
    """
    if kind_of(ctx.group.tags).template_owner is not Actor.KOPS:
        return
    tainted = ctx.shelved(_tainted, ctx.situation)
    before = ctx.memory.nodes.scheduled
    if before is None:
        ctx.note(scheduled=frozenset(tainted))
        _tell(ctx, sorted(tainted.values()))
    elif new := sorted(name for id_, name in tainted.items() if id_ not in before):
        settle(
            ctx,
            FailedError(
                f"A kops rolling-update has begun beside this rotation: {listed(new)} got its"
                f" taint {SCHEDULED}",
                "Let one of the two end, then run again",
            ),
        )


def tell_left(ctx: RotationContext) -> None:
    """Name nodes that keep the taint, since none of them is outdated."""
    if kind_of(ctx.group.tags).template_owner is not Actor.KOPS:
        return
    if names := sorted(_tainted(ctx.situation).values()):
        text = (
            f"{counted(len(names), 'node')} with the taint {SCHEDULED} of a kops rolling-update"
            f" that has not finished: {listed(names)}. They are current, so nothing replaces them:"
            f" kubectl taint node {names[0]} {SCHEDULED}-"
        )
        ctx.tell("warning", ctx.group.name, text, once="scheduled")


def _tainted(situation: Situation) -> Mapping[str, str]:
    """Return the names of the nodes with the taint of kops, by instance ID."""
    return {
        member.id: member.name
        for member in situation.members
        if member.node and any(taint.key == SCHEDULED for taint in member.node.taints)
    }


def _tell(ctx: RotationContext, names: list[str]) -> None:
    if names:
        text = (
            f"{counted(len(names), 'node')} with the taint {SCHEDULED} of a kops rolling-update"
            f" that has not finished: {listed(names)}. If it is still running, stop one of the two"
        )
        ctx.tell("warning", ctx.group.name, text, once="scheduled")
