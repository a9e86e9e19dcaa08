# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the pod that keeps a PodDisruptionBudget from allowing an eviction."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    FINISHED,
    covering,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Budget, Pod


def not_running(pod: Pod) -> str:
    """Say why a pod does not run, in the scheduler's or the kubelet's words."""
    if pod.deleted_at is not None:
        return f"pod {pod.id} is still ending on {pod.node}"
    if pod.unscheduled:
        return f"pod {pod.id} cannot be scheduled: {pod.unscheduled}"
    if not pod.node:
        return f"pod {pod.id} is being scheduled"
    state = pod.waiting or ("Pending" if pod.phase == "Pending" else "not ready")
    return f"pod {pod.id} is {state} on {pod.node}"


def held_by(budget: Budget, pods: Iterable[Pod]) -> str:
    """Say which of these pods holds the budget, "" if all that it covers are ready.

    One that cannot be scheduled is named first, then one that is Pending, then one not ready. One
    that is deleted comes last: what replaces it usually holds the budget, but a StatefulSet waits
    for its end, which on a dead node does not come.
    """
    unready = [
        pod
        for pod in pods
        if not pod.ready and pod.phase not in FINISHED and covering(pod, (budget,))
    ]
    unready.sort(key=_last_named)
    if not unready:
        return ""
    more = len(unready) - 1
    return not_running(unready[0]) + (f" (and {more} more)" if more else "")


def _last_named(pod: Pod) -> tuple[bool, bool, bool, str]:
    return pod.deleted_at is not None, not pod.unscheduled, pod.phase != "Pending", pod.id
