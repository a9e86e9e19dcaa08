# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change what node groups launch from under their Leases."""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import follow
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import (
    check_above_zero,
    check_at_least,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Cloud, Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import in_the_way
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
    given = any(params.get(name) for name in CLUSTER_OPTIONS)
    return given or any(os.environ.get(f"K8S_AUTH_{name.upper()}") for name in CLUSTER_OPTIONS)


def new_run_id() -> str:
    """Return an ID for a run that was given none."""
    return f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(2)}"


def holder_of(run_id: str) -> str:
    """Return the name under which this process holds Leases."""
    return f"{socket.gethostname()}_{os.getpid()}_{run_id}"


def order_of(params: Mapping[str, Any], claims: tuple[LeaseClaim, ...]) -> LockOrder:
    """Return what the options ask for. Raises InputError."""
    check_above_zero("handover_timeout", params["handover_timeout"], "seconds")
    check_at_least("lock_wait", params["lock_wait"], 0, "seconds")
    run_id = params["run_id"] or new_run_id()
    timeout, wait = float(params["handover_timeout"]), float(params["lock_wait"])
    return LockOrder("take", claims, run_id, holder_of(run_id), timeout, wait)


class Locks:
    """Leases of the cluster that a module's options lead to."""

    def __init__(self, module: Any) -> None:
        self._module, self._namespace = module, module.params["lock_namespace"]

    def change(self, order: LockOrder, act: Callable[[float], ChangeMade[T]], keep: bool) -> T:
        """Make a change under Leases; see engine.handover.change."""
        call = connect(self._module, one_attempt=True)
        cluster = KubeClient(call, self._namespace, deadline=Deadline(clock))
        ports = Ports(cast(Cloud, None), cluster)  # a Lease is no matter of AWS
        with ThreadInbox(ports, lambda feed: follow(call, feed)) as inbox:
            return change(inbox, order, act, keep)

    def held(self, claims: Iterable[LeaseClaim], run_id: str) -> Iterator[str]:
        """Yield a sentence for each Lease that is in the way now; none is taken."""
        cluster = KubeClient(connect(self._module), self._namespace)
        for claim in claims:
            if sentence := in_the_way(cluster.read_lease(claim.lease), claim.group, run_id):
                yield sentence
