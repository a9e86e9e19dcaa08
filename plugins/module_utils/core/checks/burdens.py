# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what a drain of each node moves, and what stands in its way."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    FINISHED,
    rule,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Context,
    Fate,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed


@dataclasses.dataclass(frozen=True)
class Burden:
    """What the drain of one node has to deal with.

    `pods`: number of pods that it evicts or deletes. `volumes`: their claims, as namespace/name.
    `in_the_way`: clauses for people, one for each thing that refuses, delays or loses something.
    """

    pods: int = 0
    volumes: tuple[str, ...] = ()
    in_the_way: tuple[str, ...] = ()


def burdens(look: Look) -> Mapping[str, Burden]:
    """Return what the drain of each outdated instance has to deal with, by its ID."""
    on: dict[str, list[Pod]] = collections.defaultdict(list)
    for pod in look.to_drain():
        on[pod.node].append(pod)
    found = {}
    for instance in look.group.launched:
        if look.outdated(instance):
            node = look.nodes.get(instance.id)
            found[instance.id] = _burden(look, node, on[node.name] if node else ())
    return found


def _burden(look: Look, node: Node | None, pods: Sequence[Pod]) -> Burden:
    moved = [pod for pod in pods if decide(pod, Context(look.drain)).fate is Fate.REMOVE]
    volumes = {f"{pod.namespace}/{claim}" for pod in moved for claim in pod.claims}
    ways = (*_of_node(node), *_of_fates(look, pods), *_of_budgets(look, moved), *_lost(moved))
    return Burden(len(moved), tuple(sorted(volumes)), ways)


def _of_node(node: Node | None) -> Iterator[str]:
    if node is None:
        yield "no Node belongs to it"
        return
    if node.ready is not True:
        yield "its Node is not Ready"
    if node.unschedulable:
        yield "its Node is cordoned already"


def _of_fates(look: Look, pods: Sequence[Pod]) -> Iterator[str]:
    """Yield what a drain refuses, waits for, or leaves the node for."""
    held: dict[tuple[Fate, str], list[str]] = collections.defaultdict(list)
    for pod in pods:
        decision = decide(pod, Context(look.drain))
        if decision.fate in (Fate.REFUSE, Fate.AWAIT, Fate.SKIP_NODE):
            held[decision.fate, decision.why].append(pod.id)
    for (fate, why), ids in held.items():
        left = ", so the node is left" if fate is Fate.SKIP_NODE else ""
        yield f"{listed(sorted(ids))}: {why}{left}"


def _of_budgets(look: Look, pods: Sequence[Pod]) -> Iterator[str]:
    """Yield the budgets that admit no eviction now."""
    held: dict[str, list[str]] = collections.defaultdict(list)
    for pod in pods if not look.drain.disable_eviction else ():
        override = look.drain.override(pod)
        ruling = rule(pod, look.budgets, {})
        if not ruling.admitted and (override is None or override.action != "delete"):
            held[", ".join(budget.id for budget in ruling.budgets)].append(pod.id)
    for budget, ids in sorted(held.items()):
        yield f"budget {budget} allows no eviction of {listed(sorted(ids))} now"


def _lost(pods: Sequence[Pod]) -> Iterator[str]:
    """Yield the pods that are lost for good, or with their data."""
    alive = [pod for pod in pods if pod.phase not in FINISHED]
    if alone := sorted(pod.id for pod in alive if pod.owner is None):
        yield f"{listed(alone)}: has no controller, and is lost"
    if local := sorted(pod.id for pod in alive if pod.empty_dir and pod.owner is not None):
        yield f"{listed(local)}: loses its emptyDir"
