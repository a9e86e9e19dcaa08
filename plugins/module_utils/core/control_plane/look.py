# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frozen records of what is observed of a control plane of kops.

Moments are seconds since the epoch (the server's clock); durations are seconds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)

API_SERVER, MANAGER, SCHEDULER = "kube-apiserver", "kube-controller-manager", "kube-scheduler"
COMPONENTS = (API_SERVER, MANAGER, SCHEDULER)
"""Static pods of every control plane node, by their label k8s-app."""
ETCD = "etcd-manager-"
"""Begins the label k8s-app of the static pods that run members of an etcd cluster."""
CONTROLLER = "kops-controller"
"""Label k8s-app of the pod that lets new nodes join, on every control plane node."""
DNS_CONTROLLER = "dns-controller"
"""Label k8s-app of the pod that keeps the DNS records of the API servers, where there is one."""
APP_LABEL = "k8s-app"


@dataclasses.dataclass(frozen=True, slots=True)
class Component:
    """A pod of the control plane.

    `app`: its label k8s-app. `started`: when its container that was started last was.
    `backup_store`: where its etcd cluster is backed up to ("s3://bucket/path"), "" for others.
    """

    app: str
    name: str
    node: str
    ready: bool = True
    started: float = 0.0
    backup_store: str = ""
    dns_names: tuple[str, ...] = ()
    """DNS names whose records dns-controller is to keep for it."""
    static: bool = False
    """Whether a file of its node makes it, so that it comes with the node."""

    @property
    def etcd(self) -> str:
        """Return the etcd cluster that it runs a member of, "" for none."""
        return self.app.removeprefix(ETCD) if self.app.startswith(ETCD) else ""


@dataclasses.dataclass(frozen=True, slots=True)
class Health:
    """What the API server of one node says of itself.

    `well`: it answers 200 to /readyz, so every check of it passed. `why`: why not, in a clause.
    `reached`: whether it could be asked. `overrides`: it has said that it asks the members of etcd
    clusters beside main (--etcd-servers-overrides, of which kops makes use for events) too.
    """

    well: bool
    why: str = ""
    reached: bool = True
    overrides: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class EtcdVolume:
    """Volume of one etcd member.

    `members`: how many members its etcd cluster has, by the volume's tag. `instance`: where it is
    attached, "" for nowhere.
    """

    id: str
    etcd: str
    members: int
    zone: str
    instance: str = ""


@dataclasses.dataclass(frozen=True)
class Hardware:
    """What AWS shows of a control plane: its groups, and the volumes of etcd.

    `groups`: all instance groups of the cluster.
    """

    groups: tuple[DescribedGroup, ...] = ()
    volumes: tuple[EtcdVolume, ...] = ()


@dataclasses.dataclass(frozen=True)
class Components:
    """What Kubernetes shows of a control plane.

    `pods`: in kube-system. `renewed`: by node name, the renewTime of its Lease. `health`: by node
    name. `leaders`: who holds the Leases of controller-manager and scheduler, by Lease.
    `read_at`: by the reader's clock.
    """

    pods: tuple[Component, ...] = ()
    renewed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    health: Mapping[str, Health] = dataclasses.field(default_factory=dict)
    leaders: Mapping[str, str] = dataclasses.field(default_factory=dict)
    read_at: float = 0.0

    def on(self, node: str) -> tuple[Component, ...]:
        """Return the pods of one node."""
        return tuple(pod for pod in self.pods if pod.node == node)

    @property
    def etcds(self) -> tuple[str, ...]:
        """Return the names of the etcd clusters, sorted."""
        return tuple(sorted({pod.etcd for pod in self.pods} - {""}))
