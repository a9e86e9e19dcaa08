# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API server checks before it writes an object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    bad_request,
    conflict,
    invalid,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    is_terminating,
    key_of,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource

REQUIRED = {
    "deployments": ("selector", "template"),
    "replicasets": ("selector",),
    "statefulsets": ("selector", "template"),
    "daemonsets": ("selector", "template"),
    "jobs": ("template",),
    "pods": ("containers",),
    "persistentvolumeclaims": (),
    "poddisruptionbudgets": (),
}
"""Fields of spec without which the controllers could not work on a new object."""


def check_required(resource: Resource, name: str, body: Object) -> None:
    """Refuse an object that lacks what its kind needs."""
    spec = body.get("spec")
    for field in REQUIRED.get(resource.plural, ()):
        if not isinstance(spec, Mapping) or not spec.get(field):
            raise invalid(resource, name, f"spec.{field}", "Required value")
    if resource.plural in REQUIRED and not isinstance(spec, Mapping):
        raise invalid(resource, name, "spec", "Required value")


def check_identity(resource: Resource, name: str, old: Object, body: Object) -> None:
    """Refuse a write that is meant for another object or another version of it."""
    meta = body["metadata"]
    if meta.get("uid") and meta["uid"] != old["metadata"]["uid"]:
        why = (
            f"Precondition failed: UID in precondition: {meta['uid']}, UID in object meta:"
            f" {old['metadata']['uid']}"
        )
        raise conflict(resource, name, why)
    if (
        meta.get("resourceVersion")
        and meta["resourceVersion"] != old["metadata"]["resourceVersion"]
    ):
        raise conflict(resource, name)
    if (meta.get("namespace", ""), meta.get("name")) != key_of(old):
        raise bad_request(
            f"the name of the object ({meta.get('name')}) does not match the name on the URL"
            f" ({name})"
        )


def check_rules(resource: Resource, old: Object, new: Object) -> None:
    """The few validations that a client of nodes and pods can run into."""
    name = old["metadata"]["name"]
    added = set(new["metadata"].get("finalizers") or ()) - set(
        old["metadata"].get("finalizers") or ()
    )
    if is_terminating(old) and added:
        why = (
            "Forbidden: no new finalizers can be added if the object is being deleted,"
            f" found new finalizers {sorted(added)}"
        )
        raise invalid(resource, name, "metadata.finalizers", why)
    if resource.plural == "nodes":
        provider = old["spec"].get("providerID")
        if provider and new.get("spec", {}).get("providerID") != provider:
            why = 'Forbidden: node updates may not change providerID except from "" to valid'
            raise invalid(resource, name, "spec.providerID", why)
    if resource.plural == "pods" and _frozen(old) != _frozen(new):
        raise invalid(
            resource,
            name,
            "spec",
            "Forbidden: pod updates may not change fields other than image, tolerations and grace",
        )


def _frozen(pod: Mapping[str, Any]) -> Object:
    spec = {
        k: v
        for k, v in pod["spec"].items()
        if k not in ("tolerations", "terminationGracePeriodSeconds", "activeDeadlineSeconds")
    }
    spec["containers"] = [
        {k: v for k, v in c.items() if k != "image"} for c in spec.get("containers") or ()
    ]
    return spec
