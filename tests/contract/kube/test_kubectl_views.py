# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kubectl shows: columns of each kind, and revisions of a Deployment."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.contract.kube.faces import Face

WORKLOAD = "Containers*|Images*|Selector*"
STORAGE = "StorageClass|VolumeAttributesClass"
COLUMNS = {
    "/api/v1/namespaces": "Name@|Status|Age",
    "/api/v1/nodes": "Name@|Status|Roles|Age|Version|Internal-IP*|External-IP*|OS-Image*"
    "|Kernel-Version*|Container-Runtime*",
    "/api/v1/pods": "Name@|Ready|Status|Restarts|Age|IP*|Node*|Nominated Node*|Readiness Gates*",
    "/api/v1/services": "Name@|Type|Cluster-IP|External-IP|Port(s)|Age|Selector*",
    "/api/v1/configmaps": "Name@|Data|Age",
    "/api/v1/events": "Last Seen|Type|Reason|Object|Subobject*|Source*|Message|First Seen*|Count*"
    "|Name@*",
    "/api/v1/replicationcontrollers": f"Name@|Desired#|Current#|Ready#|Age|{WORKLOAD}",
    "/api/v1/persistentvolumes": "Name@|Capacity|Access Modes|Reclaim Policy|Status|Claim"
    f"|{STORAGE}|Reason|Age|VolumeMode*",
    "/api/v1/persistentvolumeclaims": "Name@|Status|Volume|Capacity|Access Modes"
    f"|{STORAGE}|Age|VolumeMode*",
    "/apis/apps/v1/deployments": f"Name@|Ready|Up-to-date|Available|Age|{WORKLOAD}",
    "/apis/apps/v1/replicasets": f"Name@|Desired#|Current#|Ready#|Age|{WORKLOAD}",
    "/apis/apps/v1/statefulsets": "Name@|Ready|Age|Containers*|Images*",
    "/apis/apps/v1/daemonsets": "Name@|Desired#|Current#|Ready#|Up-to-date#|Available#"
    f"|Node Selector|Age|{WORKLOAD}",
    "/apis/batch/v1/jobs": f"Name@|Status|Completions|Duration|Age|{WORKLOAD}",
    "/apis/policy/v1/poddisruptionbudgets": "Name@|Min Available|Max Unavailable"
    "|Allowed Disruptions#|Age",
    "/apis/coordination.k8s.io/v1/leases": "Name@|Holder|Age",
    "/apis/storage.k8s.io/v1/volumeattachments": "Name@|Attacher@|PV|Node|Attached?|Age",
    "/apis/storage.k8s.io/v1/storageclasses": "Name@|Provisioner|ReclaimPolicy|VolumeBindingMode"
    "|AllowVolumeExpansion|Age",
    "/apis/storage.k8s.io/v1/csinodes": "Name@|Drivers#|Age",
}


def shape(column: dict[str, Any]) -> str:
    """Return the name of a column with marks for its type.

    `@` marks a name, `#` an integer, `?` a boolean, `*` a column of -o wide.
    """
    kind = {"integer": "#", "boolean": "?"}.get(column["type"], "")
    name = "@" if column["format"] == "name" else ""
    return f"{column['name']}{kind}{name}{'*' * column['priority']}"


@pytest.mark.parametrize("path", COLUMNS)
def test_each_kind_has_the_columns_of_the_server(face: Face, path: str) -> None:
    """Source: kubernetes pkg/printers/internalversion/printers.go."""
    shown = face.table(path)
    assert shown["kind"] == "Table"
    assert "|".join(shape(column) for column in shown["columnDefinitions"]) == COLUMNS[path]


def when(ask: Callable[[], Any], seconds: float = 5.0) -> Any:
    """What `ask` answers once that is anything, as a controller needs a moment."""
    end = time.monotonic() + seconds
    while not (answer := ask()) and time.monotonic() < end:
        time.sleep(0.005)
    return answer


PREFIX = "deployment.kubernetes.io/"


def deployment(image: str) -> dict[str, Any]:
    labels, containers = {"app": "web"}, [{"name": "web", "image": image}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    head = {"apiVersion": "apps/v1", "kind": "Deployment"}
    return {**head, "metadata": {"name": "web", "namespace": "x"}, "spec": spec}


def test_each_template_of_a_deployment_is_a_revision(face: Face, namespace: str) -> None:
    """Source: kubernetes pkg/controller/deployment/util, SetNewReplicaSetAnnotations."""
    base = f"/apis/apps/v1/namespaces/{namespace}"
    body = {**deployment("web:1"), "metadata": {"name": "web", "annotations": {"why": "first"}}}
    assert face.ask("POST", f"{base}/deployments", body)[0] == 201

    def notes(image: str) -> dict[str, str]:
        for one in face.ask("GET", f"{base}/replicasets")[1]["items"]:
            if one["spec"]["template"]["spec"]["containers"][0]["image"] == image:
                return dict(one["metadata"].get("annotations") or {})
        return {}

    def number() -> str | None:
        found = face.ask("GET", f"{base}/deployments/web")[1]["metadata"].get("annotations") or {}
        return found.get(f"{PREFIX}revision")

    def to(image: str, expected: str) -> None:
        patch = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": image}]}}}}
        kind = "application/strategic-merge-patch+json"
        assert face.ask("PATCH", f"{base}/deployments/web", patch, kind)[0] == 200
        assert when(lambda: number() == expected and notes(image))

    if not when(number):
        pytest.skip("nobody controls Deployments here")
    assert notes("web:1") == {
        "why": "first",
        f"{PREFIX}desired-replicas": "0",
        f"{PREFIX}max-replicas": "0",
        f"{PREFIX}revision": "1",
    }
    to("web:2", "2")
    to("web:1", "3")
    assert notes("web:2")[f"{PREFIX}revision"] == "2"
    back = notes("web:1")
    assert (back[f"{PREFIX}revision"], back[f"{PREFIX}revision-history"]) == ("3", "1")
