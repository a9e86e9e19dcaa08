# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what could slow down or block a rotation, before it begins.

Findings are sentences for people: what is wrong, with which object, and what to do.
"""

from __future__ import annotations

import collections
from collections.abc import Iterator
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks import (
    aside,
    credentials,
    own_node,
    places,
    quotas,
    subnets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.target_groups import (
    gaps,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    FINISHED,
    counts_nothing,
    has_settled,
    rule,
    unusable,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Context,
    Fate,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.holders import held_by
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.operators import (
    operator_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import kind_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed


def warnings(look: Look) -> tuple[str, ...]:
    """Return what may slow down a rotation, block it for a while, or needs a check."""
    return (
        *_of_group(look),
        *aside.to_come(look),
        *_of_control_plane(look),
        *_of_nodes(look),
        *_of_budgets(look, passing=True),
        *_of_graces(look),
        *places.lost(look),
        *places.unread(look),
        *subnets.narrow(look),
        *quotas.tight(look, max(1, look.course.window.surge)),
        *own_node.worked_on(look),
        *credentials.ending(look),
        *gaps(look),
    )


def waits(look: Look) -> tuple[str, ...]:
    """Return those of the warnings that a rotation waits for before it goes on."""
    return (*_short(look), *_of_budgets(look, passing=True))


def blockers(look: Look) -> tuple[str, ...]:
    """Return what a drain can never get past, so that a rotation is bound to fail."""
    return (
        *_of_budgets(look, passing=False),
        *_of_pods(look),
        *places.stranded(look),
        *credentials.too_short(look),
    )


def _of_group(look: Look) -> Iterator[str]:
    name = look.group.name
    if not look.group.launched:
        yield (
            f"Auto Scaling group {name} is empty (desired {look.group.desired}). There is no"
            " node to replace"
        )
    yield from _short(look)
    if look.lease and look.lease.holder:
        yield (
            f"Node group {name} is locked by {look.lease.holder}. If that run has died, its"
            " Lease can be taken over soon"
        )
    elif not look.journal.clean:
        yield (
            f"An earlier run on node group {name} was interrupted. The next run resumes it"
            " and restores what it left"
        )


def _short(look: Look) -> Iterator[str]:
    """Say that instances are missing, or more than desired."""
    group, size = look.group, len(look.group.launched)
    if size not in (0, group.desired):
        why = f": {group.activity}" if group.activity else ""
        yield (
            f"Auto Scaling group {group.name} has {size} of {group.desired} instances{why}. A"
            " rotation waits for the rest first"
        )


def _of_control_plane(look: Look) -> Iterator[str]:
    """Say what only the rotation itself looks at."""
    if kind_of(look.group.tags).serves_api:
        yield (
            f"Auto Scaling group {look.group.name} is part of a control plane. Its rotation, or"
            " the plan of that, begins with a look at every node and at the backups of etcd"
        )


def _of_nodes(look: Look) -> Iterator[str]:
    launched = look.group.launched
    if alone := [
        instance.id
        for instance in launched
        if instance.lifecycle == "InService" and instance.id not in look.nodes
    ]:
        yield (
            f"No node of the cluster belongs to instance {listed(alone)} of {look.group.name}."
            " Check that the group belongs to this cluster and that its instances can join"
        )
    if broken := sorted(node.name for node in look.nodes.values() if node.ready is not True):
        yield (
            f"Node {listed(broken)} of {look.group.name} is not Ready. It is replaced like"
            " the others"
        )


def endless_budgets(look: Look) -> tuple[str, ...]:
    """Return what is to say of budgets that never allow an eviction."""
    return tuple(_of_budgets(look, passing=False))


def budgets_for_now(look: Look) -> tuple[str, ...]:
    """Return what is to say of budgets that allow no eviction now."""
    return tuple(_of_budgets(look, passing=True))


def _removed(look: Look) -> Iterator[Pod]:
    """Yield the pods that a drain would remove, or would if it did not refuse them."""
    for pod in look.to_drain():
        if decide(pod, Context(look.drain)).fate in (Fate.REMOVE, Fate.REFUSE):
            yield pod


def _evicted(look: Look) -> Iterator[Pod]:
    """Yield the pods that a drain would evict, so that their budgets count."""
    for pod in _removed(look) if not look.drain.disable_eviction else ():
        override = look.drain.override(pod)
        if override is None or override.action != "delete":
            yield pod


def _of_budgets(look: Look, passing: bool) -> Iterator[str]:
    """Find budgets that allow no eviction now (`passing`), or those that end a drain.

    A budget that never allows an eviction ends a drain, unless pods are deleted after the timeout.
    """
    held: dict[str, list[str]] = collections.defaultdict(list)
    known = {budget.id: budget for budget in look.budgets}
    forced = look.drain.on_timeout in ("delete", "force_delete")
    for pod in _evicted(look):
        ruling = rule(pod, look.budgets, {})
        budgets = ruling.budgets if not ruling.admitted else ()
        if len(budgets) > 1 and passing is forced:
            names = ", ".join(budget.id for budget in budgets)
            yield (
                f"Pod {pod.id} is covered by more than one PodDisruptionBudget ({names}), so"
                " it cannot be evicted. Keep only one of them"
            )
        if len(budgets) == 1:
            held[budgets[0].id].append(pod.id)
    for id_, pods in sorted(held.items()):
        budget = known[id_]
        ends = _is_hopeless(budget) and not forced and not operator_of(budget)
        if passing is not ends:
            yield _of_budget(budget, pods, held_by(budget, look.pods))


def _is_hopeless(budget: Budget) -> bool:
    """Return whether a budget with a status of today never allows an eviction."""
    requires_all = has_settled(budget) and budget.desired_healthy >= budget.expected_pods
    return bool(budget.sync_error) or requires_all


def _of_budget(budget: Budget, pods: list[str], holder: str) -> str:
    begin = f"PodDisruptionBudget {budget.id} ({budget.wanted}) of {listed(pods)}"
    if operator := operator_of(budget):
        return f"{begin} allows no eviction now. It is held by {operator}. A drain waits for it"
    if budget.sync_error:
        return (
            f"{begin} allows no eviction, because the control plane cannot work out its status:"
            f" {budget.sync_error}. Correct the budget"
        )
    if counts_nothing(budget):
        return (
            f"{begin} can never allow an eviction: it cannot be computed for pods without a"
            " controller. Give it a minAvailable that is a number, or give the pods a controller"
        )
    if _is_hopeless(budget):
        return (
            f"{begin} can never allow an eviction: it requires {budget.desired_healthy} of"
            f" {budget.expected_pods} pods. Raise the replicas or relax the budget"
        )
    numbers = f"{budget.current_healthy} pods are healthy and it requires {budget.desired_healthy}"
    why = unusable(budget) or (f"{numbers}; {holder}" if holder else numbers)
    return f"{begin} allows no eviction now: {why}. A drain waits for it"


def _of_pods(look: Look) -> Iterator[str]:
    """Find pods that a drain would refuse to remove."""
    refused: dict[tuple[str, str], list[str]] = collections.defaultdict(list)
    for pod in look.to_drain():
        decision = decide(pod, Context(look.drain))
        if decision.fate is Fate.REFUSE:
            refused[decision.why, decision.todo].append(pod.id)
    for (why, todo), pods in sorted(refused.items()):
        yield f"A drain would stop at {listed(sorted(pods))}: {why}. {todo}".rstrip(". ")


def _of_graces(look: Look) -> Iterator[str]:
    """Name pods that may take longer to end than a drain may last."""
    long = []
    for pod in _removed(look):
        asked = look.drain.grace(pod.grace_period)
        grace = pod.grace_period if asked is None else asked
        if look.drain.timeout and grace > look.drain.timeout:
            long.append(f"{pod.id} ({grace:.0f} s)")
    if long:
        yield (
            f"Pod {listed(sorted(long))} may take longer to end than the {look.drain.timeout:.0f} s"
            " of a drain. Raise the drain's timeout, or set max_grace_period"
        )


def workloads(look: Look) -> dict[str, dict[str, int]]:
    """Count the pods and ready pods of every workload that has a pod on the group.

    Keys are "kind namespace/name"; pods count in the whole cluster.
    """
    names = {name for pod in look.on_group() if (name := _workload(pod))}
    return count(look, names)


def count(look: Look, names: set[str]) -> dict[str, dict[str, int]]:
    """Count pods and ready pods by workload.

    Terminating and finished pods do not count.
    """
    found = {name: {"pods": 0, "ready": 0} for name in sorted(names)}
    for pod in look.pods:
        name = _workload(pod)
        if name in found and pod.deleted_at is None and pod.phase not in FINISHED:
            found[name]["pods"] += 1
            found[name]["ready"] += int(pod.ready)
    return found


def _workload(pod: Pod) -> str:
    """Return the workload that the pod belongs to, "" if it is not compared.

    Not compared are Jobs, DaemonSets, static pods and pods without a controller. The workload of a
    ReplicaSet is its Deployment, known by the hash at the end of the name.
    """
    if pod.owner is None or pod.owner.kind in ("Job", "DaemonSet", "Node"):
        return ""
    digest = pod.labels.get("pod-template-hash", "")
    if pod.owner.kind == "ReplicaSet" and digest and pod.owner.name.endswith(f"-{digest}"):
        return f"Deployment {pod.namespace}/{pod.owner.name.removesuffix(f'-{digest}')}"
    return f"{pod.owner.kind} {pod.namespace}/{pod.owner.name}"


def snapshot(look: Look) -> dict[str, Any]:
    """Return the state to compare with after the rotation (see verify.problems).

    It holds the group's settings before any rotation changed them, if need be from the record of an
    interrupted one, and how ready the workloads are.
    """
    group, journal = look.group, look.journal
    return {
        "max_size": journal.max_size[0] if journal.max_size else group.max_size,
        "suspended": sorted(group.suspended - set(journal.suspended)),
        "protects_new": journal.protects_new if journal.fenced else group.protects_new,
        "protected": sorted(
            journal.protected if journal.fenced else (i.id for i in group.launched if i.protected)
        ),
        "workloads": workloads(look),
    }
