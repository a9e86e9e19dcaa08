# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what no single command shows.

That is losses that follow later, fights, and wide use of a bad image.
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIGNPOST
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.rules import Breach, is_evictable
from ansible_collections.nodeops.rotator.tests.simulation.truth import instance_id

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial

TERMINATE = "autoscaling:TerminateInstanceInAutoScalingGroup"
MISSING_NODE = 89.0
"""Seconds for which a Node has to be missing before its instance is ended."""
FOLLOWS = 600.0
"""Seconds for which a lower desired of somebody else explains what the group ends."""
WRITES = 40
"""Writes of one kind to one object by one run; more is a fight."""
OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"


class Oracles:
    """Watch a trial from its beginning; `breaches` as the judge's."""

    def __init__(self, trial: Trial) -> None:
        self.breaches: list[Breach] = []
        self._trial = trial
        self._missing: dict[str, float] = {}
        self._asked: set[str] = set()
        self._lowered = float("-inf")
        self._writes: collections.Counter[tuple[str, str, str]] = collections.Counter()
        self._actors: list[str] = []
        trial.world.gate.judges.append(self._call)
        trial.world.account.member_observers.append(self._member)
        trial.world.cluster.store.listen("nodes", self._node)

    def lowered(self) -> None:
        """Note that somebody else has lowered desired or MaxSize."""
        self._lowered = self._trial.now

    def _breach(self, what: str, why: str) -> None:
        self.breaches.append(Breach(self._trial.now, what, why))

    def _call(self, call: Call) -> None:
        if call.name == TERMINATE:
            self._asked.add(call.params["InstanceId"])
        if not self._trial.ours(call):
            return
        if call.name == TERMINATE:
            self._terminate(call.params["InstanceId"])
        if call.service == "kubernetes" and not call.operation.startswith(("get", "list", "watch")):
            self._write(call)
        if not call.operation.startswith(("get", "list", "watch", "Describe", "Get")):
            self._succession(call)

    def _succession(self, call: Call) -> None:
        """Judge that of two runs none acts again once the other one has acted.

        Whatever namespace its Lease is in, and however long it slept. To write a Lease, and before
        anything else the tag that says where one is, is no act: so runs learn of each other.
        """
        begins = _points_to_lease(call) and call.actor not in self._actors
        locks = "leases" in call.operation or begins
        if locks or self._actors[-1:] == [call.actor]:
            return
        if call.actor in self._actors:
            self._breach(call.name, f"{call.actor} acts after {self._actors[-1]} has acted")
        self._actors.append(call.actor)

    def _terminate(self, instance: str) -> None:
        """Judge the end of an instance whose Node is not there."""
        gone = self._missing.get(instance)
        machine = self._trial.world.account.instances.get(instance)
        if gone is None or machine is None or not machine.alive:
            return
        if self._trial.now - gone < MISSING_NODE:
            why = f"its Node has been missing for {self._trial.now - gone:.0f} s only"
            self._breach(f"{TERMINATE} {instance}", why)

    def _node(self, old: Any, new: Any) -> None:
        if old is not None and new is None:
            self._missing[instance_id(old)] = self._trial.now
        elif new is not None:
            self._missing.pop(instance_id(new), None)

    def _write(self, call: Call) -> None:
        self._out_of_service(call)
        name = f"{call.params.get('namespace') or ''}/{call.params.get('name') or ''}"
        if "leases" in call.operation:
            return
        written = (call.actor, call.operation, name)
        self._writes[written] += 1
        if self._writes[written] == WRITES:
            self._breach(f"{call.operation} {name}", f"it is written {WRITES} times: a fight")

    def _out_of_service(self, call: Call) -> None:
        body = call.params.get("body")
        taints = (body.get("spec") or {}).get("taints") if isinstance(body, dict) else None
        if not any(taint["key"] == OUT_OF_SERVICE for taint in taints or ()):
            return
        node = self._trial.world.cluster.object("nodes", call.params.get("name") or "")
        machine = self._trial.world.account.instances.get(instance_id(node)) if node else None
        if machine is not None and machine.state != "terminated":
            what = f"taint out-of-service on the node of {machine.id}"
            self._breach(what, f"it is {machine.state}: its volumes could be corrupted")

    def _member(self, group: Group, member: Member) -> None:
        """Judge an instance that the group ends by itself.

        That can only follow a change of the group's size.
        """
        instance = self._trial.world.account.instances.get(member.instance_id)
        if not member.doomed or instance is None or not instance.alive:
            return
        by_others = {*self._asked, *self._trial.foreign_ends}
        node = self._trial.world.node_of(instance)
        if instance.id in by_others or node is None or member.health != "Healthy":
            return
        self._asked.add(instance.id)
        pods = self._trial.world.cluster.pods_on(node["metadata"]["name"])
        left = [pod["metadata"]["name"] for pod in pods if is_evictable(pod)]
        if left and self._trial.now - self._lowered > FOLLOWS:
            self._breach(f"the group ends {instance.id}", f"with pods on it: {', '.join(left[:3])}")


def _points_to_lease(call: Call) -> bool:
    """Return whether a call writes only the tag that says where a Lease is."""
    keys = {tag["Key"] for tag in call.params.get("Tags", ())}
    return call.operation == "CreateOrUpdateTags" and keys == {SIGNPOST}
