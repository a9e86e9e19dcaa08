# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find what would make EKS's update of a node group fail, before EKS begins.

EKS evicts pods as their budgets allow and gives up after 15 minutes; it takes all outdated nodes
out of service at once (EKS user guide, "Understand each phase of node updates").
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks import quotas
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    budgets_for_now,
    endless_budgets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    FINISHED,
    rule,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    Context,
    Fate,
    decide,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedMember,
    Nodegroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.troubles import (
    HEALTH_ISSUES,
    explain,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Pod,
    Service,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import counted, listed

EKS_DRAIN = DrainPolicy(force=True, delete_emptydir_data=True)
"""How EKS drains: whatever the pods hold and whoever owns them, by eviction."""
EVERY = "(the target)"
"""An image that no instance has, so that a Look takes all of its instances for outdated."""


@dataclasses.dataclass(frozen=True)
class ManagedLook:
    """A node group, the nodes that EKS would replace, and what is in the cluster.

    `services`: None where they may not be read. `rooms`: under the quotas that the group counts
    against, None where they may not be read.
    """

    nodegroup: Nodegroup
    outdated: tuple[ManagedMember, ...]
    pods: tuple[Pod, ...] = ()
    budgets: tuple[Budget, ...] = ()
    services: tuple[Service, ...] | None = ()
    rooms: tuple[Room, ...] | None = ()

    @property
    def surge(self) -> int:
        """Return how many instances EKS launches besides."""
        group = self.nodegroup.group
        config = self.nodegroup.config
        return config.surge(group.desired, len(group.zones)) if self.outdated else 0

    @property
    def draining(self) -> Look:
        """Return it for the findings about budgets that are alike for all kinds."""
        group = dataclasses.replace(
            self.nodegroup.group, instances=tuple(one.instance for one in self.outdated)
        )
        nodes = {one.id: one.node for one in self.outdated if one.node is not None}
        return Look(
            *(group, nodes, self.pods, self.budgets),
            image_id=EVERY,
            drain=EKS_DRAIN,
            services=None,
            rooms=self.rooms,
        )


def leaving(pods: Mapping[str, tuple[Pod, ...]], node: str) -> tuple[Pod, ...]:
    """Return the pods on a node that have to leave; `pods`: by node."""
    return tuple(pod for pod in pods.get(node, ()) if _has_to_leave(pod))


def _has_to_leave(pod: Pod) -> bool:
    if pod.phase in FINISHED:
        return False
    return decide(pod, Context(EKS_DRAIN)).fate in (Fate.REMOVE, Fate.AWAIT)


def blockers(look: ManagedLook, force: bool = False) -> tuple[str, ...]:
    """Return what would make the update fail, one sentence each.

    By `force` EKS gets past budgets, and past nothing else.
    """
    budgets = () if force else endless_budgets(look.draining)
    return (*budgets, *_too_few_addresses(look), *_too_small_quota(look))


def past_budgets(look: ManagedLook) -> tuple[str, ...]:
    """Return the pods that EKS would delete by force, past their budgets."""
    names = {one.node.name for one in look.outdated if one.node is not None}
    here = [pod for pod in look.pods if pod.node in names and _has_to_leave(pod)]
    return tuple(sorted(pod.id for pod in here if not rule(pod, look.budgets, {}).admitted))


def warnings(look: ManagedLook) -> tuple[str, ...]:
    """Return what may make it slow or needs a check, one sentence each."""
    issues = (explain(one, HEALTH_ISSUES) for one in look.nodegroup.issues)
    name = look.nodegroup.name
    return (
        *(f"Node group {name} is not healthy: {text}" for text in issues),
        *budgets_for_now(look.draining),
        *_empty_target_groups(look),
        *_local_services(look),
        *(_quotas(look) if not _too_small_quota(look) else ()),
    )


def _too_few_addresses(look: ManagedLook) -> Iterator[str]:
    """Find subnets that are too full for EKS's surge.

    EKS goes on only once a new node is Ready in every zone.
    """
    nodegroup, addresses, extra = look.nodegroup, look.nodegroup.addresses, look.surge
    if not addresses or not extra:
        return
    free, full = sum(addresses.values()), sorted(zone for zone, n in addresses.items() if n < 1)
    if full and free >= extra:
        where = f"have no free address in {listed(full)}, where it waits for a new node"
    elif free < extra:
        where = f"have {free} free addresses"
    else:
        return
    yield (
        f"EKS launches {counted(extra, 'instance')} more for the update, and the subnets of"
        f" {nodegroup.name} {where}. Free some, or choose update_strategy minimal"
    )


def _quotas(look: ManagedLook) -> tuple[str, ...]:
    """Find quotas without room for EKS's surge, and those that nobody knows."""
    return tuple(quotas.tight(look.draining, look.surge)) if look.surge else ()


def _too_small_quota(look: ManagedLook) -> tuple[str, ...]:
    """Find the quota that is surely too small.

    That is sure of a group with one instance type and no other.
    """
    alone = look.rooms if look.rooms and len(look.rooms) == 1 else ()
    sure = [room for room in alone if len(room.types) == 1 and quotas.full(room, look.surge)]
    return _quotas(look) if sure else ()


def _empty_target_groups(look: ManagedLook) -> Iterator[str]:
    """Find target groups whose healthy targets are all on outdated nodes."""
    group, old = look.nodegroup.group, {one.id for one in look.outdated}
    for arn in group.target_groups:
        healthy = {one.id for one in group.targets if one.group == arn and one.state == "healthy"}
        if healthy and healthy <= old:
            yield (
                f"All {len(healthy)} healthy targets of target group {arn} are on outdated nodes."
                " EKS takes these out of service at one time, once new nodes are Ready: see that"
                " new nodes become healthy there"
            )


def _local_services(look: ManagedLook) -> Iterator[str]:
    """Find Services of traffic policy Local all of whose pods are on outdated nodes."""
    names = {one.node.name for one in look.outdated if one.node is not None}
    for service in look.services or ():
        if not service.local or service.selector is None:
            continue
        mine = [
            pod
            for pod in look.pods
            if pod.namespace == service.namespace and service.selector.matches(pod.labels)
        ]
        ready = [pod for pod in mine if pod.ready and pod.deleted_at is None]
        if ready and all(pod.node in names for pod in ready):
            yield (
                f"Service {service.namespace}/{service.name} has externalTrafficPolicy Local, and"
                f" all of its pods ({listed(sorted(pod.id for pod in ready))}) are on outdated"
                " nodes. EKS takes these out of the load balancers before the pods have moved:"
                " the Service may have no target for a while"
            )
