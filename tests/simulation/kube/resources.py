# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the kinds that the API serves: names, groups, subresources, rules."""

from __future__ import annotations

import dataclasses

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


@dataclasses.dataclass(frozen=True)
class Resource:
    """One row of the table.

    `fields`: field labels that a field selector may name beside metadata.name and
    metadata.namespace (the real server refuses others). `status`: status is a subresource, so that
    the main resource's writes leave it alone. `generation`: metadata.generation counts changes of
    spec. `versioned_update`: an update without resourceVersion is refused (AllowUnconditionalUpdate
    false). `create_on_update`: PUT may create. `custom`: served as a CustomResourceDefinition would
    be (no strategic merge patch).
    """

    plural: str
    kind: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = True
    short: tuple[str, ...] = ()
    verbs: tuple[str, ...] = VERBS
    fields: tuple[str, ...] = ()
    status: bool = False
    generation: bool = False
    versioned_update: bool = False
    create_on_update: bool = False
    scale: bool = False
    custom: bool = False

    @property
    def api_version(self) -> str:
        """Group and version as objects carry them: "v1", "apps/v1"."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """Return the name as error messages have it: "leases.coordination.k8s.io"."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def subresources(self) -> tuple[str, ...]:
        """Return the subresources that are served."""
        names: tuple[str, ...] = ("status",) if self.status else ()
        names += ("scale",) if self.scale else ()
        return names + (("eviction", "binding") if self.plural == "pods" else ())


EVENT_FIELDS = tuple(
    f"involvedObject.{name}" for name in ("kind", "namespace", "name", "uid", "apiVersion")
)
POD_FIELDS = (
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.phase",
    "status.podIP",
)

TABLE = (
    Resource(
        "namespaces",
        "Namespace",
        namespaced=False,
        short=("ns",),
        status=True,
        fields=("status.phase",),
    ),
    Resource(
        "nodes",
        "Node",
        namespaced=False,
        short=("no",),
        status=True,
        fields=("spec.unschedulable",),
    ),
    Resource("pods", "Pod", short=("po",), status=True, fields=POD_FIELDS, generation=True),
    Resource("services", "Service", short=("svc",), status=True),
    Resource("configmaps", "ConfigMap", short=("cm",)),
    Resource("serviceaccounts", "ServiceAccount", short=("sa",)),
    Resource("events", "Event", short=("ev",), fields=(*EVENT_FIELDS, "reason", "type")),
    Resource(
        "replicationcontrollers",
        "ReplicationController",
        short=("rc",),
        status=True,
        generation=True,
        scale=True,
    ),
    Resource("persistentvolumes", "PersistentVolume", namespaced=False, short=("pv",), status=True),
    Resource("persistentvolumeclaims", "PersistentVolumeClaim", short=("pvc",), status=True),
    Resource(
        "deployments",
        "Deployment",
        "apps",
        short=("deploy",),
        status=True,
        generation=True,
        scale=True,
    ),
    Resource(
        "replicasets", "ReplicaSet", "apps", short=("rs",), status=True, generation=True, scale=True
    ),
    Resource(
        "statefulsets",
        "StatefulSet",
        "apps",
        short=("sts",),
        status=True,
        generation=True,
        scale=True,
    ),
    Resource("daemonsets", "DaemonSet", "apps", short=("ds",), status=True, generation=True),
    Resource("jobs", "Job", "batch", status=True, generation=True, fields=("status.successful",)),
    Resource(
        "poddisruptionbudgets",
        "PodDisruptionBudget",
        "policy",
        short=("pdb",),
        status=True,
        generation=True,
        versioned_update=True,
    ),
    Resource(
        "leases", "Lease", "coordination.k8s.io", versioned_update=True, create_on_update=True
    ),
    Resource(
        "volumeattachments", "VolumeAttachment", "storage.k8s.io", namespaced=False, status=True
    ),
    Resource("storageclasses", "StorageClass", "storage.k8s.io", namespaced=False, short=("sc",)),
    Resource("csinodes", "CSINode", "storage.k8s.io", namespaced=False),
    Resource(
        "nodepools",
        "NodePool",
        "karpenter.sh",
        namespaced=False,
        status=True,
        generation=True,
        custom=True,
    ),
    Resource(
        "nodeclaims",
        "NodeClaim",
        "karpenter.sh",
        namespaced=False,
        status=True,
        generation=True,
        custom=True,
    ),
    Resource(
        "targetgroupbindings",
        "TargetGroupBinding",
        "elbv2.k8s.aws",
        "v1beta1",
        status=True,
        generation=True,
        custom=True,
    ),
)

RESOURCES: dict[str, Resource] = {resource.plural: resource for resource in TABLE}
