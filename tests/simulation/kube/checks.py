# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API server checks before it writes an object.

Rules and order are those of apiserver pkg/registry/rest (create.go, update.go), of apimachinery
pkg/api/validation and of kubernetes pkg/apis (core, coordination and policy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kube import fields
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import (
    conflict,
    invalid,
    unprocessable,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.fields import Problem
from ansible_collections.nodeops.rotator.tests.simulation.kube.objects import (
    Object,
    is_terminating,
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
EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")
IMMUTABLE = ("name", "namespace", "uid", "creationTimestamp")
STORAGE = (
    "StorageError: invalid object, Code: 4, Key: /registry/{}, ResourceVersion: 0,"
    " AdditionalErrorMsg: "
)
FIGURES = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")


def check_required(resource: Resource, name: str, body: Object) -> None:
    """Refuse an object that lacks what its kind needs."""
    spec = body.get("spec")
    if resource.plural in REQUIRED and not isinstance(spec, Mapping):
        raise invalid(resource, name, fields.missing("spec"))
    lacking = [one for one in REQUIRED.get(resource.plural, ()) if not (spec or {}).get(one)]
    if lacking:
        raise invalid(resource, name, *(fields.missing(f"spec.{one}") for one in lacking))


def check_new(resource: Resource, new: Object) -> None:
    """Refuse an object that breaks a rule from the start."""
    meta = new["metadata"]
    check = fields.label_problems if resource.plural == "namespaces" else fields.subdomain_problems
    named = [fields.wrong("metadata.name", meta["name"], why) for why in check(meta["name"])]
    _refuse(resource, meta["name"], [*named, *_metadata(meta), *_specific(resource, new)])


def check_identity(resource: Resource, name: str, old: Object, body: Object, whole: bool) -> None:
    """Refuse a write that is meant for another object or another version of it.

    `whole`: it replaces the object, and its UID is a precondition.
    """
    meta, present = body["metadata"], old["metadata"]
    if whole and meta.get("uid"):
        space = present.get("namespace", "")
        check_precondition(resource, space, name, meta["uid"], present["uid"])
    if meta.get("resourceVersion") and meta["resourceVersion"] != present["resourceVersion"]:
        raise conflict(resource, name)


def check_precondition(
    resource: Resource, namespace: str, name: str, wanted: str, found: str
) -> None:
    """Refuse a replacement of an object with another UID; "" is that of none.

    Source: apiserver pkg/storage Preconditions.Check.
    """
    key = f"{namespace}/{name}" if namespace else name
    if wanted != found:
        why = f"Precondition failed: UID in precondition: {wanted}, UID in object meta: {found}"
        raise conflict(resource, name, f"{STORAGE.format(f'{resource.plural}/{key}')}{why}")


def check_version(resource: Resource, name: str, body: Object) -> None:
    """Refuse an update without resourceVersion where one is required.

    Source: registry/generic store.go; the resource stands where others name the kind.
    """
    if resource.versioned_update and not body["metadata"].get("resourceVersion"):
        why = fields.wrong("metadata.resourceVersion", 0, "must be specified for an update")
        raise unprocessable(resource.plural, resource.group, name, (why,))


def check_change(resource: Resource, old: Object, body: Object, new: Object) -> None:
    """Refuse a change of what cannot change, or into what breaks a rule.

    `body` is what was written, `new` what would be stored of it.
    """
    name = old["metadata"]["name"]
    fixed = _immutable(old["metadata"], body["metadata"])
    problems = [*fixed, *_metadata(new["metadata"]), *_specific(resource, new)]
    problems += _finalizers(old, new)
    if resource.plural == "nodes":
        problems += _provider(old, new)
    if resource.plural == "pods" and _frozen(old) != _frozen(new):
        problems.append(
            fields.forbidden(
                "spec",
                "pod updates may not change fields other than `spec.containers[*].image`,"
                "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`"
                " (only additions to existing tolerations),`spec.terminationGracePeriodSeconds`"
                " (allow it to be set to 1 if it was previously negative)",
            )
        )
    _refuse(resource, name, problems)


def _refuse(resource: Resource, name: str, problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise invalid(resource, name, *found)


def _metadata(meta: Mapping[str, Any]) -> Iterator[Problem]:
    yield from fields.of_labels(meta.get("labels") or {})
    yield from fields.of_annotations(meta.get("annotations") or {})


def _immutable(old: Mapping[str, Any], written: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what of the identity a writer tried to change.

    What was left out stays.
    """
    for name in IMMUTABLE:
        value = written.get(name)
        # A creation time is never taken from the writer.
        if name != "creationTimestamp" and value and value != old.get(name):
            yield fields.wrong(f"metadata.{name}", value, "field is immutable")


def _finalizers(old: Object, new: Object) -> Iterator[Problem]:
    had, has = (set(obj["metadata"].get("finalizers") or ()) for obj in (old, new))
    if is_terminating(old) and has - had:
        listed = ", ".join(f'"{name}"' for name in sorted(has - had))
        why = "no new finalizers can be added if the object is being deleted, found new finalizers"
        yield fields.forbidden("metadata.finalizers", f"{why} []string{{{listed}}}")


def _provider(old: Object, new: Object) -> Iterator[Problem]:
    had, has = old["spec"].get("providerID"), new.get("spec", {}).get("providerID")
    if had and has != had:
        what = "modified" if has else "cleared"
        yield fields.wrong("spec.providerID", None, f"field cannot be {what} once set")


def _taints(node: Object) -> Iterator[Problem]:
    """Yield what is wrong with the taints of a node.

    Field names are the server's: its validation reaches the taints by way of the metadata.
    """
    seen = set()
    for index, taint in enumerate((node.get("spec") or {}).get("taints") or ()):
        field, key, effect = f"metadata.taints[{index}]", taint.get("key", ""), taint.get("effect")
        yield from (fields.wrong(f"{field}.key", key, why) for why in fields.key_problems(key))
        value = taint.get("value", "")
        if why := ";".join(fields.value_problems(value)):
            yield fields.wrong(f"{field}.value", value, why)
        if not effect:
            yield fields.missing(f"{field}.effect")
        elif effect not in EFFECTS:
            yield fields.unsupported(f"{field}.effect", effect, EFFECTS)
        if (key, effect) in seen:
            shown = {"Key": key, "Value": value, "Effect": effect}
            shown["TimeAdded"] = taint.get("timeAdded")
            why = "taints must be unique by key and effect pair"
            yield fields.duplicate(field, shown, why)
        seen.add((key, effect))


def _lease(lease: Object) -> Iterator[Problem]:
    spec = lease.get("spec") or {}
    duration, transitions = spec.get("leaseDurationSeconds"), spec.get("leaseTransitions")
    if duration is not None and duration <= 0:
        yield fields.wrong("spec.leaseDurationSeconds", duration, "must be greater than 0")
    if transitions is not None and transitions < 0:
        why = "must be greater than or equal to 0"
        yield fields.wrong("spec.leaseTransitions", transitions, why)


def _budget(budget: Object) -> Iterator[Problem]:
    status = budget.get("status") or {}
    for name in FIGURES:
        if status.get(name, 0) < 0:
            why = "must be greater than or equal to 0"
            yield fields.wrong(f"status.{name}", status[name], why)


def _event(event: Object) -> Iterator[Problem]:
    """Yield what is wrong with an Event of the core API.

    Source: kubernetes pkg/apis/core/validation/events.go, legacyValidateEvent.
    """
    of = (event.get("involvedObject") or {}).get("namespace", "")
    space = event["metadata"].get("namespace", "")
    if space not in ((of,) if of else ("", "default")):
        yield fields.wrong("involvedObject.namespace", of, "does not match event.namespace")


RULES: Mapping[str, Callable[[Object], Iterator[Problem]]] = {
    "nodes": _taints,
    "leases": _lease,
    "events": _event,
    "poddisruptionbudgets": _budget,
}


def _specific(resource: Resource, new: Object) -> Iterator[Problem]:
    rule = RULES.get(resource.plural)
    return rule(new) if rule is not None else iter(())


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
