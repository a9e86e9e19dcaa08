# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse Pods (decoded JSON) into the record of core.model.kube."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.parts import (
    Raw,
    is_true,
    kept,
    moment,
    node_terms,
    owner_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.filters import (
    AUTOSCALER,
    KARPENTER,
    MIRROR,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model import selectors
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import Selector

DEFAULT_GRACE = 30
"""terminationGracePeriodSeconds where the pod's spec says nothing (the API's own default)."""


def pod(raw: Raw) -> Pod:
    """Read a Pod."""
    meta, spec, status = raw["metadata"], raw.get("spec") or {}, raw.get("status") or {}
    grace = spec.get("terminationGracePeriodSeconds")
    return Pod(
        namespace=meta["namespace"],
        name=meta["name"],
        uid=meta.get("uid", ""),
        resource_version=meta.get("resourceVersion", ""),
        node=spec.get("nodeName") or "",
        phase=status.get("phase", "Pending"),
        ready=is_true(status, "Ready"),
        owner=owner_of(meta),
        labels=dict(meta.get("labels") or {}),
        annotations=kept(meta, (MIRROR, KARPENTER, AUTOSCALER)),
        deleted_at=moment(meta.get("deletionTimestamp")),
        deletion_grace=meta.get("deletionGracePeriodSeconds"),
        grace_period=DEFAULT_GRACE if grace is None else grace,
        finalizers=tuple(meta.get("finalizers") or ()),
        empty_dir=any(volume.get("emptyDir") is not None for volume in spec.get("volumes") or ()),
        claims=_claims(meta["name"], spec),
        priority=spec.get("priority") or 0,
        unscheduled=_unscheduled(status),
        waiting=_waiting(status),
        placing=_placing(spec),
        host_ports=_host_ports(spec),
    )


def _host_ports(spec: Raw) -> frozenset[int]:
    """Return the ports of the node that the containers listen on.

    With hostNetwork the API server fills them in.
    """
    containers = (*(spec.get("containers") or ()), *(spec.get("initContainers") or ()))
    ports = (port for container in containers for port in container.get("ports") or ())
    return frozenset(port["hostPort"] for port in ports if port.get("hostPort"))


def _unscheduled(status: Raw) -> str:
    for entry in status.get("conditions") or ():
        if entry.get("type") == "PodScheduled" and entry.get("status") == "False":
            return " ".join(str(entry.get("message") or "").split())
    return ""


def _waiting(status: Raw) -> str:
    for entry in status.get("containerStatuses") or ():
        if waiting := (entry.get("state") or {}).get("waiting"):
            return str(waiting.get("reason") or "")
    return ""


def _placing(spec: Raw) -> tuple[Selector, ...]:
    """Return the labels that the pod's node must have.

    A field (its name) is taken for a label that no new node has; comparisons of numbers count as
    met.
    """
    given = selectors.from_object({"matchLabels": spec.get("nodeSelector") or {}}) or Selector()
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    return node_terms(required, given) or ((given,) if given.requirements else ())


def _claims(name: str, spec: Raw) -> tuple[str, ...]:
    """Return the names of the claims that the pod mounts.

    The claim of a generic ephemeral volume is named after pod and volume.
    """
    found = []
    for volume in spec.get("volumes") or ():
        if claim := volume.get("persistentVolumeClaim"):
            found.append(claim["claimName"])
        elif volume.get("ephemeral") is not None:
            found.append(f"{name}-{volume['name']}")
    return tuple(found)
