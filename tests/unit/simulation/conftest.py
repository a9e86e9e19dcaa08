# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What unit tests of the World share: a small, polite one, and acts on it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import (
    Behavior as KubeBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import eks, small
from ansible_collections.nodeops.rotator.tests.simulation.world import World

MERGE = "application/merge-patch+json"


class BuiltAccount:
    """Groups demo-blue of four and demo-green of two nodes in three zones.

    A budget lets one of four pods of shop/cart go; `actor` is whom the judge judges.
    """

    blue, green, actor = "demo-blue", "demo-green", "run"

    def __init__(self) -> None:
        self.world = World(Kernel(), aws=AwsBehavior.polite(), kube=KubeBehavior.polite())
        self.world.join = self.world.ready = (0.0, 0.0)
        aws.add_subnets(self.world.account)
        image = aws.add_image(self.world.account, "nodes").id
        eks.add_node_group(self.world, self.green, 2, "1", image, [])
        small.furnish(self.world, size=4, replicas=4)
        for group in self.world.account.groups.values():
            group.maximum = 9

    def scaling(self, operation: str, actor: str = actor, **params: Any) -> dict[str, Any]:
        """A call to Auto Scaling on demo-blue, unless another group is named."""
        given = {"AutoScalingGroupName": self.blue, **params}
        return self.world.account.call("autoscaling", operation, given, actor)

    def terminate(self, instance: str, decrement: bool = False, actor: str = actor) -> None:
        """TerminateInstanceInAutoScalingGroup."""
        params = {"InstanceId": instance, "ShouldDecrementDesiredCapacity": decrement}
        self.world.account.call("autoscaling", "TerminateInstanceInAutoScalingGroup", params, actor)

    def ask(
        self,
        verb: str,
        path: str,
        body: Any = None,
        actor: str = actor,
        query: Mapping[str, str] | None = None,
    ) -> int:
        """A request to the cluster; its status."""
        kind = MERGE if verb == "PATCH" else "application/json"
        return self.world.cluster.request(verb, path, query or {}, body, kind, actor)[0]

    def cordon(self, node: str, unschedulable: bool | None = True, actor: str = actor) -> int:
        """Cordon or uncordon a node."""
        return self.ask(
            "PATCH", f"/api/v1/nodes/{node}", {"spec": {"unschedulable": unschedulable}}, actor
        )

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.world.kernel.advance(self.world.kernel.now + seconds)

    def instances(self, group: str = blue) -> list[str]:
        """The group's instances."""
        return list(self.world.account.groups[group].members)

    def node(self, instance: str) -> str:
        """The name of an instance's node."""
        return self.world.account.instances[instance].private_dns

    def why(self) -> list[str]:
        """The reasons of the breaches so far."""
        return [breach.why for breach in self.world.judge.breaches]

    def empty(self, group: str = blue) -> str:
        """An instance of the group whose end costs nothing.

        It was drained by an operator and is out of service already.
        """
        self.scaling(
            "SetDesiredCapacity",
            "operator",
            AutoScalingGroupName=group,
            DesiredCapacity=len(self.instances(group)) + 1,
        )
        self.wait(5)
        victim = self.instances(group)[0]
        self.world.cluster.change(
            "nodes", self.found("nodes", self.node(victim)), {"spec": {"unschedulable": True}}
        )
        for pod in self.world.cluster.pods_on(self.node(victim)):
            self.world.cluster.delete("pods", pod, grace=0)
        self.wait(30)
        return victim

    def found(self, plural: str, name: str, namespace: str = "") -> dict[str, Any]:
        """An object that must be there."""
        found = self.world.cluster.object(plural, name, namespace)
        assert found is not None, f"{plural} {namespace}/{name}"
        return found

    def pods(self) -> list[dict[str, Any]]:
        """The pods of shop/cart."""
        return sorted(
            self.world.cluster.objects("pods", "shop"), key=lambda pod: pod["metadata"]["name"]
        )

    def rule(self, **fields: Any) -> None:
        """Change the rules of demo-blue."""
        rules = self.world.judge.rules
        rules[self.blue] = dataclasses.replace(rules[self.blue], **fields)


@pytest.fixture
def built() -> BuiltAccount:
    """A fresh one."""
    return BuiltAccount()
