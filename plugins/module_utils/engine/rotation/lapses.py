# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the new nodes that are to be judged: all but those that are still well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    CsiNode,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import CSINODES
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Member,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.offers import (
    DRIVER,
    missing_offers,
    offers_all,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.readiness import (
    waiting_for,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.situation import (
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

NOT_READY_AGAIN = "lost "
"""How the timer of a node that was ready and is not is named; its instance follows."""


def to_judge(ctx: RotationContext) -> Iterable[Member]:
    """Return the current members that are not well, or were not at the last look."""
    situation = ctx.situation
    offers = ctx.journal.offers if situation.current and knows_offers(ctx) else ()
    csi_nodes = ctx.view.cache.items(CSINODES) if offers else None
    made_of = (situation, offers, csi_nodes, ctx.journal.expected_taints)
    ill = ctx.shelved(_lacking, *made_of, ctx.policy.readiness_gates)
    if ill := ill.union(lost for name in ctx.memory.timers if (lost := _lost_one(name))):
        return [one for one in situation.current if one.id in ill or not one.joined]
    return [one for one in situation.unjoined if not one.outdated]


def _lacking(
    situation: Situation,
    offers: tuple[str, ...],
    csi_nodes: Mapping[str, CsiNode] | None,
    recorded: tuple[str, ...],
    gates: tuple[str, ...],
) -> frozenset[str]:
    """Return the ids of the joined members that lack something; the others are well."""
    by_name = {one.name: one for one in (csi_nodes or {}).values()}
    expected = situation.expected_taints | set(recorded)
    return frozenset(
        one.id
        for one in situation.current
        if one.joined and one.node is not None
        if waiting_for(one, (), (), expected, (), gates)
        or not offers_all(offers, one.node, by_name)
    )


def lacking_offers(ctx: RotationContext, member: Member) -> tuple[str, ...]:
    """Return what most of the group's outdated nodes offered and this one does not.

    Drivers that cannot be read count as lacking.
    """
    if member.node is None or not ctx.journal.offers:
        return ()
    csi_nodes = ctx.view.cache.items(CSINODES).values()
    return missing_offers(ctx.journal.offers, member.node, csi_nodes)


def knows_offers(ctx: RotationContext) -> bool:
    """Return whether the drivers are known, if there are any to ask for."""
    if not any(offer.startswith(DRIVER) for offer in ctx.journal.offers):
        return True
    ctx.feeds.add(CSINODES)
    return ctx.view.cache.synced(CSINODES)


def _lost_one(timer: str) -> str:
    """Return the instance of a timer of a lost node, "" for another timer."""
    return timer[len(NOT_READY_AGAIN) :] if timer.startswith(NOT_READY_AGAIN) else ""
