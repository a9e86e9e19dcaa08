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
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.aws.victims import zone_counts
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.rules import Breach, Rules, is_evictable
from ansible_collections.nodeops.rotator.tests.simulation.silence import is_dead
from ansible_collections.nodeops.rotator.tests.simulation.truth import instance_id, is_ready

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World

MARK = "nodeops.rotator/replacing"
"""A run's annotation on a node that it takes out. Taken off, the node is again as it was: its
operator's, if he cordoned it."""


class Judge:
    """Judges the calls that the gate passes.

    `rules` by group; `chosen`: the groups that may be touched at all, None for any that has rules.
    `unjudged`: globs of actors who are people or the cloud's own parts. `holders`: actors that are
    runs, each under the identity that it holds Leases with. `asked`: pods ("namespace/name") and
    instances that a person has named: they may go whatever it costs.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.rules: dict[str, Rules] = {}
        self.chosen: set[str] | None = None
        self.breaches: list[Breach] = []
        self.unjudged: list[str] = ["operator*"]
        self.holders: set[str] = set()
        self.asked: set[str] = set()
        self._began = False
        self._protecting: dict[str, bool] = {}
        self._protected: set[str] = set()
        """As they were before anybody whom we judge came: which groups protect new instances, and
        which are protected."""
        self._table: dict[str, Callable[[Call], None]] = {
            "autoscaling:SetDesiredCapacity": self._desired,
            "autoscaling:UpdateAutoScalingGroup": self._update,
            "autoscaling:TerminateInstanceInAutoScalingGroup": self._terminate,
            "autoscaling:ResumeProcesses": self._resume,
            "autoscaling:SetInstanceProtection": self._protect,
            "ec2:TerminateInstances": self._ec2_terminate,
            "elbv2:DeregisterTargets": self._deregister,
            "kubernetes:patch nodes": self._patch_node,
            "kubernetes:update nodes": self._patch_node,
            "kubernetes:delete nodes": self._delete_node,
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
            if rule := self._table.get(call.name, self._touch if writes else None):
                rule(call)

    def _breach(self, call: Call, why: str) -> None:
        named = {key: value for key, value in call.params.items() if key not in ("body", "query")}
        self.breaches.append(Breach(self._world.kernel.now, f"{call.name} {named}", why))

    # True state

    def available(self, group: str) -> list[dict[str, Any]]:
        """Return the Ready nodes of launched members that no judged actor has cordoned."""
        found = (self._node(name) for name in sorted(self._world.truth.available[group]))
        return [node for node in found if node is not None]

    def in_service(self, group: str) -> set[str]:
        """Return the nodes that count as available when one is taken out."""
        return set(self._world.truth.available[group])

    def nodes(self, group: str) -> list[dict[str, Any]]:
        """Return the Node objects of the group's launched members."""
        instances = self._world.account.instances
        counted = self._world.account.groups[group].counted()
        nodes = (self._world.node_of(instances[member.instance_id]) for member in counted)
        return [node for node in nodes if node is not None]

    def launched(self, group: str) -> int:
        """Members that are Pending or InService and not on their way out."""
        return len(self._world.truth.launched[group])

    # Rules

    def _ruled(self, call: Call, group: str) -> Rules | None:
        rules = self.rules.get(group)
        if rules is None or (self.chosen is not None and group not in self.chosen):
            self._breach(call, f"{group or 'something'} is outside of what this run may touch")
            return None
        if rules.lease and call.actor in self.holders:
            lease = self._world.cluster.object("leases", rules.lease, "kube-system")
            holder = lease["spec"].get("holderIdentity") if lease else None
            if holder != call.actor:
                self._breach(
                    call, f"{call.actor} acts on {group} while {holder or 'nobody'} holds its Lease"
                )
        return rules

    def _touch(self, call: Call) -> None:
        tagged = {tag["ResourceId"] for tag in call.params.get("Tags", ())}
        for name in tagged or {call.params.get("AutoScalingGroupName", "")}:
            self._ruled(call, name)

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
        group = self._world.account.groups[instance.group]
        if call.params.get("ShouldDecrementDesiredCapacity") and group.desired - 1 < rules.base:
            self._breach(call, f"desired would fall below its base {rules.base}")

    def _ec2_terminate(self, call: Call) -> None:
        for name in call.params.get("InstanceIds", ()):
            instance = self._world.account.instances.get(name)
            if instance is not None and instance.alive:
                self._breach(call, f"{name} is terminated behind the back of its group")

    def _loss(self, call: Call, instance: Instance, rules: Rules) -> None:
        """Judge what the end of this instance costs."""
        node = self._world.node_of(instance)
        if node is None:
            return
        name = node["metadata"]["name"]
        available = self.in_service(instance.group)
        if name in available and len(available) - 1 < rules.base - rules.unavailable:
            self._breach(
                call, f"only {len(available) - 1} of {rules.base} nodes would be available"
            )
        dead = is_dead(node, self._world.kernel.utc())
        for pod in () if dead else self._world.cluster.pods_on(name):
            if self._holds(instance, pod):
                self._breach(
                    call,
                    f"pod {pod['metadata']['namespace']}/{pod['metadata']['name']} still runs"
                    f" on {name}",
                )
        volumes = self._world.cluster.objects("volumeattachments")
        for attachment in volumes if rules.volumes and not dead else ():
            if attachment["spec"]["nodeName"] == name:
                self._breach(
                    call,
                    f"volume {attachment['spec']['source']['persistentVolumeName']} is still"
                    f" attached to {name}",
                )

    def _holds(self, instance: Instance, pod: dict[str, Any]) -> bool:
        """Return whether the instance may not end while this pod is on it."""
        return is_evictable(pod) and instance.id not in self.asked

    def _deregister(self, call: Call) -> None:
        group = self._world.account.target_groups.get(call.params["TargetGroupArn"])
        if group is None:
            return
        ids = {target["Id"] for target in call.params["Targets"]}
        healthy = {target.id for target in group.healthy()}
        if healthy and not healthy - ids:
            self._breach(call, "the last healthy target is deregistered")

    def _patch_node(self, call: Call) -> None:
        node = self._node(call.params.get("name", ""))
        body = call.params.get("body")
        if node is None or not isinstance(body, dict):
            return
        instance, spec = self._world.account.instances.get(instance_id(node)), body.get("spec", {})
        rules = self._ruled(call, instance.group if instance else "")
        given_back = (body.get("metadata", {}).get("annotations") or {}).get(MARK, "") is None
        if "unschedulable" in spec or given_back:
            own = self._world.truth.cordoned
            (own.add if spec.get("unschedulable") else own.discard)(node["metadata"]["uid"])
        if rules is None or instance is None or not spec.get("unschedulable"):
            return
        available = self.in_service(instance.group)
        if node["metadata"]["name"] not in available:
            return
        after = len(available) - 1
        if after < rules.base - rules.unavailable:
            self._breach(call, f"only {after} of {rules.base} nodes would be available")

    def _node(self, name: str) -> dict[str, Any] | None:
        return self._world.cluster.object("nodes", name)

    def _delete_node(self, call: Call) -> None:
        node = self._node(call.params.get("name", ""))
        if node is None or (call.params.get("query") or {}).get("dryRun"):
            return
        instance = self._world.account.instances.get(instance_id(node))
        if instance is not None and instance.state != "terminated":
            self._breach(call, f"the Node of {instance.id} is deleted while it is {instance.state}")

    def _pod(self, call: Call) -> dict[str, Any] | None:
        return self._world.cluster.object(
            "pods", call.params.get("name") or "", call.params.get("namespace") or ""
        )

    def _delete_pod(self, call: Call) -> None:
        pod = self._pod(call)
        given = (call.params.get("query") or {}, call.params.get("body") or {})
        if (
            pod is None
            or any(one.get("dryRun") for one in given)
            or not is_evictable(pod)
            or not is_ready(pod)
        ):
            return
        left = self._world.cluster.budget_left(pod)
        named = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}" in self.asked
        if left is not None and left < 1 and not named:
            self._breach(call, "a ready pod is deleted whose budget has nothing left")

    def _evict(self, call: Call) -> None:
        pod = self._pod(call)
        node = self._node(pod["spec"].get("nodeName", "")) if pod else None
        instance = self._world.account.instances.get(instance_id(node)) if node else None
        if instance is not None:
            self._ruled(call, instance.group)
