# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create, update, patch and delete.

With dry run, optimistic locking and the split between spec and status.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.kube import bodies, managers
from ansible_collections.nodeops.rotator.tests.simulation.kube.admission import check_namespace
from ansible_collections.nodeops.rotator.tests.simulation.kube.checks import (
    check_change,
    check_identity,
    check_new,
    check_precondition,
    check_required,
    check_version,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.deletion import (
    Options,
    delete,
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
from ansible_collections.nodeops.rotator.tests.simulation.kube.fields import missing
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    merged,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.options import (
    check_patch,
    check_write,
    dry_runs,
    flag,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.patches import APPLY
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
        body = bodies.whole(request)
        check_write("CreateOptions", request.query)
        bodies.check_unversioned(body)
        return 201, self._made(request, body)

    def _made(self, request: Request, body: Object, sets: managers.Owned | None = None) -> Object:
        """Create it; `sets`: its managers, if it is applied."""
        resource, meta = request.resource, body["metadata"]
        if not meta.get("name") and not meta.get("generateName"):
            why = missing("metadata.name", "name or generateName is required")
            raise invalid(resource, "", why)
        name = meta.get("name", "")
        check_namespace(self._store, resource, request.namespace, name)
        if name and self._store.get(resource.plural, name, request.namespace):
            raise already_exists(resource, name)
        check_required(resource, name, body)
        new = self._tracked(request, None, self._control.new(resource, body), sets)
        check_new(resource, new)
        dry = dry_runs(request.query)
        return shown(resource, new if dry else self._store.put(resource.plural, new))

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
        body, resource, name = bodies.whole(request), request.resource, request.name
        check_write("UpdateOptions", request.query)
        old = self._store.get(resource.plural, name, request.namespace)
        if old is None and not resource.create_on_update:
            raise not_found(resource, name)
        if old is None:
            uid = body["metadata"].get("uid") or ""
            check_precondition(resource, request.namespace, name, uid, "")
            return 201, self._made(request, body)
        check_identity(resource, name, old, body, whole=True)
        check_version(resource, name, body)
        return 200, self._replace(request, old, body)

    def patch(self, request: Request) -> Answer:
        """Patch an object, its status or its scale; or apply a configuration."""
        applies = request.content_type.split(";")[0].strip() == APPLY
        check_patch(request.query, applies)
        if applies:
            return self._apply(request)
        old = self._present(request)
        view = scale_of(old) if request.subresource == "scale" else shown(request.resource, old)
        if isinstance(request.body, str):
            raise bad_request("invalid JSON patch")
        body = bodies.patched(request, view)
        check_identity(request.resource, request.name, old, body, whole=False)
        return 200, self._replace(request, old, body)

    def _apply(self, request: Request) -> Answer:
        """Apply a configuration: what is not there is created."""
        resource, name = request.resource, request.name
        config = bodies.configuration(request)
        old = self._store.get(resource.plural, name, request.namespace)
        if old is None and request.subresource:
            raise not_found(resource, name)
        force = bool(flag(request.query, "force"))
        made, sets = managers.applied(
            old, bodies.own_part(request, config), _manager(request), force, self._control.now
        )
        if old is None:
            if uid := config["metadata"].get("uid"):
                why = f"uid mismatch: the provided object specified uid {uid}"
                raise conflict(resource, name, f"{why}, and no existing object was found")
            return 201, self._made(request, bodies.fitting(request, made), sets)
        given = {key: value for key, value in config["metadata"].items() if key in FIXED}
        identity = {key: value for key, value in old["metadata"].items() if key in FIXED}
        meta = {**made["metadata"], **identity, **given}
        body = bodies.fitting(request, {**made, "metadata": meta})
        check_identity(resource, name, old, body, whole=False)
        return 200, self._replace(request, old, body, sets)

    def _replace(
        self, request: Request, old: Object, body: Object, sets: managers.Owned | None = None
    ) -> Object:
        resource = request.resource
        combined = _combined(resource, request.subresource, old, body)
        new = self._tracked(request, old, combined, sets)
        check_change(resource, old, body, new)
        if dry_runs(request.query):
            stored = new
        else:
            stored = self._control.write(resource.plural, old, new) if new != old else old
        return scale_of(stored) if request.subresource == "scale" else shown(resource, stored)

    def _tracked(
        self, request: Request, old: Object | None, new: Object, sets: managers.Owned | None
    ) -> Object:
        """Return the object with managedFields; `sets`: those of an apply."""
        if sets is not None:
            return managers.with_managers(new, sets, old, self._control.now)
        return managers.updated(old, new, _manager(request), self._control.now)

    def delete(self, request: Request) -> Answer:
        """Delete one object.

        Pods and what is held by finalizers are answered as objects, the rest as a Status.
        """
        old = self._present(request)
        options = Options.read(request.body, request.query).check()
        now, gone = delete(self._control, request.resource, old, options)
        if request.resource.plural == "pods" or not gone:
            return 200, shown(request.resource, now)
        return 200, success(200, request.resource, request.name, old["metadata"]["uid"])

    def deletecollection(self, request: Request) -> Answer:
        """Delete what a list with the same selectors would show."""
        options = Options.read(request.body, request.query).check()
        found = self._reads.page(request)
        for obj in found["items"]:
            delete(self._control, request.resource, obj, options)
        return 200, found

    def _present(self, request: Request) -> Object:
        found = self._store.get(request.resource.plural, request.name, request.namespace)
        if found is None:
            raise not_found(request.resource, request.name)
        return found


def _manager(request: Request) -> managers.Manager:
    """Return who writes.

    Where no fieldManager is given the wire face takes the client's user agent.
    """
    name = request.query.get("fieldManager") or "unknown"
    applies = request.content_type.split(";")[0].strip() == APPLY
    operation = managers.APPLY if applies else managers.UPDATE
    scale = request.subresource == "scale"
    version = "autoscaling/v1" if scale else request.resource.api_version
    return managers.Manager(name, operation, version, request.subresource)


def _combined(resource: Resource, subresource: str, old: Object, body: Object) -> Object:
    """Return what is stored.

    The main resource's writer cannot touch status, the status writer nothing else.
    """
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
    if resource.plural == "nodes" and not (rest.get("spec") or {}).get("unschedulable", True):
        # A field that is false is left out (core/v1 NodeSpec, omitempty).
        rest["spec"] = {k: v for k, v in rest["spec"].items() if k != "unschedulable"}
    held = old if resource.status else body
    status = {"status": held["status"]} if "status" in held else {}
    return {**rest, "metadata": meta, **status}
