# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the Leases of all node groups at once, and annotate one."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube import objects
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import (
    LEASES,
    MERGE_PATCH,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.errors import (
    checked,
    reaching,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import LEASE_PREFIX
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import KubeCall


def list_leases(call: KubeCall, namespace: str) -> list[Lease]:
    """Return the Leases of node groups in a namespace, by name.

    There are none in a namespace that does not exist. Raises core.errors.
    """
    doing = f"list the Leases in namespace {namespace}"
    with reaching(doing):
        reply = call.request("GET", LEASES.format(namespace))
    found = checked(reply, doing).get("items") or ()
    ours = (one for one in found if one["metadata"]["name"].startswith(LEASE_PREFIX))
    return sorted(map(objects.lease, ours), key=lambda lease: lease.name)


def annotate_lease(
    call: KubeCall, namespace: str, lease: Lease, key: str, text: str | None
) -> None:
    """Set an annotation of this very Lease, or remove it (None).

    Nothing else changes: it is not renewed, and its holder reads it again before the next write.
    Raises core.errors.
    """
    doing, path = f"annotate Lease {namespace}/{lease.name}", LEASES.format(namespace)
    body = {"metadata": {"uid": lease.uid, "annotations": {key: text}}}
    with reaching(doing):
        reply = call.request("PATCH", f"{path}/{lease.name}", None, body, MERGE_PATCH)
    checked(reply, doing)


def delete_lease(call: KubeCall, namespace: str, lease: Lease) -> None:
    """Delete this very Lease as it was read; one that has gone is no error.

    Raises ConflictError if somebody has written it since, and other core.errors.
    """
    doing, path = f"delete Lease {namespace}/{lease.name}", LEASES.format(namespace)
    unchanged = {"uid": lease.uid, "resourceVersion": lease.resource_version}
    body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": unchanged}
    with reaching(doing):
        reply = call.request("DELETE", f"{path}/{lease.name}", None, body)
    if reply.status != 404:
        checked(reply, doing)
