# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate the etcd clusters of a kops cluster: members, their volumes, quorum.

etcd-manager mounts the volume of a member that is in its zone and attached to nobody, and starts
the member from what is on it (etcd-manager: docs). A volume is attached nowhere else before EC2 has
ended the instance that had it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance, Volume

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World

NEVER = 1e9
"""Seconds after which a member joins that never does."""


@dataclasses.dataclass
class Member:
    """A member of an etcd cluster.

    `place`: its control plane group. `up`: it serves, on `instance`. `broken`: its disk is of no
    use, so that it never serves again.
    """

    etcd: str
    place: str
    volume: Volume
    instance: str = ""
    up: bool = False
    broken: bool = False


class Etcd:
    """All etcd clusters of a cluster, by name, each with a member in every place.

    `attach` and `join`: seconds from running to attached, and from there to serving, as ranges.
    `changed` is called after a member came or went. `quorum_losses` counts how often any of them
    lost its quorum.
    """

    def __init__(
        self, world: World, cluster: str, places: Iterable[str], names: Iterable[str]
    ) -> None:
        self._world = world
        self.attach, self.join = (3.0, 8.0), (10.0, 30.0)
        self.changed: Callable[[], None] = lambda: None
        self.quorum_losses = 0
        self._had_quorum = True
        places = list(places)
        self.members = [
            Member(name, place, self._volume(cluster, name, place, places))
            for name in names
            for place in places
        ]
        world.account.observers.append(self._instance_event)
        for member in self.members:
            instance = self._running(member.place)
            if instance is not None:
                member.volume.instance, member.instance, member.up = instance.id, instance.id, True

    def _volume(self, cluster: str, name: str, place: str, places: list[str]) -> Volume:
        letters = [chr(ord("a") + number) for number in range(len(places))]
        own = letters[places.index(place)]
        account = self._world.account
        zone = account.subnets[account.groups[place].subnets[0]].zone
        volume = Volume(
            account.new_id("vol"),
            zone,
            {
                "Name": f"{own}.etcd-{name}.{cluster}",
                "KubernetesCluster": cluster,
                f"kubernetes.io/cluster/{cluster}": "owned",
                f"k8s.io/etcd/{name}": f"{own}/{','.join(letters)}",
                "k8s.io/role/control-plane": "1",
                "k8s.io/role/master": "1",
            },
        )
        account.volumes[volume.id] = volume
        return volume

    def _running(self, place: str) -> Instance | None:
        found = (one for one in self._world.account.instances.values() if one.group == place)
        return next((one for one in found if one.state == "running"), None)

    def _instance_event(self, event: str, instance: Instance) -> None:
        own = [member for member in self.members if member.place == instance.group]
        if event == "running":
            for member in own:
                self._await_volume(member, instance)
        for member in own:
            if event == "shutting-down" and member.instance == instance.id:
                self._stop(member)
            if event == "terminated" and member.volume.instance == instance.id:
                member.volume.instance = ""

    def _await_volume(self, member: Member, instance: Instance) -> None:
        delay = self._world.kernel.spread(*self.attach)
        self._world.kernel.after(delay, lambda: self._mount(member, instance))

    def _mount(self, member: Member, instance: Instance) -> None:
        if not instance.alive:
            return
        if member.volume.instance:
            self._await_volume(member, instance)
            return
        member.volume.instance = instance.id
        delay = self._world.kernel.spread(*self.join)
        self._world.kernel.after(delay, lambda: self._serve(member, instance))

    def _serve(self, member: Member, instance: Instance) -> None:
        there = instance.alive and member.volume.instance == instance.id
        if there and not member.broken:
            member.instance, member.up = instance.id, True
            self._note()

    def _stop(self, member: Member) -> None:
        member.up = False
        self._note()

    def fail(self, place: str, broken: bool = True) -> None:
        """Let the members of a place stop; `broken`: for good."""
        for member in self.members:
            if member.place == place:
                member.broken = broken
                self._stop(member)

    def spoil(self, place: str) -> None:
        """Let the members of a place serve as long as their node lives."""
        for member in self.members:
            member.broken |= member.place == place

    def repair(self) -> None:
        """Let every member serve again that has its volume and a machine."""
        for member in self.members:
            member.broken = False
            instance = self._world.account.instances.get(member.volume.instance)
            if instance is not None and not member.up:
                self._serve(member, instance)

    def _note(self) -> None:
        has = self.has_quorum()
        self.quorum_losses += self._had_quorum and not has
        self._had_quorum = has
        self.changed()

    def is_up(self, place: str, etcd: str = "") -> bool:
        """Return whether the members of a place serve, or that of one etcd cluster."""
        own = (one for one in self.members if one.place == place and etcd in ("", one.etcd))
        return all(member.up for member in own)

    def up(self, etcd: str, *without: str) -> int:
        """Return how many members of an etcd cluster serve, not counting these places."""
        own = (one for one in self.members if one.etcd == etcd and one.place not in without)
        return sum(member.up for member in own)

    def has_quorum(self, *without: str) -> bool:
        """Return whether every etcd cluster has one, not counting these places."""
        names = {member.etcd for member in self.members}
        sizes = {name: sum(one.etcd == name for one in self.members) for name in names}
        return all(self.up(name, *without) * 2 > sizes[name] for name in names)
