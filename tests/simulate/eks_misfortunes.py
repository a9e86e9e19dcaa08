# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong around a managed node group while EKS updates it."""

from __future__ import annotations

import contextlib
import dataclasses
import random
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import CONFIG_TAG
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import NEW, OLD, BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.simulation.truth import is_ready
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, NEVER_READY

SPOT = ("Server.SpotInstanceTermination", "reclaimed")
WHOLE = {"updateStrategy": "DEFAULT"}
"""What EKS shows of an update config that does not say it."""


class EksScene:
    """A managed node group whose nodes are due for an update.

    `log`: what others have done, with moments. `resized`, `reconfigured`: somebody has changed the
    size, or the update config, for good. `updated`: when somebody has begun an update.
    """

    def __init__(self, seed: int, aws: dict[str, Any], **more: Any) -> None:
        behavior = dataclasses.replace(Behavior(), **aws)
        self.built = BuiltNodegroup(behavior=behavior, seed=seed, maximum=30, **more)
        self.world = self.built.world
        self.log: list[tuple[float, str]] = []
        self.size, self.config = self.built.group.desired, dict(self.built.web.update_config)
        self.resized = self.reconfigured = False
        self.updated: list[float] = []

    def tell(self, text: str) -> None:
        """Note what somebody else has done."""
        self.log.append((self.world.kernel.now, f"SOMEBODY {text}"))

    def ask(self, service: str, operation: str, **params: Any) -> bool:
        """Let an operator call AWS; return whether it was done."""
        with contextlib.suppress(AwsError):
            self.world.account.call(service, operation, params, "operator")
            return True
        return False

    def eks(self, operation: str, **params: Any) -> bool:
        """Let an operator call EKS on the node group; return whether it was done."""
        name = {"clusterName": self.world.name, "nodegroupName": "web"}
        return self.ask("eks", operation, **name, **params)

    def running(self) -> list[Instance]:
        """Return the instances of the group that run."""
        members = (one.instance_id for one in self.built.group.counted())
        found = (self.world.account.instances[name] for name in members)
        return sorted((one for one in found if one.state == "running"), key=lambda one: one.id)

    def let_go(self, number: int) -> None:
        """Set how many pods the budget lets go at a time."""
        (budget,) = self.world.cluster.objects("poddisruptionbudgets")
        patch = {"spec": {"maxUnavailable": number}}
        self.world.cluster.change("poddisruptionbudgets", budget, patch)

    def repair(self) -> None:
        """Somebody brings everything to order."""
        self.tell("repairs everything")
        self.world.bad_images.clear()
        self.let_go(1)
        for instance in self.running():
            node = self.world.node_of(instance)
            if node is None or not is_ready(node):
                self.world.account.fleet.terminate(instance, SPOT)

    def deviations(self) -> list[str]:
        """Return what is not as a finished update leaves it, one line each."""
        built, lease = self.built, lease_name(self.built.group.arn)
        held = self.world.cluster.object("leases", lease, "kube-system") or {"spec": {}}
        found = {
            f"runs {sorted(built.images())}": built.images() != {built.new},
            f"records release {built.web.release_version}": built.web.release_version != NEW,
            f"has the tag {CONFIG_TAG}": CONFIG_TAG in built.web.tags,
            "has a holder of its Lease": bool(held["spec"].get("holderIdentity")),
            f"has update config {built.web.update_config}": not self.reconfigured
            and {**WHOLE, **built.web.update_config} != {**WHOLE, **self.config},
        }
        return [f"the node group {what}" for what, so in found.items() if so]


def an_instance_is_reclaimed(scene: EksScene, dice: random.Random) -> None:
    """End an instance, by EC2's doing."""
    if running := scene.running():
        instance = dice.choice(running)
        scene.tell(f"ends {instance.id}")
        scene.world.account.fleet.terminate(instance, SPOT)


def an_autoscaler_enlarges_the_group(scene: EksScene, dice: random.Random) -> None:
    """Raise the desired capacity, which EKS does not lower again."""
    group = scene.built.group
    wanted = min(group.maximum, group.desired + dice.choice([1, 2]))
    name = {"AutoScalingGroupName": group.name, "DesiredCapacity": wanted}
    if scene.ask("autoscaling", "SetDesiredCapacity", **name):
        scene.resized = True
        scene.tell(f"sets the desired capacity to {wanted}")


def a_budget_lets_nothing_go(scene: EksScene, dice: random.Random) -> None:
    """Close the budget until somebody repairs it, or for a while."""
    scene.tell("closes the budget")
    scene.let_go(0)
    if dice.random() < 0.5:
        scene.world.kernel.after(dice.uniform(100, 2000), lambda: scene.let_go(1))


def new_nodes_never_join(scene: EksScene, dice: random.Random) -> None:
    """Let no instance with the new image join from now on."""
    scene.tell("breaks the new image")
    scene.world.bad_images[scene.built.new] = dice.choice([NEVER_JOINS, NEVER_READY])


def a_kubelet_falls_silent(scene: EksScene, dice: random.Random) -> None:
    """Silence the kubelet of a node."""
    if running := [one for one in scene.running() if scene.world.node_of(one)]:
        instance = dice.choice(running)
        scene.tell(f"silences {instance.private_dns}")
        scene.world.cluster.node_silent(instance.private_dns)


def somebody_updates_it(scene: EksScene, dice: random.Random) -> None:
    """Update the node group by hand, to the same release or to the old one."""
    release = dice.choice([NEW, NEW, OLD])
    if scene.eks("UpdateNodegroupVersion", releaseVersion=release):
        scene.updated.append(scene.world.kernel.now)
        scene.tell(f"updates the node group to {release}")


def somebody_changes_the_config(scene: EksScene, dice: random.Random) -> None:
    """Change the update config for good, unless EKS is at work."""
    config = {"maxUnavailable": dice.choice([1, 4])}
    if scene.eks("UpdateNodegroupConfig", updateConfig=config):
        scene.reconfigured = True
        scene.tell(f"changes the update config to {config}")


def somebody_deletes_the_lease(scene: EksScene, _dice: random.Random) -> None:
    """Delete the Lease of the group, whoever holds it."""
    name = lease_name(scene.built.group.arn)
    if lease := scene.world.cluster.object("leases", name, "kube-system"):
        scene.tell("deletes the Lease")
        scene.world.cluster.delete("leases", lease)


EksMisfortune = Callable[[EksScene, random.Random], None]
EKS_MISFORTUNES: tuple[EksMisfortune, ...] = (
    an_instance_is_reclaimed,
    an_autoscaler_enlarges_the_group,
    a_budget_lets_nothing_go,
    new_nodes_never_join,
    a_kubelet_falls_silent,
    somebody_updates_it,
    somebody_changes_the_config,
    somebody_deletes_the_lease,
)
