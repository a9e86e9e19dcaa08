# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge how far Karpenter is with the nodes that have drifted, and what holds it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    FINISHED,
    rule,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import KARPENTER
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.nodepool import (
    NodeClaim,
    NodePool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Node,
    Pod,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed

PODS_NAMED = 3
"""How many pods a sentence names."""


@dataclasses.dataclass(frozen=True)
class DriftLook:
    """What is there at one moment, `now` in UTC.

    `pods`: by the name of their node. `budgets`: all PodDisruptionBudgets.
    """

    now: datetime.datetime
    claims: tuple[NodeClaim, ...]
    nodes: tuple[Node, ...] = ()
    pods: Mapping[str, tuple[Pod, ...]] = dataclasses.field(default_factory=dict)
    budgets: tuple[Budget, ...] = ()

    def of(self, pool: str) -> tuple[NodeClaim, ...]:
        """Return the NodeClaims of a NodePool."""
        return tuple(claim for claim in self.claims if claim.pool == pool)

    def held(self, claim: NodeClaim) -> bool:
        """Return whether Karpenter may not disrupt a node, by its own annotation."""
        mine = (node for node in self.nodes if node.name == claim.node)
        return claim.held or any(one.annotations.get(KARPENTER) == "true" for one in mine)


@dataclasses.dataclass(frozen=True)
class PoolDrift:
    """How far a NodePool is.

    `drifted`: NodeClaims that have to go, those that go already included. `leaving`, `coming`:
    that are being ended, and launched. `held_by`: what keeps Karpenter from going on, sentences.
    """

    pool: str
    nodes: int
    drifted: tuple[NodeClaim, ...] = ()
    leaving: tuple[NodeClaim, ...] = ()
    coming: tuple[NodeClaim, ...] = ()
    held_by: tuple[str, ...] = ()

    @property
    def at_rest(self) -> bool:
        """Return whether nothing has drifted, and nothing is on its way."""
        return not (self.drifted or self.leaving or self.coming)


def drift_of(look: DriftLook, pool: NodePool) -> PoolDrift:
    """Return how far Karpenter is with a NodePool."""
    claims = look.of(pool.name)
    drifted = tuple(one for one in claims if one.drifted)
    leaving = tuple(one for one in claims if one.deleting)
    coming = tuple(one for one in claims if not one.ready and not one.deleting)
    held = tuple(_holders(look, pool, claims)) if drifted else ()
    return PoolDrift(pool.name, len(claims), drifted, leaving, coming, held)


def _holders(look: DriftLook, pool: NodePool, claims: tuple[NodeClaim, ...]) -> Iterator[str]:
    waiting = [one for one in claims if one.drifted and not one.deleting]
    ready = [one for one in claims if one.ready and not one.deleting]
    allowed, budget = pool.tightest(len(ready), look.now)
    if waiting and budget is not None and allowed < 1:
        yield f"NodePool {pool.name}: its disruption budget {budget.text} lets no node go now"
    if held := sorted(one.called for one in waiting if look.held(one)):
        words = ("is", "its node") if len(held) == 1 else ("are", "their nodes")
        yield f"{listed(held)} {words[0]} held by {KARPENTER} on {words[1]}"
    for claim in sorted(waiting, key=lambda one: one.called):
        yield from _pods_that_hold(look, claim)
    for claim in sorted((one for one in claims if one.deleting), key=lambda one: one.called):
        yield from _pods_that_stay(look, claim)


def _pods_that_hold(look: DriftLook, claim: NodeClaim) -> Iterator[str]:
    """Find pods for whose sake Karpenter does not begin with a node.

    Source: Karpenter documentation, "Disruption": their annotation and their budgets do, unless the
    NodeClaim has a terminationGracePeriod.
    """
    if claim.forced:
        return
    here = [pod for pod in look.pods.get(claim.node, ()) if pod.phase not in FINISHED]
    if marked := sorted(pod.id for pod in here if pod.annotations.get(KARPENTER) == "true"):
        yield f"{claim.called} is held by {KARPENTER} on pod {listed(marked)}"
    if stuck := _may_not_be_evicted(look, claim):
        yield f"Karpenter does not begin with {claim.called}, since it may not evict {stuck}"


def _pods_that_stay(look: DriftLook, claim: NodeClaim) -> Iterator[str]:
    """Find pods that may not be evicted from a node that is being drained."""
    if stuck := _may_not_be_evicted(look, claim):
        yield f"{claim.called} is being drained, and may not evict {stuck}"


def _may_not_be_evicted(look: DriftLook, claim: NodeClaim) -> str:
    """Return the pods of a node that their budgets hold, "" for none."""
    stuck = []
    for pod in look.pods.get(claim.node, ()):
        ruling = rule(pod, look.budgets, {})
        if pod.phase not in FINISHED and pod.deleted_at is None and not ruling.admitted:
            stuck.append(f"{pod.id} ({ruling.reason})")
    more = f" and {len(stuck) - PODS_NAMED} more" if len(stuck) > PODS_NAMED else ""
    return ", ".join(sorted(stuck)[:PODS_NAMED]) + more
