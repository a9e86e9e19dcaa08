# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update launch templates on the World, in virtual time, under Leases.

The Leases are those of the groups of a template.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import LockedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
    load,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import (
    lease_name,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Wanted
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.handover import (
    check_groups,
    ways_elsewhere,
    ways_now,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.templates import Work, guarded
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.change import (
    ChangeMade,
    change,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LockOrder,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import (
    KUBERNETES,
    add_node_group,
    release_images,
)
from ansible_collections.nodeops.rotator.tests.simulation.virtual import VirtualInbox
from ansible_collections.nodeops.rotator.tests.simulation.world import NodeKind, World

T = TypeVar("T")
GREEN, RED = "demo-green", "red"
SIZE = 3
OPTIONS: dict[str, Any] = {
    "cluster_name": "demo",
    "eks_cluster": None,
    "kops_cluster": None,
    "run_id": "r1",
    "rotated_groups": [],
    "shared_template": "refuse",
    "repair": False,
    "lock_namespace": "kube-system",
    "handover_timeout": 120,
    "lock_wait": 0,
}


def shared(pointers: tuple[str, str] = ("$Latest", "$Latest")) -> World:
    """Two node groups, demo-blue and demo-green, that launch from one template."""
    world = World(Kernel(1))
    old, new = release_images(world)
    aws.add_subnets(world.account)
    aws.add_eks_cluster(world.account, world.name, KUBERNETES)
    add_node_group(world, "demo-blue", SIZE, pointers[0], old, [])
    (template,) = list(world.account.templates.values())
    tags = {f"kubernetes.io/cluster/{world.name}": "owned"}
    more: dict[str, Any] = {"minimum": 1, "maximum": SIZE, "tags": tags}
    aws.add_group(world.account, GREEN, template, pointers[1], SIZE, **more)
    world.kinds[GREEN] = NodeKind()
    world.facts |= {"old_image": old, "new_image": new, "cluster": world.name}
    world.begin()
    return world


def with_configuration(world: World, name: str) -> None:
    """Add a node group that launches from a launch configuration, both of this name."""
    (template,) = list(world.account.templates.values())
    data = template.versions[1].data
    params = {name: data[name] for name in ("ImageId", "InstanceType")}
    params |= {"LaunchConfigurationName": name, "UserData": base64.b64decode(data["UserData"])}
    aws_call(world.account, "operator")("autoscaling", "CreateLaunchConfiguration", params)
    tags = {f"kubernetes.io/cluster/{world.name}": "owned"}
    sizes = {"desired": 2, "minimum": 1, "maximum": 2}
    world.kinds[name] = NodeKind()
    group = aws.add_group(world.account, name, configuration=name, tags=tags, **sizes)
    for member in group.counted():
        world._join(world.account.instances[member.instance_id], ready_after=0.0)
    world.cluster.settle()
    world.kernel.advance(world.kernel.now + 60)


class Locks:
    """The Leases of the World.

    `between`: what happens while they are held. `kill_at`: see VirtualInbox.
    """

    def __init__(
        self,
        world: World,
        params: dict[str, Any],
        between: Callable[[], None],
        kill_at: int | None,
    ) -> None:
        self._world, self._kill_at, self._between = world, kill_at, between
        self._params, holder = params, f"template_{params['run_id']}"
        self.deadline = Deadline(lambda: world.kernel.now)
        self._cluster = KubeClient(
            kube_call(world.cluster, holder),
            params["lock_namespace"],
            clock=lambda: world.kernel.utc().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            deadline=self.deadline,
        )

    def check_cluster(self, groups: Sequence[DescribedGroup], named: str, aws: Aws) -> str:
        """Refuse another cluster."""
        return check_groups(self._cluster, aws, groups, named, self._params)

    def journal(self, arn: str) -> Journal:
        """Return what the Lease of a group records."""
        lease = self._cluster.read_lease(lease_name(arn))
        return load(lease.journal) if lease is not None else Journal()

    def elsewhere(self, groups: Iterable[DescribedGroup], run_id: str) -> Iterator[LockedError]:
        """Tell which another namespace holds."""
        return ways_elsewhere(self._cluster, groups, self._params["lock_namespace"], run_id)

    def change(self, order: LockOrder, act: Callable[[float], ChangeMade[T]], keep: bool) -> T:
        """Take them, act, and leave them."""
        ports = Ports(None, self._cluster)

        def acting(moment: float) -> ChangeMade[T]:
            self._between()
            return act(moment)

        inbox = VirtualInbox(self._world.kernel, ports, lambda feed: iter(()), self._kill_at)
        return change(inbox, order, acting, keep)

    def held(self, order: LockOrder) -> Iterator[str]:
        """Tell which are in the way."""
        return ways_now(self._cluster, order)


def update(
    world: World,
    group: str,
    check: bool = False,
    between: Callable[[], None] = lambda: None,
    rollback: bool = False,
    kill_at: int | None = None,
    **options: Any,
) -> tuple[Any, tuple[str, ...]]:
    """Update the template of a group as launch_template_update does.

    The template gets the new image. Returns what was done and the warnings. `options`: of the
    module.
    """
    params = {**OPTIONS, **options}
    locks = Locks(world, params, between, kill_at)
    call = aws_call(world.account, f"operator_{params['run_id']}")
    image = "" if rollback else world.facts["new_image"]
    wanted = Wanted(image_id=image, run=params["run_id"] or "", rollback=rollback)
    work = Work(Aws(call, locks.deadline), wanted, NamedSource(group=group), world.kernel.utc())
    found = guarded(params, check, work, locks)  # type: ignore[arg-type]
    world.kernel.advance(world.kernel.now + 5)
    return found


def lease_of(world: World, group: str) -> dict[str, Any] | None:
    """The Lease of a group, None if there is none."""
    name = lease_name(world.account.groups[group].arn)
    return world.cluster.object("leases", name, "kube-system")


def versions(world: World) -> int:
    """How many versions the template has."""
    (template,) = list(world.account.templates.values())
    return len(template.versions)


def record(world: World, group: str) -> dict[str, Any]:
    """The record in the Lease of a group."""
    lease = lease_of(world, group)
    assert lease is not None
    found: dict[str, Any] = json.loads(lease["metadata"]["annotations"]["nodeops.rotator/journal"])
    return found


def holder(world: World, group: str) -> str:
    """Who holds the Lease of a group, "" for nobody."""
    lease = lease_of(world, group)
    return str((lease or {"spec": {}})["spec"].get("holderIdentity") or "")
