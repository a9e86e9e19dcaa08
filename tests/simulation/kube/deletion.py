# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delete objects: preconditions, grace, finalizers, propagation.

Source: apiserver pkg/registry/rest/delete.go.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube import options as asked
from ansible_collections.nodeops.rotator.tests.simulation.kube.control import Control
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import conflict
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    is_finished,
    is_terminating,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.resources import Resource

FOREGROUND = "foregroundDeletion"


@dataclasses.dataclass(frozen=True)
class Options:
    """DeleteOptions.

    `grace` in seconds (None: the object's own), preconditions, propagation policy, dry run.
    """

    grace: int | None = None
    uid: str | None = None
    version: str | None = None
    propagation: str = "Background"
    dry_run: tuple[str, ...] = ()

    @property
    def dry(self) -> bool:
        """Return whether nothing is to be changed."""
        return bool(self.dry_run)

    def check(self) -> Options:
        """Return self. Raises ApiError 422 for what the server does not know."""
        asked.check_deletion(self.propagation, self.dry_run)
        return self

    @classmethod
    def read(cls, body: Any, query: Mapping[str, str]) -> Options:
        """Read the options from a request's body or, without a body, its query.

        A body makes the server ignore the query, its dryRun too (apiserver
        endpoints/handlers/delete.go). Raises ApiError 400.
        """
        given: Mapping[str, Any] = body if isinstance(body, Mapping) and body else query
        conditions = given.get("preconditions") or {}
        grace = given.get("gracePeriodSeconds")
        return cls(
            grace=None if grace is None else asked.number(given, "gracePeriodSeconds"),
            uid=conditions.get("uid"),
            version=conditions.get("resourceVersion"),
            propagation=given.get("propagationPolicy") or "Background",
            dry_run=tuple(asked.dry_runs(given)),
        )


def delete(
    control: Control, resource: Resource, obj: Object, options: Options
) -> tuple[Object, bool]:
    """Delete, or begin to; return the object as it now is and whether it is gone.

    Raises ApiError 409.
    """
    options.check()
    _check(resource, obj, options)
    grace = _grace(resource, obj, options.grace)
    finalizers = _finalizers(obj, options.propagation)
    if options.propagation == "Orphan" and not options.dry:
        _orphan(control, obj)
    # A namespace is removed by its controller, once it is empty.
    if not grace and not finalizers and resource.plural != "namespaces":
        if not options.dry:
            control.store.drop(
                resource.plural, obj["metadata"]["name"], obj["metadata"].get("namespace", "")
            )
        return obj, True
    return _mark(control, resource, obj, grace, finalizers, options.dry), False


def _check(resource: Resource, obj: Object, options: Options) -> None:
    meta = obj["metadata"]
    checks = (
        ("UID", options.uid, meta["uid"], "The object might have been deleted and then recreated"),
        (
            "ResourceVersion",
            options.version,
            meta["resourceVersion"],
            "The object might have been modified",
        ),
    )
    for what, wanted, found, perhaps in checks:
        if wanted is not None and wanted != found:
            why = (
                f"the {what} in the precondition ({wanted}) does not match the {what} in"
                f" record ({found}). {perhaps}"
            )
            # This check names the kind where others name the resource.
            raise conflict(dataclasses.replace(resource, plural=resource.kind), meta["name"], why)


def _grace(resource: Resource, obj: Object, asked: int | None) -> int:
    """Return the seconds until the object may be removed.

    Only pods that run somewhere have any (core/pod strategy.go).
    """
    if resource.plural != "pods" or not obj["spec"].get("nodeName") or is_finished(obj):
        return 0
    own: int = obj["spec"].get("terminationGracePeriodSeconds", 30)
    grace = own if asked is None else asked
    return 1 if grace < 0 else grace


def _finalizers(obj: Object, propagation: str) -> list[str]:
    finalizers = list(obj["metadata"].get("finalizers") or ())
    if propagation == "Foreground" and FOREGROUND not in finalizers and not is_terminating(obj):
        finalizers.append(FOREGROUND)
    return finalizers


def _mark(
    control: Control, resource: Resource, obj: Object, grace: int, finalizers: list[str], dry: bool
) -> Object:
    """Begin a deletion, or shorten one that has begun: it is never lengthened.

    That it begins is a new generation, where there is one.
    """
    meta = obj["metadata"]
    if is_terminating(obj) and grace >= meta.get("deletionGracePeriodSeconds", 0):
        return obj
    stamp = control.kernel.timestamp(control.kernel.now + grace)
    marked = {**meta, "deletionTimestamp": stamp, "deletionGracePeriodSeconds": grace}
    if meta.get("generation") and not is_terminating(obj):
        marked["generation"] = meta["generation"] + 1
    if resource.plural == "namespaces":
        del marked["deletionGracePeriodSeconds"]
    if finalizers:
        marked["finalizers"] = finalizers
    new = {**obj, "metadata": marked}
    if resource.plural == "namespaces":
        new["status"] = {**new["status"], "phase": "Terminating"}
    return new if dry else control.store.put(resource.plural, new)


def _orphan(control: Control, owner: Object) -> None:
    """Remove the owner from its dependents, so that they are not collected."""
    uid = owner["metadata"]["uid"]
    for plural in control.store.tables:
        for obj in control.store.by(plural, "owner", uid):
            rest = [ref for ref in obj["metadata"]["ownerReferences"] if ref["uid"] != uid]
            control.change(plural, obj, {"metadata": {"ownerReferences": rest or None}})


def remove(
    control: Control,
    plural: str,
    obj: Object,
    grace: int | None = None,
    propagation: str = "Background",
) -> None:
    """Delete for a controller: the present object if it is still this one."""
    table = control.store.tables[plural]
    meta = obj["metadata"]
    present = control.store.get(plural, meta["name"], meta.get("namespace", ""))
    if present is not None and present["metadata"]["uid"] == meta["uid"]:
        delete(control, table.resource, present, Options(grace=grace, propagation=propagation))
