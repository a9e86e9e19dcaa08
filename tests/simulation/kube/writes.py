# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, update, patch and delete, with dry run, optimistic locking and the split between spec and
status."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.nodeops.rotator.tests.simulation.kube import patches
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import check_namespace
from ansible_collections.nodeops.rotator.tests.simulation.kube.checks import (
    check_identity,
    check_required,
    check_rules,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.deletion import (
    Options,
    delete,
    is_dry,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    already_exists,
    bad_request,
    conflict,
    invalid,
    not_found,
    success,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.eviction import evict
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    merged,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.reads import Reads, scale_of
from ansible_collections.nodeops.rotator.tests.simulation.kube.requests import Request
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource
from ansible_collections.nodeops.rotator.tests.simulation.kube.store import shown

FIXED = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "resourceVersion",
)
"""Metadata that a writer cannot set."""


Answer = tuple[int, Object]


class Writes:
    """Answers to writes: HTTP status and body."""

    def __init__(self, control: Control, reads: Reads) -> None:
        self._control, self._store, self._reads = control, control.store, reads

    def create(self, request: Request) -> Answer:
        """Create an object, or one of a pod's subresources."""
        if request.subresource == "eviction":
            check_namespace(self._store, request.resource, request.namespace, request.name)
            return 201, evict(self._control, self._present(request), request.body, request.query)
        if request.subresource == "binding":
            return self._bind(request)
        body = _object(request)
        meta = body["metadata"]
        if meta.get("resourceVersion"):
            raise bad_request("resourceVersion should not be set on objects to be created")
        if not meta.get("name") and not meta.get("generateName"):
            raise invalid(
                request.resource,
                "",
                "metadata.name",
                "Required value: name or generateName is required",
            )
        name = meta.get("name", "")
        check_namespace(self._store, request.resource, request.namespace, name)
        if name and self._store.get(request.resource.plural, name, request.namespace):
            raise already_exists(request.resource, name)
        check_required(request.resource, name, body)
        new = self._control.new(request.resource, body)
        stored = (
            new
            if is_dry(request.query.get("dryRun"))
            else self._store.put(request.resource.plural, new)
        )
        return 201, shown(request.resource, stored)

    def _bind(self, request: Request) -> Answer:
        pod = self._present(request)
        if pod["spec"].get("nodeName"):
            raise conflict(
                request.resource,
                request.name,
                f'pod {request.name} is already assigned to node "{pod["spec"]["nodeName"]}"',
            )
        self._control.change("pods", pod, {"spec": {"nodeName": request.body["target"]["name"]}})
        return 201, success(201)

    def update(self, request: Request) -> Answer:
        """Replace an object, its status or its scale."""
        body = _object(request)
        resource = request.resource
        old = self._store.get(resource.plural, request.name, request.namespace)
        if (
            old is None
            and resource.create_on_update
            and not body["metadata"].get("resourceVersion")
        ):
            return self.create(request)
        if old is None:
            raise not_found(resource, request.name)
        if not body["metadata"].get("resourceVersion") and resource.versioned_update:
            why = "Invalid value: 0x0: must be specified for an update"
            raise invalid(resource, request.name, "metadata.resourceVersion", why)
        return 200, self._replace(request, old, body)

    def patch(self, request: Request) -> Answer:
        """Patch an object, its status or its scale."""
        old = self._present(request)
        view = scale_of(old) if request.subresource == "scale" else shown(request.resource, old)
        patch = request.body
        if isinstance(patch, str):
            raise bad_request("error decoding patch: the body is not JSON")
        body = patches.patched(request.resource, view, patch, request.content_type)
        if not isinstance(body, Mapping) or not isinstance(body.get("metadata"), Mapping):
            raise invalid(request.resource, request.name, "metadata.name", "Required value")
        return 200, self._replace(request, old, dict(body))

    def _replace(self, request: Request, old: Object, body: Object) -> Object:
        resource = request.resource
        check_identity(resource, request.name, old, body)
        new = self._tracked(request, old, _combined(resource, request.subresource, old, body))
        check_rules(resource, old, new)
        if is_dry(request.query.get("dryRun")):
            stored = new
        else:
            stored = self._control.write(resource.plural, old, new) if new != old else old
        return scale_of(stored) if request.subresource == "scale" else shown(resource, stored)

    def _tracked(self, request: Request, old: Object, new: Object) -> Object:
        """managedFields, of which only the owner of a node's cordon is kept. (Where no fieldManager
        is given the real server takes the client's user agent, which is not seen here.)"""
        cordoned = new.get("spec", {}).get("unschedulable")
        if request.resource.plural != "nodes" or bool(cordoned) == bool(
            old["spec"].get("unschedulable")
        ):
            return new
        manager = request.query.get("fieldManager") or "unknown"
        fields = {"fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:unschedulable": {}}}}
        entry = {
            "manager": manager,
            "operation": "Update",
            "apiVersion": "v1",
            "time": self._control.now,
            **fields,
        }
        meta = {key: value for key, value in new["metadata"].items() if key != "managedFields"}
        return {**new, "metadata": {**meta, "managedFields": [entry]} if cordoned else meta}

    def delete(self, request: Request) -> Answer:
        """Delete one object: pods and what is held by finalizers are answered as objects, the rest
        as a Status."""
        old = self._present(request)
        options = Options.read(request.body, request.query)
        now, gone = delete(self._control, request.resource, old, options)
        if request.resource.plural == "pods" or not gone:
            return 200, shown(request.resource, now)
        return 200, success(200, request.resource, request.name, old["metadata"]["uid"])

    def deletecollection(self, request: Request) -> Answer:
        """Delete what a list with the same selectors would show."""
        options = Options.read(request.body, request.query)
        found = self._reads.page(request)
        for obj in found["items"]:
            delete(self._control, request.resource, obj, options)
        return 200, found

    def _present(self, request: Request) -> Object:
        found = self._store.get(request.resource.plural, request.name, request.namespace)
        if found is None:
            raise not_found(request.resource, request.name)
        return found


def _object(request: Request) -> Object:
    """The body as an object that fits the path. Raises ApiError 400."""
    body, resource = request.body, request.resource
    if not isinstance(body, Mapping) or not isinstance(body.get("metadata", {}), Mapping):
        raise bad_request(
            "the object provided is unrecognized (must be of type " + resource.kind + ")"
        )
    wanted = (
        ("autoscaling/v1", "Scale")
        if request.subresource == "scale"
        else (resource.api_version, resource.kind)
    )
    given = (body.get("apiVersion") or wanted[0], body.get("kind") or wanted[1])
    if given != wanted:
        raise bad_request(
            f"the API version or kind in the data ({given[0]}, {given[1]}) does not match the"
            f" expected ({wanted[0]}, {wanted[1]})"
        )
    meta = dict(body.get("metadata") or {})
    if meta.get("namespace", request.namespace) != request.namespace:
        raise bad_request(
            "the namespace of the provided object does not match the namespace sent on the request"
        )
    if request.name and meta.get("name", request.name) != request.name:
        raise bad_request(
            f"the name of the object ({meta['name']}) does not match the name on the URL"
            f" ({request.name})"
        )
    if resource.namespaced:
        meta["namespace"] = request.namespace
    if request.name:
        meta["name"] = request.name
    return {**body, "metadata": meta}


def _combined(resource: Resource, subresource: str, old: Object, body: Object) -> Object:
    """What is stored: the main resource's writer cannot touch status, the status writer nothing
    else."""
    if subresource == "scale":
        scaled: Object = merged(old, {"spec": {"replicas": int(body["spec"].get("replicas", 0))}})
        return scaled
    if subresource == "status":
        return {**old, "status": body.get("status") or {}}
    meta = {k: v for k, v in body["metadata"].items() if k not in FIXED and v is not None}
    meta.update({k: v for k, v in old["metadata"].items() if k in FIXED})
    for name in ("labels", "annotations", "finalizers", "ownerReferences"):
        if not meta.get(name):
            meta.pop(name, None)
    rest = {k: v for k, v in body.items() if k not in ("kind", "apiVersion", "metadata", "status")}
    held = old if resource.status else body
    status = {"status": held["status"]} if "status" in held else {}
    return {**rest, "metadata": meta, **status}
