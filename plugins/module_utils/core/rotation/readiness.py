# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a fresh node counts: the strict meaning of Ready. Private to nodeops.rotator: may change in
any release.

Condition Ready is True (Unknown is not), the startup taints are gone, its DaemonSet pods are ready,
and it is healthy in every target group in which an outdated node is healthy now.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import DaemonSet, Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    BLOCKING,
    CONDITION,
    PREFIX,
    Member,
)

CORDON = CONDITION + "unschedulable"
"""The taint that goes with spec.unschedulable."""


def waiting_for(
    member: Member,
    pods: Iterable[Pod],
    broken: Iterable[str],
    usual: Iterable[str],
    unhealthy: tuple[str, ...],
) -> str:
    """What a fresh node still lacks, "" if nothing. `pods` are those on the node, `broken` the
    DaemonSets (namespace/name) that were so before us, `usual` the taint keys that the group's
    nodes carry by design, `unhealthy` the target groups that it should serve and does not."""
    node = member.node
    if node is None:
        return "its node to join the cluster"
    if node.ready is not True:
        return "its node to be Ready"
    if startup := [taint.key for taint in node.taints if _startup(taint.key, taint.effect, usual)]:
        return f"taint {startup[0]} to go"
    for pod in pods:
        if (
            pod.owner
            and pod.owner.kind == "DaemonSet"
            and not pod.ready
            and f"{pod.namespace}/{pod.owner.name}" not in broken
        ):
            return f"DaemonSet pod {pod.id} to be ready"
    return (
        f"target group {unhealthy[0].rsplit('/', 2)[-2:][0]} to find it healthy"
        if unhealthy
        else ""
    )


def _startup(key: str, effect: str, usual: Iterable[str]) -> bool:
    """Whether somebody will take this taint away when the node is complete; a cordon is a person's
    own."""
    return effect in BLOCKING and key not in usual and key != CORDON and not key.startswith(PREFIX)


def broken(daemonsets: Iterable[DaemonSet]) -> tuple[str, ...]:
    """The DaemonSets (namespace/name) with most of their pods not ready: broken before us, they say
    nothing about a fresh node."""
    return tuple(
        sorted(f"{one.namespace}/{one.name}" for one in daemonsets if one.ready * 2 < one.desired)
    )


def lacking_targets(group: Group, member: Member, outdated: frozenset[str]) -> tuple[str, ...]:
    """The target groups in which an outdated instance is healthy now and this one is not."""
    serving = {
        target.group
        for target in group.targets
        if target.state == "healthy" and target.id in outdated
    }
    mine = {
        target.group
        for target in group.targets
        if target.state == "healthy" and target.id == member.id
    }
    return tuple(sorted(serving - mine))
