# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide for each pod whether a drain removes it.

The first filter with a decision wins. Order and meaning are those of kubectl drain (its
documentation and `kubectl drain --help`). Filters that kubectl does not have come last, so they can
only make a drain more careful.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable
from typing import Optional

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import FINISHED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod

MIRROR = "kubernetes.io/config.mirror"
KARPENTER = "karpenter.sh/do-not-disrupt"
AUTOSCALER = "cluster-autoscaler.kubernetes.io/safe-to-evict"


class Fate(enum.Enum):
    """What a drain does with a pod."""

    REMOVE = "remove"
    """Evict it (or delete it)."""
    LEAVE = "leave"
    """Leave it on the node; the node counts as drained all the same."""
    AWAIT = "await"
    """Wait until it ends by itself."""
    REFUSE = "refuse"
    """Do not drain the node while it is there, unless an option allows it."""
    SKIP_NODE = "skip_node"
    """Do not drain its node, which is no failure."""


@dataclasses.dataclass(frozen=True)
class Decision:
    """A pod's fate and, for people, the reason and the option that would change it."""

    fate: Fate
    why: str = ""
    todo: str = ""


@dataclasses.dataclass(frozen=True)
class Context:
    """What the filters know besides the pod.

    `daemonsets`: namespace/name of those that exist; None if they have not been listed.
    `terminating_for`: seconds since the pod's deletion timestamp; None if it is not terminating.
    """

    policy: DrainPolicy
    daemonsets: frozenset[str] | None = None
    terminating_for: float | None = None


Filter = Callable[[Pod, Context], Optional[Decision]]


def decide(pod: Pod, context: Context) -> Decision:
    """Return what a drain does with the pod."""
    for look in CHAIN:
        decision = look(pod, context)
        if decision is not None:
            return decision
    return Decision(Fate.REMOVE)


def finished(pod: Pod) -> bool:
    """Return whether the pod has ended. A drain always removes such pods."""
    return pod.phase in FINISHED


def of_daemonset(pod: Pod) -> bool:
    """Return whether a DaemonSet controls the pod."""
    owner = pod.owner
    return owner is not None and (owner.group, owner.kind) == ("apps", "DaemonSet")


def _unselected(pod: Pod, context: Context) -> Decision | None:
    if context.policy.pod_selector.matches(pod.labels):
        return None
    return Decision(Fate.LEAVE, "not selected by pod_selector")


def _long_terminating(pod: Pod, context: Context) -> Decision | None:
    limit = context.policy.skip_wait_for_delete_timeout
    if not limit or context.terminating_for is None or context.terminating_for <= limit:
        return None
    return Decision(
        Fate.LEAVE, f"terminating for more than {limit} s (skip_wait_for_delete_timeout)"
    )


def _daemonset(pod: Pod, context: Context) -> Decision | None:
    if not of_daemonset(pod) or finished(pod) or pod.owner is None:
        return None
    if (
        context.daemonsets is not None
        and f"{pod.namespace}/{pod.owner.name}" not in context.daemonsets
    ):
        if context.policy.force:
            return None
        return Decision(
            Fate.REFUSE,
            f"its DaemonSet {pod.owner.name} is gone and nothing will replace it",
            "set force",
        )
    if context.policy.ignore_daemonsets:
        return Decision(Fate.LEAVE, f"managed by DaemonSet {pod.owner.name}")
    return Decision(Fate.REFUSE, f"managed by DaemonSet {pod.owner.name}", "set ignore_daemonsets")


def _mirror(pod: Pod, context: Context) -> Decision | None:
    return Decision(Fate.LEAVE, "static pod of the kubelet") if MIRROR in pod.annotations else None


def _local_data(pod: Pod, context: Context) -> Decision | None:
    if not pod.empty_dir or finished(pod) or context.policy.delete_emptydir_data:
        return None
    return Decision(
        Fate.REFUSE, "has local data in an emptyDir", "set delete_emptydir_data to lose it"
    )


def _unmanaged(pod: Pod, context: Context) -> Decision | None:
    if pod.owner is not None or finished(pod) or context.policy.force:
        return None
    return Decision(
        Fate.REFUSE, "has no controller and nothing will replace it", "set force to lose it"
    )


def _do_not_disrupt(pod: Pod, context: Context) -> Decision | None:
    mark = f"{KARPENTER}=true" if pod.annotations.get(KARPENTER) == "true" else ""
    mark = mark or (f"{AUTOSCALER}=false" if pod.annotations.get(AUTOSCALER) == "false" else "")
    wish = context.policy.honor_do_not_disrupt
    if not mark or wish == "ignore" or finished(pod) or pod.deleted_at is not None:
        return None
    fate = Fate.AWAIT if wish == "wait" else Fate.SKIP_NODE
    return Decision(
        fate, f"marked {mark}", "wait for it to end, or set honor_do_not_disrupt to ignore"
    )


def _job(pod: Pod, context: Context) -> Decision | None:
    waits = context.policy.wait_for_jobs and pod.owner is not None and pod.owner.kind == "Job"
    if not waits or finished(pod) or pod.deleted_at is not None or pod.owner is None:
        return None
    return Decision(
        Fate.AWAIT,
        f"Job {pod.owner.name} is still running",
        "wait for it to end, or unset wait_for_jobs",
    )


def _terminating(pod: Pod, context: Context) -> Decision | None:
    """Wait for a terminating pod, unless a shorter grace than its own is wanted.

    Of one that has finished only the object is left, which a finalizer may keep.
    """
    if pod.deleted_at is None:
        return None
    if finished(pod):
        return Decision(Fate.LEAVE, "has finished, and is being deleted")
    given = pod.deletion_grace if pod.deletion_grace is not None else pod.grace_period
    wanted = context.policy.grace(given)
    if wanted is not None and wanted < given:
        return None
    return Decision(Fate.AWAIT, "terminating")


CHAIN: tuple[Filter, ...] = (
    _unselected,
    _long_terminating,
    _daemonset,
    _mirror,
    _local_data,
    _unmanaged,
    _do_not_disrupt,
    _job,
    _terminating,
)
