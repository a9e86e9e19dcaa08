# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out one update of a managed node group in its documented phases.

Source: EKS user guide, "Understand each phase of node updates". Setup: a new version of EKS's own
launch template, and the group points at it. Scale-up: the group grows by twice its zones or by max
unavailable, whichever is more, and once a new node is Ready in every zone all outdated nodes become
unschedulable and leave the load balancers. Upgrade: up to max unavailable nodes at a time lose
their pods, within 15 minutes, wait for 60 s and are terminated. Scale-down: one by one, until the
group has its former size, or at once no more if somebody else makes it grow.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.clusters import Nodegroup, Update
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.eks_updates import (
    image_of_release,
)
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import ApiError
from ansible_collections.nodeops.rotator.tests.simulation.kube.eviction import evict
from ansible_collections.nodeops.rotator.tests.simulation.rules import is_evictable
from ansible_collections.nodeops.rotator.tests.simulation.truth import is_ready
from ansible_collections.nodeops.rotator.tests.simulation.world import World

ACTOR = "eks"
"""Who writes to the Auto Scaling group of a managed node group."""
EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"


@dataclasses.dataclass(frozen=True)
class Pace:
    """Durations of an update in seconds.

    `eviction` and `cordon` are documented; how long EKS waits for new nodes (`creation`) and how
    often it looks (`tick`) are not.
    """

    tick: float = 5.0
    setup: tuple[float, float] = (20.0, 60.0)
    creation: float = 1200.0
    eviction: float = 900.0
    cordon: float = 60.0

    def scaled(self, factor: float) -> Pace:
        """Return the same pace with all durations multiplied."""
        low, high = self.setup
        return Pace(
            *(self.tick * factor, (low * factor, high * factor), self.creation * factor),
            *(self.eviction * factor, self.cordon * factor),
        )


class Upgrade:
    """One VersionUpdate on its way. `phase` is the one that it is in."""

    def __init__(self, world: World, pace: Pace, nodegroup: Nodegroup, update: Update) -> None:
        self.world, self.pace, self.nodegroup, self.update = world, pace, nodegroup, update
        self.phase, self._since = "setup", world.kernel.now
        self._wanted, self._found = dict(update.params), (0, 0)
        self._sizes = (0, 0)
        self._number = 0
        self._draining: dict[str, float] = {}
        self._empty: dict[str, float] = {}
        world.kernel.after(world.kernel.spread(*pace.setup), self._set_up)

    @property
    def group(self) -> Group:
        """Return the Auto Scaling group behind the node group."""
        return self.world.account.groups[self.nodegroup.group]

    def _call(self, service: str, operation: str, **params: Any) -> dict[str, Any] | None:
        """Make a call as EKS, which comes back to what is refused."""
        try:
            return self.world.account.call(service, operation, params, ACTOR)
        except AwsError:
            return None

    def _set_up(self) -> None:
        group, data = self.group, self._data()
        self._found = self._sizes = (group.desired, group.maximum)
        spec = group.template or {}
        made = self._call(
            "ec2",
            "CreateLaunchTemplateVersion",
            LaunchTemplateId=spec["LaunchTemplateId"],
            SourceVersion=spec["Version"],
            LaunchTemplateData=data,
        )
        self._number = made["LaunchTemplateVersion"]["VersionNumber"] if made else 0
        if source := self._wanted.get("LaunchTemplateVersion"):
            self.nodegroup.sources[self._number] = source
        elif self.nodegroup.template is not None:
            self.nodegroup.sources[self._number] = self.nodegroup.template["version"]
        pointer = {"LaunchTemplateId": spec["LaunchTemplateId"], "Version": str(self._number)}
        done = self._asg("UpdateAutoScalingGroup", LaunchTemplate=pointer) is not None
        if not made or not done:
            self._later(self._set_up)
            return
        minimal = self.nodegroup.update_config.get("updateStrategy") == "MINIMAL"
        self._enter("upgrade" if minimal else "scale-up")
        self._look()

    def _data(self) -> dict[str, Any]:
        """Return what the new version of EKS's template has instead of the last one's."""
        release = self._wanted.get("ReleaseVersion")
        if release is not None:
            version = self._wanted["Version"]
            image = image_of_release(self.world.account, self.nodegroup, version, release)
            return {"ImageId": image}
        template = self.world.account.templates[(self.nodegroup.template or {})["id"]]
        number = (
            self._wanted.get("LaunchTemplateVersion") or (self.nodegroup.template or {})["version"]
        )
        return {"ImageId": template.versions[int(number)].data["ImageId"]}

    def _asg(self, operation: str, **params: Any) -> dict[str, Any] | None:
        name = {"AutoScalingGroupName": self.group.name}
        return self._call("autoscaling", operation, **name, **params)

    def _later(self, action: Any) -> None:
        self.world.kernel.after(self.pace.tick, action)

    def _stays(self, phase: str = "") -> bool:
        """Return whether this phase is not left for now."""
        return self.world.account.behavior.eks_stays_in == (phase or self.phase)

    def _enter(self, phase: str) -> None:
        self.phase, self._since = phase, self.world.kernel.now

    def _look(self) -> None:
        if self.update.status != "InProgress":
            return
        {"scale-up": self._scale_up, "upgrade": self._upgrade, "scale-down": self._scale_down}[
            self.phase
        ]()
        if self.update.status == "InProgress":
            self._later(self._look)

    def _scale_up(self) -> None:
        group, found = self.group, self._found
        zones = {self.world.account.subnets[name].zone for name in group.subnets}
        extra = max(2 * len(zones), self._at_once)
        if self._sizes == found:
            sizes = {"MaxSize": found[1] + extra, "DesiredCapacity": found[0] + extra}
            if self._asg("UpdateAutoScalingGroup", **sizes) is not None:
                self._sizes = (found[0] + extra, found[1] + extra)
        nodes = [(one, self.world.node_of(one)) for one in self._members(outdated=False)]
        ready = {one.zone for one, node in nodes if node is not None and is_ready(node)}
        old = {one.zone for one in self._members(outdated=True)}
        if old <= ready and all(node is not None and is_ready(node) for _one, node in nodes):
            if self._stays():
                return
            for instance in self._members(outdated=True):
                self._mark(instance)
            self._enter("upgrade")
        elif self.world.kernel.now - self._since >= self.pace.creation:
            names = [one.id for one, node in nodes if node is None or not is_ready(node)]
            text = "Couldn't proceed with upgrade process as new nodes are not joining node group"
            self._fail("NodeCreationFailure", f"{text} {self.nodegroup.name}", names)

    @property
    def _at_once(self) -> int:
        config = self.nodegroup.update_config
        if percent := config.get("maxUnavailablePercentage"):
            return min(100, max(1, self._found[0] * int(percent) // 100))
        return int(config.get("maxUnavailable", 1))

    def _members(self, outdated: bool) -> list[Instance]:
        """Return the instances that do not run the new version, or those that do."""
        members = [one for one in self.group.members.values() if one.counted]
        chosen = [
            one.instance_id
            for one in members
            if ((one.launch_template or ("", "", 0))[2] != self._number) is outdated
        ]
        return [self.world.account.instances[name] for name in chosen]

    def _mark(self, instance: Instance) -> None:
        node = self.world.node_of(instance)
        if node is not None:
            patch = {"metadata": {"labels": {EXCLUDED: "true"}}, "spec": {"unschedulable": True}}
            self.world.cluster.change("nodes", node, patch)

    def _upgrade(self) -> None:
        left = self._members(outdated=True)
        names = {one.id for one in left}
        self._draining = {name: at for name, at in self._draining.items() if name in names}
        if self._stays():
            return
        if not left and self._all_back():
            self._enter("scale-down")
            return
        waiting = [one for one in left if one.id not in self._draining]
        self.world.kernel.random.shuffle(waiting)
        while waiting and len(self._draining) < self._at_once and self._may_begin():
            self._draining[waiting[-1].id] = self.world.kernel.now
            self._mark(waiting.pop())
        for instance in left:
            if instance.id in self._draining and self.update.status == "InProgress":
                self._drain(instance)

    def _may_begin(self) -> bool:
        """Return whether, by strategy MINIMAL, what was ended has been launched again."""
        return self._sizes != self._found or self._all_back()

    def _all_back(self) -> bool:
        nodes = [self.world.node_of(one) for one in self._members(outdated=False)]
        ready = all(node is not None and is_ready(node) for node in nodes)
        return ready and len(self.group.counted()) >= self.group.desired

    def _drain(self, instance: Instance) -> None:
        now, pods = self.world.kernel.now, list(self._pods(instance))
        if self._stays("eviction"):
            self._draining[instance.id] = now
            here = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
            for pod in here[1:]:
                self._remove(pod, by_force=False)
        elif pods:
            late = now - self._draining[instance.id] >= self.pace.eviction
            if late and not self.update.force:
                text = "Reached max retries while trying to evict pods from nodes in node group"
                names = [instance.private_dns]
                self._fail("PodEvictionFailure", f"{text} {self.nodegroup.name}", names)
                return
            for pod in pods:
                self._remove(pod, late)
        elif now - self._empty.setdefault(instance.id, now) >= self.pace.cordon:
            params = {"InstanceId": instance.id, "ShouldDecrementDesiredCapacity": False}
            self._call("autoscaling", "TerminateInstanceInAutoScalingGroup", **params)

    def _pods(self, instance: Instance) -> Iterator[dict[str, Any]]:
        """Yield the pods that have to leave or are leaving."""
        for pod in self.world.pods_of(instance):
            meta = {key: v for key, v in pod["metadata"].items() if key != "deletionTimestamp"}
            if is_evictable({**pod, "metadata": meta}):
                yield pod

    def _remove(self, pod: dict[str, Any], by_force: bool) -> None:
        cluster, meta = self.world.cluster, pod["metadata"]
        if meta.get("deletionTimestamp"):
            return
        if by_force:
            cluster.delete("pods", pod)
            return
        body = {"metadata": {"namespace": meta["namespace"], "name": meta["name"]}}
        try:
            evict(cluster.control, pod, body, {})
        except ApiError:
            return

    def _scale_down(self) -> None:
        group, found = self.group, self._found
        if (group.desired, group.maximum) != self._sizes or self._sizes == found:
            if not self._stays():
                self._succeed()  # the same size as before, or somebody else scales it
            return
        if len(group.counted()) > group.desired:
            return
        smaller = (self._sizes[0] - 1, self._sizes[1] - 1)
        sizes = {"MaxSize": smaller[1], "DesiredCapacity": smaller[0]}
        if self._asg("UpdateAutoScalingGroup", **sizes) is not None:
            self._sizes = smaller

    def _succeed(self) -> None:
        nodegroup, wanted = self.nodegroup, self._wanted
        nodegroup.version = wanted.get("Version", nodegroup.version)
        nodegroup.release_version = wanted.get("ReleaseVersion", nodegroup.release_version)
        if nodegroup.template is not None and "LaunchTemplateVersion" in wanted:
            version = wanted["LaunchTemplateVersion"]
            nodegroup.template = {**nodegroup.template, "version": version}
        self._end("Successful")

    def _fail(self, code: str, text: str, resources: list[str]) -> None:
        """Leave everything as it is: EKS cannot go back."""
        error = {"errorCode": code, "errorMessage": text, "resourceIds": resources}
        self.update.errors.append(error)
        self._end("Failed")

    def _end(self, status: str) -> None:
        self.update.status, self.nodegroup.status = status, "ACTIVE"
        self.nodegroup.modified_at = self.world.kernel.now
