# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implement core.ports.Cluster with raw requests, and read for short modules.

Every write is safe against what changed since we looked: deletions and evictions carry the object's
UID, a list that is replaced as a whole (taints, the Lease) carries the resourceVersion that it was
read at.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import objects
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.components import (
    ComponentReads,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.direct import (
    At,
    DirectHealth,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import (
    checked,
    error_of,
    reaching,
    retry_after,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import (
    Answer,
    read_answer,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import Feed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    JOURNAL,
    USUAL_NAMESPACE,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall, Reply

PAGE = 500
"""Objects per page of a list: 30,000 raw pods at once would take some 800 MB."""
LEASES = "/apis/coordination.k8s.io/v1/namespaces/{}/leases"
MERGE_PATCH = "application/merge-patch+json"


def utc_now() -> str:
    """Return the present moment as metav1.MicroTime writes it."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def selection(feed: Feed) -> dict[str, str]:
    """Return the query that narrows a list or watch to the feed."""
    query = {"labelSelector": feed.labels} if feed.labels else {}
    if feed.node:
        query["fieldSelector"] = (
            "spec.nodeName=" if feed.kind == "pods" else "metadata.name="
        ) + feed.node
    if feed.phase:
        query["fieldSelector"] = f"status.phase={feed.phase}"
    if feed.address:
        query["fieldSelector"] = f"status.podIP={feed.address}"
    return query


def list_pages(call: KubeCall, feed: Feed) -> Iterator[tuple[list[Any], str]]:
    """Yield the records of a feed page by page, with the list's resourceVersion.

    Raises core.errors.
    """
    query = {"limit": str(PAGE), **selection(feed)}
    doing, record = f"list {feed.kind}", objects.RECORDS[feed.kind]
    while True:
        with reaching(doing):
            body = checked(call.request("GET", objects.path_of(feed), query), doing)
        meta = body.get("metadata") or {}
        yield [record(item) for item in body.get("items") or ()], meta.get("resourceVersion", "")
        if not meta.get("continue"):
            return
        query = {**query, "continue": meta["continue"]}


class KubeClient(ComponentReads):
    """Implements core.ports.Cluster.

    Every method makes one attempt and raises core.errors.
    """

    def __init__(
        self,
        call: KubeCall,
        lease_namespace: str = USUAL_NAMESPACE,
        clock: Callable[[], str] = utc_now,
        deadline: Deadline = Deadline(),
        at: At = None,
    ) -> None:
        """Keep Leases in `lease_namespace`.

        `at` leads to single API servers.

        `clock` returns the text for a Lease's renewTime, which has to differ from write to write.
        """
        self._call, self._leases = call, LEASES.format(lease_namespace)
        self._namespace, self._clock, self._deadline = lease_namespace, clock, deadline
        self._direct = DirectHealth(at)

    def until(self, moment: float) -> KubeClient:
        """Return the same, which sends nothing after this moment but raises LateError."""
        limited = copy.copy(self)
        limited._deadline = self._deadline.until(moment)
        return limited

    def records(self, feed: Feed) -> list[Any]:
        """Return all records that a feed selects, read once."""
        return [item for page, _version in list_pages(self._call, feed) for item in page]

    def change_node(self, name: str, resource_version: str, change: NodeChange) -> str:
        """Write labels, annotations, taints and cordon at once; return the new version."""
        query = {"fieldManager": change.manager} if change.manager else None
        path, doing, body = (
            f"/api/v1/nodes/{name}",
            f"change node {name}",
            _patch(resource_version, change),
        )
        written = checked(self._reply("PATCH", path, doing, body, MERGE_PATCH, query), doing)
        return str((written.get("metadata") or {}).get("resourceVersion", ""))

    def delete_node(self, name: str, uid: str) -> None:
        """Delete the Node object with this UID, if it still exists."""
        try:
            self._send(
                "DELETE", f"/api/v1/nodes/{name}", f"delete node {name}", _options(uid, None, False)
            )
        except NotFoundError:
            return

    def evict(
        self, namespace: str, name: str, uid: str, grace: int | None, dry_run: bool
    ) -> Answer:
        """Request the eviction of the pod with this UID; return the server's answer."""
        eviction = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name, "namespace": namespace},
            "deleteOptions": _options(uid, grace, dry_run),
        }
        path = f"/api/v1/namespaces/{namespace}/pods/{name}/eviction"
        return self._ask("POST", path, f"evict pod {namespace}/{name}", eviction)

    def delete_pod(
        self, namespace: str, name: str, uid: str, grace: int | None, dry_run: bool
    ) -> Answer:
        """Delete the pod with this UID without asking its budgets."""
        path = f"/api/v1/namespaces/{namespace}/pods/{name}"
        return self._ask(
            "DELETE", path, f"delete pod {namespace}/{name}", _options(uid, grace, dry_run)
        )

    def cluster_uid(self) -> str:
        """Return the UID of namespace kube-system, which tells clusters apart."""
        doing = "read namespace kube-system"
        found = self._send("GET", "/api/v1/namespaces/kube-system", doing)
        uid = (found.get("metadata") or {}).get("uid")
        if not uid:
            raise UnreachableError(f"Cannot {doing}: the answer has no UID")
        return str(uid)

    def read_lease(self, name: str, namespace: str = "") -> Lease | None:
        """Return the Lease, None if it does not exist.

        `namespace`: another than that of our Leases, "" for that one.
        """
        place = namespace or self._namespace
        try:
            path = f"{LEASES.format(place)}/{name}"
            return objects.lease(self._send("GET", path, f"read Lease {place}/{name}"))
        except NotFoundError:
            return None

    def write_lease(self, lease: Lease) -> Lease:
        """Create (without a resource version) or replace the Lease, renewed now.

        Raises ConflictError if somebody else has changed it, NotFoundError without its namespace.
        """
        doing = f"write Lease {self._namespace}/{lease.name}"
        if not lease.resource_version:
            return self._create_lease(lease, doing)
        return objects.lease(
            self._send("PUT", f"{self._leases}/{lease.name}", doing, self._lease_body(lease))
        )

    def _create_lease(self, lease: Lease, doing: str) -> Lease:
        try:
            return objects.lease(self._send("POST", self._leases, doing, self._lease_body(lease)))
        except NotFoundError as error:
            hint = f"Create the namespace {self._namespace}, or set lock_namespace to another"
            raise NotFoundError(error.message, hint, error.code) from error

    def _lease_body(self, lease: Lease) -> dict[str, Any]:
        meta: dict[str, Any] = {
            "name": lease.name,
            "namespace": self._namespace,
            "annotations": {
                **dict(lease.notes),
                **({JOURNAL: lease.journal} if lease.journal else {}),
            },
            "labels": dict(lease.labels),
        }
        if lease.uid:
            # A PUT creates a Lease that was deleted meanwhile, unless it says which one it means.
            meta["uid"] = lease.uid
        if lease.resource_version:
            meta["resourceVersion"] = lease.resource_version
        now, (holder, since) = self._clock(), lease.acquired
        held = (since if holder == lease.holder and since else now) if lease.holder else None
        spec = {
            "acquireTime": held,
            "holderIdentity": lease.holder,
            "leaseDurationSeconds": lease.duration or None,
            "leaseTransitions": lease.transitions,
            "renewTime": now,
        }
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": meta,
            "spec": {key: value for key, value in spec.items() if value is not None},
        }

    def _reply(
        self,
        verb: str,
        path: str,
        doing: str,
        body: Any,
        content_type: str,
        query: Mapping[str, str] | None = None,
    ) -> Reply:
        self._deadline.check(doing)
        with reaching(doing):
            return self._call.request(verb, path, query, body, content_type)

    def _send(
        self, verb: str, path: str, doing: str, body: Any = None, kind: str = "application/json"
    ) -> dict[str, Any]:
        return checked(self._reply(verb, path, doing, body, kind), doing)

    def _ask(self, verb: str, path: str, doing: str, body: Mapping[str, Any]) -> Answer:
        reply = self._reply(verb, path, doing, body, "application/json")
        answer = read_answer(reply.status, reply.body, retry_after(reply))
        if answer is None:
            raise error_of(reply.status, reply.body, doing, retry_after(reply))
        return answer


def _options(uid: str, grace: int | None, dry_run: bool) -> dict[str, Any]:
    """Return metav1.DeleteOptions.

    Sends gracePeriodSeconds even when it is 0; omits it for None.
    """
    options: dict[str, Any] = {"apiVersion": "v1", "kind": "DeleteOptions"}
    if uid:
        options["preconditions"] = {"uid": uid}
    if grace is not None:
        options["gracePeriodSeconds"] = grace
    if dry_run:
        options["dryRun"] = ["All"]
    return options


def _patch(resource_version: str, change: NodeChange) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    spec: dict[str, Any] = {}
    if change.labels:
        meta["labels"] = dict(change.labels)
    if change.annotations:
        meta["annotations"] = dict(change.annotations)
    if change.unschedulable is not None:
        spec["unschedulable"] = True if change.unschedulable else None
    if change.taints is not None:
        meta["resourceVersion"] = resource_version
        spec["taints"] = [
            {
                "key": taint.key,
                "effect": taint.effect,
                **({"value": taint.value} if taint.value else {}),
            }
            for taint in change.taints
        ]
    return {**({"metadata": meta} if meta else {}), **({"spec": spec} if spec else {})}
