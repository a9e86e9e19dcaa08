# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Grant the rotator what docs/operating.md asks for, and no more."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.realcluster.cluster import ROTATOR
from ansible_collections.nodeops.rotator.tests.realcluster.stage import Reach

READ = ("get", "list", "watch")
RBAC = "rbac.authorization.k8s.io"
GROUPS = {
    "": ("nodes", "pods", "services", "persistentvolumeclaims", "persistentvolumes"),
    "policy": ("poddisruptionbudgets",),
    "apps": ("daemonsets", "deployments", "replicasets", "statefulsets"),
    "storage.k8s.io": ("volumeattachments", "csinodes"),
}
"""What is read, by API group."""


def rule(group: str, resources: tuple[str, ...], verbs: tuple[str, ...], *names: str) -> Any:
    """Return a rule of a role; `names`: for these objects only."""
    found = {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}
    return {**found, "resourceNames": list(names)} if names else found


CLUSTER = [
    *(rule(group, resources, READ) for group, resources in GROUPS.items()),
    rule("", ("namespaces",), ("get",), "kube-system"),
    rule("", ("nodes",), ("patch", "delete")),
    rule("", ("pods/eviction",), ("create",)),
]
LOCK = [rule("coordination.k8s.io", ("leases",), ("get", "create", "update"))]
"""In the namespace of the lock."""
HEARTBEATS = [rule("coordination.k8s.io", ("leases",), ("get",))]
"""In the namespace of the nodes' own Leases."""


def grant(reach: Reach) -> None:
    """Create the roles and bind them to the rotator."""
    subject = {"kind": "User", "name": ROTATOR, "apiGroup": RBAC}
    places = (
        ("", "ClusterRole", CLUSTER),
        ("namespaces/kube-system/", "Role", LOCK),
        ("namespaces/kube-node-lease/", "Role", HEARTBEATS),
    )
    for place, kind, rules in places:
        path = f"/apis/{RBAC}/v1/{place}{kind.lower()}"
        meta = {"metadata": {"name": ROTATOR}}
        reach.ask("POST", f"{path}s", {**meta, "rules": rules})
        bound = {"roleRef": {"kind": kind, "name": ROTATOR, "apiGroup": RBAC}}
        reach.ask("POST", f"{path}bindings", {**meta, **bound, "subjects": [subject]})
