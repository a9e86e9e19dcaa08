# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out updates of managed node groups, as EKS does.

It drains what Auto Scaling ends by itself too, with a lifecycle hook.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.build import (
    add_group,
    add_nodegroup,
    add_template,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.clusters import (
    EksCluster,
    Nodegroup,
    Update,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Tag
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance, Template
from ansible_collections.nodeops.rotator.tests.simulation.termination_handler import (
    TerminationHandler,
)
from ansible_collections.nodeops.rotator.tests.simulation.upgrade import ACTOR, Pace, Upgrade
from ansible_collections.nodeops.rotator.tests.simulation.world import NodeKind, World

LABEL = "eks.amazonaws.com/"
HOOK = "Terminate-LC-Hook"
"""The lifecycle hook by which EKS hears of what Auto Scaling ends."""


class ManagedNodes:
    """EKS's side of the managed node groups of a world."""

    def __init__(self, world: World, pace: Pace = Pace()) -> None:
        self.world, self.pace = world, pace
        self.running: list[Upgrade] = []
        world.account.updaters.append(self._begin)
        world.gate.uncounted.add(ACTOR)

    def add(
        self,
        name: str,
        size: int,
        release: str,
        image: str,
        owned: Template | None = None,
        labels: dict[str, str] | None = None,
        maximum: int = 0,
        **more: Any,
    ) -> Nodegroup:
        """Add a managed node group of the world's cluster, before its `begin`.

        `owned`: the launch template of its owner, whose newest version it launches. `maximum`: of
        its size, `size` unless given. `more`: other fields of Nodegroup.
        """
        account, cluster = self.world.account, self.world.account.eks_clusters[self.world.name]
        data = {"ImageId": image, "InstanceType": "m6i.large", "EbsOptimized": True}
        number = f"{account.kernel.random.getrandbits(64):016x}"
        template = add_template(account, f"eks-{number}", [data])
        group = add_group(
            account, f"eks-{name}-{number}", template, "1", size, 1, maximum or size, tags={}
        )
        group.tags[f"kubernetes.io/cluster/{cluster.name}"] = Tag("owned", True)
        if owned is not None:
            version = str(owned.latest)
            more["template"] = {"id": owned.id, "name": owned.name, "version": version}
        nodegroup = add_nodegroup(cluster, name, group, release, labels=dict(labels or {}), **more)
        if owned is not None:
            nodegroup.sources[1] = str(owned.latest)
        self._join(group, nodegroup)
        return nodegroup

    def _join(self, group: Group, nodegroup: Nodegroup) -> None:
        def labels(instance: Instance) -> dict[str, str]:
            return self.labels(nodegroup, instance)

        self.world.kinds[group.name] = NodeKind(labels=dict(nodegroup.labels), more_labels=labels)
        timeout = 2 * self.pace.eviction
        TerminationHandler(self.world, group.name, timeout, hook=HOOK, actor=ACTOR)

    def _begin(self, cluster: EksCluster, nodegroup: Nodegroup, update: Update) -> None:
        if update.type == "VersionUpdate":
            self.running.append(Upgrade(self.world, self.pace, nodegroup, update))
            return
        delay = self.world.kernel.spread(*self.pace.setup)
        self.world.kernel.after(delay, lambda: self._configure(nodegroup, update))

    def _configure(self, nodegroup: Nodegroup, update: Update) -> None:
        if self.world.account.behavior.eks_stays_in == "config":
            again = self.pace.tick
            self.world.kernel.after(again, lambda: self._configure(nodegroup, update))
        else:
            _configured(nodegroup, update)

    def labels(self, nodegroup: Nodegroup, instance: Instance) -> dict[str, str]:
        """Return the labels that EKS gives the node of an instance."""
        found = {LABEL + "nodegroup": nodegroup.name, LABEL + "nodegroup-image": instance.image_id}
        member = self.world.account.groups[nodegroup.group].members.get(instance.id)
        number = member.launch_template[2] if member and member.launch_template else 0
        if nodegroup.template is not None and number in nodegroup.sources:
            found[LABEL + "sourceLaunchTemplateId"] = nodegroup.template["id"]
            found[LABEL + "sourceLaunchTemplateVersion"] = nodegroup.sources[number]
        return found


def _configured(nodegroup: Nodegroup, update: Update) -> None:
    given = {name[0].lower() + name[1:]: value for name, value in update.params}
    sizes = {"maxUnavailable", "maxUnavailablePercentage"}
    kept = {
        name: value
        for name, value in nodegroup.update_config.items()
        if not (name in sizes and sizes & given.keys())
    }
    read = {name: int(value) if name in sizes else value for name, value in given.items()}
    nodegroup.update_config = {**kept, **read}
    update.status, nodegroup.status = "Successful", "ACTIVE"
