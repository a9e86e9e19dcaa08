# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember which workloads lost a pod by this run, and what they had before."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import AccessError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod, Workload
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    Feed,
    changed_items,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.workloads import (
    Loss,
    keys_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import PodMemory
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.context import (
    RotationContext,
)

FEEDS = {
    "Deployment": Feed("deployments"),
    "StatefulSet": Feed("statefulsets"),
    "ReplicaSet": Feed("replicasets"),
    "ReplicationController": Feed("replicationcontrollers"),
}
"""What tells of each kind of workload; the last two are followed only where a pod needs it."""
Items = Mapping[str, Workload]
ALWAYS = ("Deployment", "StatefulSet")


def note_losses(ctx: RotationContext) -> None:
    """Remember the workloads of the pods on leaving nodes.

    That is how many ready pods they have before the first goes, and which have lost one. It has to
    follow the decision of the drains.
    """
    if ctx.policy.workload_gate == "off":
        return
    ctx.feeds |= {FEEDS[kind] for kind in _kinds(ctx)}
    known = workloads(ctx)
    before, others = dict(ctx.memory.gate.ready_before), set(ctx.memory.gate.robbed)
    found: dict[str, Loss] = {}
    for pod in _draining(ctx):
        key = _key(pod.pod, known)
        if pod.accepted_at is not None and pod.pod.owner is not None:
            others.add(pod.pod.owner.key)
        if not key:
            continue
        if key in known and (pod.accepted_at is None or key not in before):
            before[key] = max(before.get(key, 0), _ready_before(ctx, known[key]))
        if pod.accepted_at is not None:
            found[key] = _with(found.get(key), pod, before.get(key, 0), key)
    # A pod of which no drain tells any more has ended with its node: nothing is ending.
    carried = {
        key: dataclasses.replace(loss, ending=0)
        for key, loss in ctx.memory.gate.losses.items()
        if key not in found
    }
    _keep(ctx, before, {**carried, **found}, frozenset(others))


def losing(ctx: RotationContext) -> set[str]:
    """Return the keys of the workloads that have lost a pod on a draining node."""
    known = workloads(ctx)
    return {_key(pod.pod, known) for pod in _draining(ctx) if pod.accepted_at is not None}


def _keep(
    ctx: RotationContext, before: dict[str, int], losses: dict[str, Loss], robbed: frozenset[str]
) -> None:
    memory = ctx.memory
    if (before, losses, robbed) != (
        memory.gate.ready_before,
        memory.gate.losses,
        memory.gate.robbed,
    ):
        ctx.note(ready_before=before, losses=losses, robbed=robbed)
    zones = {
        f"{pod.pod.namespace}/{claim}": zone
        for pod in _draining(ctx)
        if (zone := _zone(ctx, pod.pod))
        for claim in pod.pod.claims
    }
    if not zones.items() <= memory.gate.claim_zones.items():
        ctx.note(claim_zones={**memory.gate.claim_zones, **zones})


def _draining(ctx: RotationContext) -> tuple[PodMemory, ...]:
    nodes = ctx.memory.drain.nodes.values()
    return tuple(pod for node in nodes for pod in node.pods.values())


def _zone(ctx: RotationContext, pod: Pod) -> str:
    member = ctx.situation.by_name.get(pod.node) if pod.claims else None
    return member.instance.zone if member is not None else ""


def _with(loss: Loss | None, pod: PodMemory, before: int, key: str) -> Loss:
    """Return the loss with one more pod.

    A StatefulSet counts a pod that ends as ready and makes no other in its place before its end.
    The other controllers do not count it.
    """
    ends = key.startswith("StatefulSet ") and pod.gone_at is None and pod.pod.ready
    known = loss or Loss(before, pod.accepted_at or 0.0)
    last = max(known.last, pod.accepted_at or 0.0)
    return dataclasses.replace(known, last=last, ending=known.ending + ends)


def _ready_before(ctx: RotationContext, workload: Workload) -> int:
    """Return how many ready pods the workload had before this run took any.

    They are those of now, and those that were taken already where it was read too late.
    """
    late = 0
    if workload.key not in ctx.memory.gate.ready_before:
        taken = (pod.pod for pod in _draining(ctx) if pod.accepted_at is not None)
        late = sum(workload.key in keys_of(pod) for pod in taken)
    return min(workload.wanted, workload.ready + late)


def _key(pod: Pod, known: Mapping[str, Workload]) -> str:
    keys = keys_of(pod)
    return next((key for key in keys if key in known), keys[-1]) if keys else ""


def _kinds(ctx: RotationContext) -> set[str]:
    """Return the kinds of workloads to follow.

    They are the usual ones, and those that a pod needs.
    """
    known = workloads(ctx)
    wanted = {key.partition(" ")[0] for key in ctx.memory.gate.losses}
    if ctx.view.cache.synced(FEEDS["Deployment"]):
        keys = (_key(pod.pod, known) for pod in _draining(ctx))
        wanted |= {key.partition(" ")[0] for key in keys if key}
    return {*ALWAYS, *(kind for kind in wanted if kind in FEEDS)}


def workloads(ctx: RotationContext) -> Mapping[str, Workload]:
    """Return all workloads that are followed, by key.

    The mapping is made anew only when one of them has changed.
    """
    memo = ctx.memory.gate.workloads
    parts = tuple(ctx.view.cache.items(feed) for feed in FEEDS.values())
    if memo is None or any(one is not other for one, other in zip(memo[0], parts, strict=True)):
        memo = (parts, _renewed(memo, parts))
        ctx.note(workloads=memo)
    return memo[1]


def _renewed(
    memo: tuple[tuple[Items, ...], Items] | None, parts: tuple[Items, ...]
) -> dict[str, Workload]:
    """Return the workloads by key; only what has changed is looked at."""
    found = dict(memo[1]) if memo is not None else {}
    for before, items in zip(memo[0] if memo is not None else (), parts, strict=False):
        changed = changed_items(before, items)
        if changed is None:
            memo = None
            break
        found.update((one.key, one) for one in changed.values())
    return found if memo is not None else {one.key: one for part in parts for one in part.values()}


def unread(ctx: RotationContext) -> str:
    """Return why the workloads are not known yet, "" if they are.

    If some may not be read, that is told, and Pending pods are all that counts of them.
    """
    for kind in sorted(_kinds(ctx)):
        feed = FEEDS[kind]
        ctx.feeds.add(feed)
        error = ctx.view.cache.broken.get(feed)
        if isinstance(error, AccessError):
            ctx.tell(
                "warning",
                ctx.group.name,
                f"{feed.kind} may not be read, so the workload gate looks at Pending pods alone:"
                f" {error.message}",
                once=f"unread {kind}",
            )
        elif not ctx.view.cache.synced(feed):
            return f"the {feed.kind} are being listed"
    return ""
