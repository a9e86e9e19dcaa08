# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong around a control plane of kops, and who repairs it."""

from __future__ import annotations

import contextlib
import functools
import random
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import resolve_origins
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.eks import point_to
from ansible_collections.nodeops.rotator.tests.simulation.world import NEVER_JOINS, World

SPOT = ("Server.InternalError", "hardware")
PREFIX = "nodeops.rotator/"


class Scene:
    """A kops cluster with a control plane and two workers, all due for an update.

    `log`: what others have done, with moments. `repaired`: nothing else goes wrong.
    """

    def __init__(self, seed: int, size: int, aws: dict[str, Any]) -> None:
        masters = [
            kops.InstanceGroup(f"control-plane-eu-west-1{zone}-{number}", "Master", 1, zone)
            for number, zone in enumerate("abcab"[:size])
        ]
        workers = kops.InstanceGroup("nodes", "Node", 2, "abc", "m6i.large", 4)
        self.world = kops.furnish(World(Kernel(seed)), (*masters, workers))
        self.log: list[tuple[float, str]] = []
        self.repaired = False
        found = self.world.control_plane
        assert found is not None
        self.plane: ControlPlane = found
        self.workers = str(self.world.facts["instance_groups"]["nodes"])
        for target_group in self.world.account.target_groups.values():
            target_group.deregistration_delay = 10.0
        self.world.kernel.advance(self.world.kernel.now + 300)
        for group in (*self.plane.places, self.workers):
            point_to(self.world, group, self.world.facts["new_image"])
        self.world.behave(aws=aws)

    def tell(self, text: str) -> None:
        """Note what somebody else has done."""
        self.log.append((self.world.kernel.now, text))

    def after(self, seconds: float, act: Callable[[], Any]) -> None:
        """Let this happen so many seconds from now."""
        self.world.kernel.after(seconds, act)

    def spared(self) -> list[str]:
        """Return the places that the control plane can do without now."""
        etcd, places = self.plane.etcd, self.plane.places
        leaving = [one for one in places if self._leaves(one)]
        return [one for one in places if etcd.has_quorum(one, *leaving)]

    def all_whole(self) -> bool:
        """Return whether every node is whole and stays, as a careful person looks."""
        return all(self.plane.is_whole(one) and not self._leaves(one) for one in self.plane.places)

    def _leaves(self, place: str) -> bool:
        instance = self.plane.instance(place)
        counted = self.world.account.groups[place].counted()
        return instance is None or instance.id not in {member.instance_id for member in counted}

    def is_out(self, place: str) -> bool:
        """Return whether the node of a place is gone, not whole yet, or cordoned."""
        instance = self.plane.instance(place)
        node = self.world.node_of(instance) if instance is not None else None
        cordoned = node is not None and bool(node["spec"].get("unschedulable"))
        return cordoned or self._leaves(place) or not self.plane.is_whole(place)

    def end(self, place: str) -> None:
        """Somebody ends the instance of a place, by the group."""
        instance = self.plane.instance(place)
        if instance is None:
            return
        self.tell(f"SOMEBODY ends {instance.id} of {place}")
        params = {"InstanceId": instance.id, "ShouldDecrementDesiredCapacity": False}
        operation = "TerminateInstanceInAutoScalingGroup"
        with contextlib.suppress(AwsError):
            self.world.account.call("autoscaling", operation, params, "operator")

    def repair(self) -> None:
        """Somebody brings everything to order, one thing after the other."""
        self.tell("SOMEBODY repairs everything")
        self.repaired = True
        self.plane.backup_period, self.plane.etcd.join = 900.0, (10.0, 30.0)
        self.plane.back_up()
        self.world.bad_images.clear()
        self.plane.etcd.repair()
        for number, place in enumerate(self.plane.places):
            self.after(200.0 * number, functools.partial(self._bring_back, place))

    def _bring_back(self, place: str) -> None:
        """End a node that never came up, where etcd does without it or it is alone."""
        alone = self.plane.places == [place]
        if not self.plane.is_whole(place) and (alone or place in self.spared()):
            self.end(place)

    def deviations(self) -> list[str]:
        """Return what is not as a finished rotation leaves it, one line each."""
        return [line for place in self.plane.places for line in self._of(place)] + self._leases()

    def _of(self, place: str) -> list[str]:
        instance = self.plane.instance(place)
        if instance is None or not self.plane.is_whole(place):
            return [f"{place} is not whole"]
        origin = resolve_origins(self.world.account, self.world.account.groups[place])[0]
        node = self.world.node_of(instance) or {}
        spec, meta = node.get("spec", {}), node.get("metadata", {})
        marks = [name for name in meta.get("annotations", {}) if name.startswith(PREFIX)]
        marks += [one["key"] for one in spec.get("taints", ()) if one["key"].startswith(PREFIX)]
        found = {
            "is outdated": instance.image_id != origin.data["ImageId"],
            "is cordoned": spec.get("unschedulable"),
            f"is marked with {marks}": marks,
        }
        return [f"{place} {what}" for what, so in found.items() if so]

    def _leases(self) -> list[str]:
        own = [
            one
            for one in self.world.cluster.objects("leases", "kube-system")
            if one["metadata"]["name"].startswith("nodeops-rotator")
        ]
        held = [one["metadata"]["name"] for one in own if one["spec"].get("holderIdentity")]
        out = [one for one in own if PREFIX + "out" in one["metadata"].get("annotations", {})]
        return [f"{name} is held" for name in held] + ["a node is noted as out"] * len(out)


Misfortune = Callable[[Scene, random.Random], None]


def a_member_never_joins(scene: Scene, dice: random.Random) -> None:
    """The disk of a place fails once its node goes; somebody repairs it, or not."""
    place = dice.choice(scene.plane.places)
    scene.tell(f"MEMBER of {place} will not come up again")
    scene.plane.etcd.spoil(place)
    if dice.random() < 0.5:
        scene.after(dice.uniform(900, 4000), scene.plane.etcd.repair)


def members_join_late(scene: Scene, dice: random.Random) -> None:
    """Members take long, within boot_timeout or beyond it."""
    least = dice.choice([300.0, 900.0, 2000.0])
    scene.tell(f"MEMBERS take {least:.0f} s to join")
    scene.plane.etcd.join = (least, least + 300)


def a_node_dies(scene: Scene, dice: random.Random) -> None:
    """The hardware of a node fails, whenever the control plane can do without it."""
    if places := scene.spared():
        instance = scene.plane.instance(dice.choice(places))
        if instance is not None:
            scene.tell(f"HARDWARE of {instance.id} fails")
            scene.world.account.fleet.terminate(instance, SPOT)


def a_second_node_dies(scene: Scene, dice: random.Random, left: int = 400) -> None:
    """The hardware of a node fails as soon as another one is out, or on its way out."""
    out = [one for one in scene.plane.places if scene.is_out(one)]
    places = [one for one in scene.spared() if one not in out] if out else []
    instance = scene.plane.instance(dice.choice(places)) if places else None
    if instance is not None:
        scene.tell(f"HARDWARE of {instance.id} fails while {out[0]} is out")
        scene.world.account.fleet.terminate(instance, SPOT)
    elif left:
        scene.after(7, lambda: a_second_node_dies(scene, dice, left - 1))


def a_member_stops(scene: Scene, dice: random.Random) -> None:
    """The member of a place stops for a while."""
    if places := scene.spared():
        place = dice.choice(places)
        scene.tell(f"MEMBER of {place} stops")
        scene.plane.etcd.fail(place)
        scene.after(dice.uniform(60, 2500), scene.plane.etcd.repair)


def kops_rolls_beside(scene: Scene, dice: random.Random, left: int = 2) -> None:
    """Somebody runs kops rolling-update, which ends a node while all are whole.

    Not where it is the only one.
    """
    if scene.all_whole() and scene.spared():
        scene.end(dice.choice(scene.plane.places))
        left -= 1
    if left:
        scene.after(dice.uniform(15, 60), lambda: kops_rolls_beside(scene, dice, left))


def the_api_server_restarts(scene: Scene, dice: random.Random) -> None:
    """Watches end, and old resource versions are gone."""
    scene.tell(f"API restarts ({dice.random():.1f})")
    scene.world.cluster.restart_api()


def backups_stop(scene: Scene, dice: random.Random) -> None:
    """No backup of etcd is made for a while."""
    scene.tell("BACKUPS stop")
    scene.plane.backup_period = dice.uniform(4000, 9000)


def the_image_is_bad(scene: Scene, dice: random.Random) -> None:
    """Nodes of the new image never join."""
    scene.tell(f"IMAGE is bad ({dice.random():.1f})")
    scene.world.bad_images[scene.world.facts["new_image"]] = NEVER_JOINS


MISFORTUNES: tuple[Misfortune, ...] = (
    a_member_never_joins,
    members_join_late,
    a_node_dies,
    a_second_node_dies,
    a_second_node_dies,
    a_member_stops,
    kops_rolls_beside,
    kops_rolls_beside,
    the_api_server_restarts,
    backups_stop,
    the_image_is_bad,
)
