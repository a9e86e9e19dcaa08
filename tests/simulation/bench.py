# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold what the rules of the judge stand on.

That is the true state, who may act on which group, and the list of breaches.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.losses import losses
from ansible_collections.nodeops.rotator.tests.simulation.rules import Breach, Rules, is_evictable

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World

GROUP_LABEL = "nodeops.rotator/group"
"""What a run's Lease says of which group it is."""


class Bench:
    """What every rule asks.

    `rules` by group; `chosen`: the groups that may be touched at all, None for any that has rules.
    `holders`: actors that are runs, each under the identity that it holds Leases with; others are
    known as runs by the Leases that they write. `people`: who an actor is where AWS and Kubernetes
    know him by different names. `asked`: pods ("namespace/name") and instances that a person has
    named: they may go whatever it costs.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.rules: dict[str, Rules] = {}
        self.chosen: set[str] | None = None
        self.breaches: list[Breach] = []
        self.holders: set[str] = set()
        self.people: dict[str, str] = {}
        self._claims: dict[str, set[str]] = {}
        self.asked: set[str] = set()

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
        """Count the members that are Pending or InService and not on their way out."""
        return len(self._world.truth.launched[group])

    def _node(self, name: str) -> dict[str, Any] | None:
        return self._world.cluster.object("nodes", name)

    # Rules that others stand on

    def _ruled(self, call: Call, group: str) -> Rules | None:
        rules = self.rules.get(group)
        if rules is None or (self.chosen is not None and group not in self.chosen):
            self._breach(call, f"{group or 'something'} is outside of what this run may touch")
            return None
        names = self._names(call.actor)
        if rules.lease and names:
            lease = self._world.cluster.object("leases", rules.lease, rules.namespace)
            holder = lease["spec"].get("holderIdentity") if lease else None
            if holder not in names:
                self._breach(
                    call, f"{call.actor} acts on {group} while {holder or 'nobody'} holds its Lease"
                )
        return rules

    def _names(self, actor: str) -> set[str]:
        """Return the identities of Leases that this actor holds, none if it is no run."""
        person = self.people.get(actor, actor)
        return self._claims.get(person, set()) | ({actor} & self.holders)

    def _claim(self, call: Call) -> None:
        """Note a run that writes the Lease of a group: it may act only while it holds it."""
        body = call.params.get("body") or {}
        meta, holder = body.get("metadata", {}), body.get("spec", {}).get("holderIdentity")
        rules = self.rules.get((meta.get("labels") or {}).get(GROUP_LABEL, ""))
        if rules is not None and holder:
            rules.lease = meta.get("name") or call.params.get("name", "")
            rules.namespace = meta.get("namespace") or rules.namespace
            self._claims.setdefault(self.people.get(call.actor, call.actor), set()).add(holder)

    def _touch(self, call: Call) -> None:
        tagged = {tag["ResourceId"] for tag in call.params.get("Tags", ())}
        for name in tagged or {call.params.get("AutoScalingGroupName", "")}:
            self._ruled(call, name)

    def _loss(self, call: Call, instance: Instance, rules: Rules) -> None:
        """Judge what the end of this instance costs."""
        available = self.in_service(self._world.truth.group_of(instance))
        holds = functools.partial(self._holds, instance)
        for why in losses(self._world, instance, rules, available, holds):
            self._breach(call, why)

    def _holds(self, instance: Instance, pod: dict[str, Any]) -> bool:
        """Return whether the instance may not end while this pod is on it."""
        return is_evictable(pod) and instance.id not in self.asked
