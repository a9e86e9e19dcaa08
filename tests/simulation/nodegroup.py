# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build a world with one managed node group, for tests of its updates."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import publish_al2023
from ansible_collections.nodeops.rotator.tests.simulation.aws.clusters import Nodegroup
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.managed import ManagedNodes
from ansible_collections.nodeops.rotator.tests.simulation.world import World

OLD, NEW = "1.33.5-20260422", "1.33.5-20260523"


class BuiltNodegroup:
    """Managed node group `web` of four nodes in three zones, and a budget."""

    def __init__(
        self,
        max_unavailable: int | str = 1,
        behavior: AwsBehavior = AwsBehavior(),
        seed: int = 1,
        **more: Any,
    ) -> None:
        self.world = World(Kernel(seed), aws=behavior)
        account = self.world.account
        self.old, self.new = (
            publish_al2023(account, "1.33", release[-8:])[0].id for release in (OLD, NEW)
        )
        aws.add_subnets(account)
        aws.add_eks_cluster(account, self.world.name)
        self.nodes = ManagedNodes(self.world)
        self.web: Nodegroup = self.nodes.add("web", 4, OLD, self.old, **more)
        kube.deployment(self.world.cluster, "shop", "cart", 8)
        kube.pdb(self.world.cluster, "shop", "cart", max_unavailable=max_unavailable)
        self.world.begin()

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Call EKS on the node group."""
        name = {"clusterName": self.world.name, "nodegroupName": "web"}
        return self.world.account.call("eks", operation, {**name, **params}, "run")

    def update(self, **params: Any) -> str:
        """Begin an update and return its ID."""
        return str(self.call("UpdateNodegroupVersion", **params)["update"]["id"])

    def show(self, name: str) -> dict[str, Any]:
        """Return an update as DescribeUpdate does."""
        params = {"name": self.world.name, "nodegroupName": "web", "updateId": name}
        answer = self.world.account.call("eks", "DescribeUpdate", params, "run")
        return dict(answer["update"])

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.world.kernel.advance(self.world.kernel.now + seconds)

    def until(self, phase: str) -> None:
        """Let time pass until the update is in this phase."""
        while self.nodes.running[-1].phase != phase:
            self.go(1)

    @property
    def group(self) -> Group:
        """Return the Auto Scaling group behind it."""
        return self.world.account.groups[self.web.group]

    def images(self) -> set[str]:
        """Return the images of the group's instances that are not ending."""
        members = (one.instance_id for one in self.group.counted())
        return {self.world.account.instances[one].image_id for one in members}
