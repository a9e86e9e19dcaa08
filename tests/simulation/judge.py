# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge every command against the World's true state before it takes effect.

It changes and refuses nothing. It records breaches: acts that a careful operator would never do. A
test of a rotation ends by asking that there are none.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import TYPE_CHECKING

from ansible_collections.nodeops.rotator.tests.simulation.aws.balancing import CLASSIC
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group
from ansible_collections.nodeops.rotator.tests.simulation.aws.origin import (
    is_current,
    override_images,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.victims import zone_counts
from ansible_collections.nodeops.rotator.tests.simulation.cluster_rules import ClusterRules
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.rules import Rules, is_evictable

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World


class Judge(ClusterRules):
    """Judges the calls that the gate passes; see Bench.

    `unjudged`: globs of actors who are people or the cloud's own parts.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.unjudged: list[str] = ["operator*", "eks"]
        self._began = False
        self._protecting: dict[str, bool] = {}
        self._protected: set[str] = set()
        """As they were before anybody whom we judge came: which groups protect new instances, and
        which are protected."""
        self._table: dict[str, Callable[[Call], None]] = {
            "autoscaling:SetDesiredCapacity": self._desired,
            "autoscaling:LaunchInstances": self._launch,
            "autoscaling:UpdateAutoScalingGroup": self._update,
            "autoscaling:TerminateInstanceInAutoScalingGroup": self._terminate,
            "autoscaling:DetachInstances": self._detach,
            "autoscaling:EnterStandby": self._standby,
            "autoscaling:ResumeProcesses": self._resume,
            "autoscaling:SetInstanceProtection": self._protect,
            "ec2:TerminateInstances": self._ec2_terminate,
            "elbv2:DeregisterTargets": self._deregister,
            "elb:DeregisterInstancesFromLoadBalancer": self._deregister,
            "kubernetes:patch nodes": self._patch_node,
            "kubernetes:update nodes": self._patch_node,
            "kubernetes:delete nodes": self._delete_node,
            "kubernetes:create leases": self._claim,
            "kubernetes:update leases": self._claim,
            "kubernetes:delete pods": self._delete_pod,
            "kubernetes:create pods/eviction": self._evict,
        }

    def begin(self) -> None:
        """Allow a surge of 1 in every group, unless the scenario has said otherwise."""
        self._began = True
        for name, group in self._world.account.groups.items():
            self.rules.setdefault(name, Rules(group.desired))
            self._protecting[name] = bool(group.setting("NewInstancesProtectedFromScaleIn"))
            self._protected |= {
                member.instance_id for member in group.members.values() if member.protected
            }

    def __call__(self, call: Call) -> None:
        if self._began and not any(fnmatch.fnmatchcase(call.actor, glob) for glob in self.unjudged):
            writes = call.service == "autoscaling" and not call.operation.startswith("Describe")
            if writes and any(self._is_managed(name) for name in _named_groups(call)):
                self._breach(call, "the Auto Scaling group of a managed node group is written to")
            if rule := self._table.get(call.name, self._touch if writes else None):
                rule(call)

    def _is_managed(self, name: str) -> bool:
        """Return whether a group, or an instance's group, is managed by EKS."""
        instance = self._world.account.instances.get(name)
        clusters = self._world.account.eks_clusters.values()
        groups = {one.group for cluster in clusters for one in cluster.nodegroups.values()}
        return (instance.group if instance is not None else name) in groups

    def _desired(self, call: Call) -> None:
        name, wanted = call.params["AutoScalingGroupName"], call.params["DesiredCapacity"]
        rules = self._ruled(call, name)
        if rules is None:
            return
        if wanted < self._world.account.groups[name].desired:
            self._breach(call, "desired is lowered by a number: the group chooses whom to kill")
        if max(wanted, self.launched(name)) > rules.allowed:
            self._breach(
                call, f"more than base {rules.base} + surge {rules.surge} would be launched"
            )

    def _launch(self, call: Call) -> None:
        name, number = call.params["AutoScalingGroupName"], call.params["RequestedCapacity"]
        rules, group = self._ruled(call, name), self._world.account.groups.get(name)
        if rules is None or group is None or call.params["ClientToken"] in group.launches:
            return
        if max(group.desired, self.launched(name)) + number > rules.allowed:
            self._breach(
                call, f"more than base {rules.base} + surge {rules.surge} would be launched"
            )

    def _update(self, call: Call) -> None:
        name = call.params["AutoScalingGroupName"]
        rules, group = self._ruled(call, name), self._world.account.groups.get(name)
        if rules is None or group is None:
            return
        if "MaxSize" in call.params and call.params["MaxSize"] < max(
            self.launched(name), group.desired
        ):
            self._breach(
                call, "MaxSize below what is launched lowers desired and kills undrained nodes"
            )
        if call.params.get("NewInstancesProtectedFromScaleIn") is False:
            self._unfenced(call, group)
            if self._protecting.get(name):
                self._breach(call, "new instances were protected before")

    def _protect(self, call: Call) -> None:
        name = call.params["AutoScalingGroupName"]
        if self._ruled(call, name) and not call.params["ProtectedFromScaleIn"]:
            self._unfenced(call, self._world.account.groups[name])
            if named := sorted(self._protected.intersection(call.params["InstanceIds"])):
                self._breach(call, f"{named[0]} was protected before")

    def _unfenced(self, call: Call, group: Group) -> None:
        if self.launched(group.name) > group.desired:
            self._breach(
                call,
                "protection is taken off while more is launched than desired: the surplus"
                " dies undrained",
            )

    def _resume(self, call: Call) -> None:
        name = call.params["AutoScalingGroupName"]
        if self._ruled(call, name) is None or "AZRebalance" not in call.params.get(
            "ScalingProcesses", ["AZRebalance"]
        ):
            return
        zones = zone_counts(self._world.account.groups[name])
        if max(zones.values()) - min(zones.values()) > 1:
            self._breach(call, f"AZRebalance is resumed while zones are unbalanced: {zones}")

    def _terminate(self, call: Call) -> None:
        instance = self._world.account.instances.get(call.params["InstanceId"])
        _group, member = self._world.account.scaler.find_member(call.params["InstanceId"])
        if instance is None or instance.state != "running" or member is None or member.doomed:
            return
        if (rules := self._ruled(call, instance.group)) is None:
            return
        self._loss(call, instance, rules)
        self._decrement(call, instance.group, rules, 1)

    def _decrement(self, call: Call, group: str, rules: Rules, number: int) -> None:
        desired = self._world.account.groups[group].desired
        lower = call.params.get("ShouldDecrementDesiredCapacity")
        if lower and desired - number < rules.base:
            self._breach(call, f"desired would fall below its base {rules.base}")

    def _detach(self, call: Call) -> None:
        """Detached instances run on with their pods; they are judged when they end."""
        name = call.params["AutoScalingGroupName"]
        if rules := self._ruled(call, name):
            self._decrement(call, name, rules, len(call.params.get("InstanceIds", ())))

    def _standby(self, call: Call) -> None:
        """Instances in standby count for nothing any more, as if they had ended."""
        name, ids = call.params["AutoScalingGroupName"], call.params.get("InstanceIds", ())
        if rules := self._ruled(call, name):
            for instance in (self._world.account.instances[one] for one in ids):
                self._loss(call, instance, rules)
            self._decrement(call, name, rules, len(ids))

    def _ec2_terminate(self, call: Call) -> None:
        detached = self._world.truth.detached
        for name in call.params.get("InstanceIds", ()):
            instance = self._world.account.instances.get(name)
            if instance is None or self._was_pooled(call, name) or not instance.alive:
                continue
            if name not in detached:
                self._breach(call, f"{name} is terminated behind the back of its group")
            elif rules := self._ruled(call, detached[name]):
                self._loss(call, instance, rules)

    def _was_pooled(self, call: Call, name: str) -> bool:
        """Return whether an instance is in a warm pool, or just being taken out."""
        group, member = self._world.account.scaler.pools.find(name)
        instance = self._world.account.instances[name]
        if group is None or member is None:
            group, member = self._world.account.scaler.find_member(name)
            pending = member is not None and member.lifecycle_state == "Pending"
            return pending and group is not None and group.warm_pool is not None
        named = override_images(group)
        launched = not named or instance.image_id in named
        if launched and is_current(self._world.account, group, member):
            self._breach(call, f"{name} in the warm pool is current")
        if any(is_evictable(pod) for pod in self._world.pods_of(instance)):
            self._breach(call, f"{name} in the warm pool carries pods")
        return True

    def _deregister(self, call: Call) -> None:
        name = call.params.get("TargetGroupArn") or CLASSIC + call.params["LoadBalancerName"]
        group = self._world.account.target_groups.get(name)
        if group is None:
            return
        named = call.params.get("Targets") or call.params["Instances"]
        ids = {one.get("Id") or one["InstanceId"] for one in named}
        healthy = {target.id for target in group.healthy()}
        if healthy and not healthy - ids:
            self._breach(call, "the last healthy target is deregistered")


def _named_groups(call: Call) -> list[str]:
    """Return the groups and instances that a call to Auto Scaling names."""
    params = call.params
    names = [params.get("AutoScalingGroupName"), params.get("InstanceId")]
    names += [tag.get("ResourceId") for tag in params.get("Tags", ())]
    return [name for name in names if name]
