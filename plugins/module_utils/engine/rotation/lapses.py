# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the new nodes that are to be judged: all but those that are still well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

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
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.derived import Shelf

NOT_READY_AGAIN = "lost "
"""How the timer of a node that was ready and is not is named; its instance follows."""


def to_judge(ctx: RotationContext) -> Iterable[Member]:
    """Return the current members that are not well, or were not at the last look."""
    situation = ctx.situation
    offers = ctx.journal.offers if situation.current and knows_offers(ctx) else ()
    csi_nodes = ctx.view.cache.items(CSINODES) if offers else None
    expected = ctx.shelved(_expected, situation.expected_taints, ctx.journal.expected_taints)
    by_name = ctx.shelved(_by_name, csi_nodes)
    made_of = (offers, by_name, expected, ctx.policy.readiness_gates)
    ill = ctx.shelved(_lacking, ctx.memory.shelf, situation, *made_of)
    if ill := ill.union(lost for name in ctx.memory.timers if (lost := _lost_one(name))):
        return [one for one in situation.current if one.id in ill or not one.joined]
    return [one for one in situation.unjoined if not one.outdated]


def _expected(taints: frozenset[str], recorded: tuple[str, ...]) -> frozenset[str]:
    """Return the taints that nodes carry on purpose."""
    return taints.union(recorded)


def _by_name(csi_nodes: Mapping[str, CsiNode] | None) -> Mapping[str, CsiNode]:
    return {one.name: one for one in (csi_nodes or {}).values()}


def _lacking(shelf: Shelf, situation: Situation, *made_of: Any) -> frozenset[str]:
    """Return the ids of the joined members that lack something; the others are well.

    Only those that have changed are judged again.
    """
    return frozenset(filter(None, shelf.each(_ill, situation.current, made_of)))


def _ill(
    member: Member,
    offers: tuple[str, ...],
    by_name: Mapping[str, CsiNode],
    expected: frozenset[str],
    gates: tuple[str, ...],
) -> str:
    """Return the id of a member that has joined and lacks something, "" for another."""
    if not member.joined or member.node is None:
        return ""
    lacks = waiting_for(member, (), (), expected, (), gates)
    return member.id if lacks or not offers_all(offers, member.node, by_name) else ""


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
