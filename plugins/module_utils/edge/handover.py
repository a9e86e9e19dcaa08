# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change what node groups launch from under their Leases."""

from __future__ import annotations

import functools
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.instances import (
    describe_instances,
    joined,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import Feeds
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.cluster import (
    contradiction,
    count,
    evidence_of,
    wrong_cluster,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    LockedError,
    RotatorError,
    UnfinishedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import NODES
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIGNPOST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import (
    check_above_zero,
    check_at_least,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    held_elsewhere,
    in_the_way,
    lease_name,
    other_namespaces,
    pause_in_the_way,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    by_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import (
    read_signpost,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kops import leads_by_kops
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube import connect
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.change import (
    ChangeMade,
    change,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseClaim,
    LockOrder,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.inbox import (
    ThreadInbox,
    clock,
)

T = TypeVar("T")
CLUSTER_OPTIONS = ("eks_cluster", "kubeconfig", "context", "host", "api_key")
"""Options of which one says that a cluster is meant, with K8S_AUTH_* as kubernetes.core has it."""


def names_cluster(params: Mapping[str, Any]) -> bool:
    """Return whether the options or K8S_AUTH_* lead to a cluster."""
    given = leads_by_kops(params) or any(params.get(name) for name in CLUSTER_OPTIONS)
    return given or any(os.environ.get(f"K8S_AUTH_{name.upper()}") for name in CLUSTER_OPTIONS)


def cluster_of(params: Mapping[str, Any]) -> str:
    """Return the name of the cluster that the options give, "" for none."""
    return params["cluster_name"] or params["eks_cluster"] or params["kops_cluster"] or ""


def new_run_id() -> str:
    """Return an ID for a run that was given none."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(2)}"


def holder_of(run_id: str) -> str:
    """Return the name under which this process holds Leases."""
    return f"{socket.gethostname()}_{os.getpid()}_{run_id}"


def order_of(
    params: Mapping[str, Any], claims: tuple[LeaseClaim, ...], begins: bool = False
) -> LockOrder:
    """Return what the options ask for. `begins`: see LockOrder. Raises InputError."""
    check_above_zero("handover_timeout", params["handover_timeout"], "seconds")
    check_at_least("lock_wait", params["lock_wait"], 0, "seconds")
    run_id = params["run_id"] or new_run_id()
    timeout, wait = float(params["handover_timeout"]), float(params["lock_wait"])
    return LockOrder("take", claims, run_id, holder_of(run_id), timeout, wait, begins)


def unfinished_of(error: RotatorError | None) -> dict[str, str]:
    """Return the result `unfinished`, which tells what an earlier run has left."""
    return {"unfinished": error.message} if isinstance(error, UnfinishedError) else {}


def check_groups(
    cluster: KubeClient,
    aws: Aws,
    groups: Sequence[DescribedGroup],
    named: str,
    params: Mapping[str, Any],
) -> str:
    """Refuse a cluster that is not that of the groups; return its UID.

    It is "" without groups. Instances prove it for the group that is named; the others only must
    not contradict it.
    """
    if not groups:
        return ""
    uid, name = cluster.cluster_uid(), cluster_of(params)
    for group in groups:
        lease = cluster.read_lease(lease_name(group.arn))
        known = evidence_of(group.name, group.tags, name, uid, lease)
        error = contradiction(known)
        if group.name == named:
            doing = f"read the instances of Auto Scaling group {named}"
            ids = [one.id for one in group.instances]
            found = describe_instances(aws, doing, "instance-id", ids) if ids else ()
            machines = {machine["InstanceId"]: machine for machine in found}
            instances = [joined(one, machines.get(one.id, {})) for one in group.instances]
            nodes = by_instance(cluster.records(NODES))
            known = count(known, instances, nodes, time.time())
            error = wrong_cluster(known, params["repair"], work=False)
        if error is not None:
            raise error
    return uid


def ways_elsewhere(
    cluster: KubeClient, groups: Iterable[DescribedGroup], own: str, run_id: str
) -> Iterator[LockedError]:
    """Yield an error for each Lease of the groups that another namespace holds."""
    for group in groups:
        sign = read_signpost(group.tags.get(SIGNPOST, ""))
        for namespace in other_namespaces(own, sign):
            lease = cluster.read_lease(lease_name(group.arn), namespace)
            if error := held_elsewhere(lease, group.name, namespace, run_id):
                yield error


def ways_now(cluster: KubeClient, order: LockOrder) -> Iterator[str]:
    """Yield a sentence for each Lease that is in the way of an order now."""
    for claim in order.claims:
        lease = cluster.read_lease(claim.lease)
        paused = pause_in_the_way(lease, claim.group) if order.begins else ""
        if sentence := paused or in_the_way(lease, claim.group, order.run):
            yield sentence


class Locks:
    """Leases of the cluster that a module's options lead to."""

    def __init__(self, module: Any) -> None:
        self._module, self._namespace = module, module.params["lock_namespace"]

    @functools.cached_property
    def _cluster(self) -> KubeClient:
        return KubeClient(connect(self._module), self._namespace)

    def check_cluster(self, groups: Sequence[DescribedGroup], named: str, aws: Aws) -> str:
        """Refuse another cluster than that of the groups; see check_groups."""
        return check_groups(self._cluster, aws, groups, named, self._module.params)

    def journal(self, arn: str) -> Journal:
        """Return what the Lease of an Auto Scaling group records.

        It is an empty record without a Lease.
        """
        lease = self._cluster.read_lease(lease_name(arn))
        return load(lease.journal) if lease is not None else Journal()

    def elsewhere(self, groups: Iterable[DescribedGroup], run_id: str) -> Iterator[LockedError]:
        """Yield an error for each Lease that another namespace holds."""
        return ways_elsewhere(self._cluster, groups, self._namespace, run_id)

    def change(self, order: LockOrder, act: Callable[[float], ChangeMade[T]], keep: bool) -> T:
        """Make a change under Leases; see engine.handover.change."""
        call = connect(self._module, one_attempt=True)
        cluster = KubeClient(call, self._namespace, deadline=Deadline(clock))
        ports = Ports(None, cluster)
        with ThreadInbox(ports, Feeds(call).follow) as inbox:
            return change(inbox, order, act, keep)

    def held(self, order: LockOrder) -> Iterator[str]:
        """Yield a sentence for each Lease that is in the way of the order now."""
        return ways_now(self._cluster, order)
