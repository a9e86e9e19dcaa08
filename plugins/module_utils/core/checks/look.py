# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that preflight and verify know of a node group, read once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.cluster import Evidence
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain import policy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.eviction import FINISHED
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.credentials import Life
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Budget,
    Lease,
    Node,
    Pod,
    Service,
    Volume,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import (
    check_above_zero,
    check_at_least,
    check_given,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import outdated
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    DRAIN_PREFIX,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    Size,
    Window,
    parse,
    window,
)


@dataclasses.dataclass(frozen=True)
class LookOptions:
    """Options of node_group_info, where their meaning is described.

    `group`: name of the Auto Scaling group. `cluster`: name of the cluster, "" if none is given.
    """

    group: str
    image_id: str = ""
    max_node_age: float | None = None
    boot_timeout: float | None = None
    repair: bool = False
    cluster: str = ""
    left_outdated: tuple[str, ...] = ()
    max_surge: Size = Size(1)
    max_unavailable: Size = Size(0)
    canary: Size = Size(1)
    soak: float = 60
    drain: DrainPolicy = DrainPolicy()

    def __post_init__(self) -> None:
        window(self.max_surge, self.max_unavailable, 1)
        check_at_least("soak", self.soak, 0, "seconds")
        check_above_zero("max_node_age", self.max_node_age, "seconds")
        check_above_zero("boot_timeout", self.boot_timeout, "seconds")


def from_params(params: Mapping[str, Any]) -> LookOptions:
    """Return the options for the parameters of node_group_info. Raises InputError."""
    name = "autoscaling_group_name"
    return LookOptions(
        group=check_given(name, params[name], "the name of the node group's Auto Scaling group"),
        image_id=params["image_id"],
        max_node_age=params["max_node_age"],
        boot_timeout=params["boot_timeout"],
        repair=params["repair"],
        left_outdated=tuple(params["left_outdated"]),
        cluster=params["cluster_name"] or params["eks_cluster"] or "",
        max_surge=parse("max_surge", params["max_surge"]),
        max_unavailable=parse("max_unavailable", params["max_unavailable"]),
        canary=parse("canary", params["canary"]),
        soak=params["soak"],
        drain=policy.from_params(params, prefix=DRAIN_PREFIX),
    )


@dataclasses.dataclass(frozen=True)
class Course:
    """How a rotation would go about its nodes.

    `window`: how many nodes at one time. `canaries`: how many go first, `soak`: the seconds for
    which these are watched.
    """

    window: Window = Window(1, 0)
    canaries: int = 1
    soak: float = 60.0


def course(options: LookOptions, size: int) -> Course:
    """Return the course of a rotation of a group of this size."""
    base = max(1, size)
    sizes = window(options.max_surge, options.max_unavailable, base)
    return Course(sizes, options.canary.of(base, up=True), options.soak)


@dataclasses.dataclass(frozen=True)
class Look:
    """A node group and its cluster at one moment.

    `nodes`: by instance id, only those of the group's instances. `pods` and `budgets`: of the whole
    cluster. `journal`: the one in `lease`. `image_id`: judge as if the group launched this image
    from now on ("": the image that it does launch). `max_age`: seconds. `evidence`: what speaks for
    the cluster being the group's. `repair`: its nodes have failed. `services`: of the whole
    cluster, None if they may not be read.
    """

    group: Group
    nodes: Mapping[str, Node]
    pods: tuple[Pod, ...] = ()
    budgets: tuple[Budget, ...] = ()
    lease: Lease | None = None
    journal: Journal = Journal()
    image_id: str = ""
    max_age: float | None = None
    evidence: Evidence | None = None
    repair: bool = False
    drain: DrainPolicy = DrainPolicy()
    left_outdated: frozenset[str] = frozenset()
    """Instances that a rotation has left outdated on purpose."""
    services: tuple[Service, ...] | None = ()
    free_addresses: Mapping[str, int] | None = dataclasses.field(default_factory=dict)
    """Free IPv4 addresses by subnet of the group, None if they may not be read."""
    rooms: tuple[Room, ...] | None = ()
    """What runs under the quotas that the group counts against, None if it may not be read."""
    hosts: frozenset[str] = frozenset()
    """Names of the nodes that this run itself works on."""
    others: tuple[Node, ...] = ()
    """Nodes of the cluster that are not the group's."""
    volumes: Mapping[str, Volume] | None = dataclasses.field(default_factory=dict)
    """PersistentVolumes by the namespace/name of their claim, None if they may not be read."""
    leads: tuple[str, ...] = ()
    """Leases of controllers of the control plane that a node of the group holds."""

    course: Course = Course()
    credentials: Life = Life()
    """How long the credentials of this run are good."""

    def outdated(self, instance: Instance) -> str:
        """Return why the instance has to be replaced, "" if it is current."""
        group = self.group
        if self.image_id and instance.image_id != self.image_id:
            return f"runs image {instance.image_id or '(unknown)'}, {self.image_id} is planned"
        if group.resolved is None:
            return ""
        return outdated(
            instance, self.nodes.get(instance.id), group.resolved, group.read_at, self.max_age
        )

    def on_group(self) -> tuple[Pod, ...]:
        """Return the pods on nodes of the group that have not ended."""
        names = {node.name for node in self.nodes.values()}
        return tuple(pod for pod in self.pods if pod.node in names and pod.phase not in FINISHED)

    def to_drain(self) -> tuple[Pod, ...]:
        """Return the pods on outdated nodes of the group that have not ended."""
        going = {
            node.name
            for id_, node in self.nodes.items()
            if any(i.id == id_ and self.outdated(i) for i in self.group.launched)
        }
        return tuple(pod for pod in self.on_group() if pod.node in going)
