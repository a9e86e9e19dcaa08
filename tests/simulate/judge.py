# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fair judge of the World: a run answers only for what it could know.

AWS shows a change late, and a run reads it every half minute. What was lost by somebody else's
doing, or changed by somebody else, is held against a command only after a read that showed it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    Size,
    window,
)
from ansible_collections.nodeops.rotator.tests.simulate.sizes import Sizes
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group, Member
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.judge import Judge
from ansible_collections.nodeops.rotator.tests.simulation.rules import Rules

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.world import World


def _least(base: int, unavailable: Size, surge: Size) -> int:
    """Return how many nodes have to be available at this base."""
    return base - window(surge, unavailable, max(1, base)).unavailable


SEEN = 1.0
"""Seconds after which a run has heard what a watch tells."""
ON_ITS_WAY = 0.06
"""Seconds from a read to the first command that knows of it."""
READ = 3.0
"""Seconds before desired is raised from which a write of somebody else has to have been read."""
NEVER = float("-inf")
LAST = 30.0
"""Seconds for which the last eviction of a pod that comes back counts."""
UNRENEWED = 20.0
"""Seconds without renewing its Lease after which a run may act no more."""


def _owners(pod: dict[str, Any]) -> set[str]:
    """Return the names of the Deployments that a pod may belong to."""
    owners = pod.get("metadata", {}).get("ownerReferences", ())
    return {str(owner["name"]).rsplit("-", 1)[0] for owner in owners}


class FairJudge(Judge):
    """The judge, with knowledge of what each run has been shown.

    Call `read` for each read of the group that a run was answered.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.sizes: dict[str, Sizes] = {}
        self.window = (Size(1), Size(0))
        self._reads: dict[str, list[float]] = defaultdict(list)
        self._actor = ""
        self._lost: dict[str, tuple[float, bool]] = {}
        self._available: dict[str, set[str]] = {}
        self._changed: dict[str, float] = {}
        self.crossed: set[str] = set()
        """What a run has written over before any read could show it somebody else's write."""
        self.places: dict[str, str] = {}
        """The namespace of each run's Lease, by its name as a holder."""
        self.tolerating: set[str] = set()
        """Deployments whose pods come back to a cordoned node."""
        self._evicted: dict[str, float] = {}
        self._held = ("", 0.0)
        """Who last renewed the Lease, and when."""
        world.account.member_observers.append(self._member)
        world.cluster.store.listen("leases", self._renewed)
        world.cluster.store.listen("nodes", lambda old, new: self._look(True))

    def begin(self) -> None:
        super().begin()
        for name, group in self._world.account.groups.items():
            self.sizes[name] = Sizes(group.desired, group.minimum, group.maximum)
            self._available[name] = set(self._world.truth.available[name])

    def __call__(self, call: Call) -> None:
        for name, sizes in self.sizes.items():
            low, high = sizes.range(self._world.kernel.now)
            rules, (surge, unavailable) = self.rules[name], self.window
            rules.base, rules.most = low, high + surge.of(high, True)
            rules.unavailable = low - min(_least(base, unavailable, surge) for base in (low, high))
        self._actor = call.actor
        super().__call__(call)

    def _ruled(self, call: Call, group: str) -> Rules | None:
        """Return the rules for a group.

        Who holds a Lease that somebody has deleted cannot know it until he renews it, and until
        then nobody else takes it.
        """
        rules = self.rules.get(group)
        if rules is not None:
            rules.namespace = self.places.get(call.actor, rules.namespace)
        lease = self._lease(group) if rules is not None else None
        if rules is None or lease is not None or call.actor not in self.holders:
            return super()._ruled(call, group)
        holder, renewed = self._held
        if holder == call.actor and self._world.kernel.now - renewed < UNRENEWED:
            return rules
        return super()._ruled(call, group)

    def _lease(self, group: str) -> dict[str, Any] | None:
        rules = self.rules[group]
        return self._world.cluster.object("leases", rules.lease, rules.namespace)

    def _renewed(self, old: Any, new: Any) -> None:
        if new is not None and new["spec"].get("holderIdentity") in self.holders:
            self._held = (new["spec"]["holderIdentity"], self._world.kernel.now)

    # What a run can know

    def read(self, holder: str) -> None:
        """Note that a run has been answered what it asked of the group."""
        self._reads[holder].append(self._world.kernel.now)

    def read_between(self, holder: str, since: float, until: float) -> bool:
        """Return whether a run was shown, by then, what happened in AWS at a moment."""
        lag = self._world.account.behavior.describe_lag
        return any(since + lag <= at <= until for at in self._reads[holder])

    def note(self, what: str) -> None:
        """Somebody else has changed this of a group: "desired", "maximum", "zones"."""
        self._changed[what] = self._world.kernel.now
        self.crossed.discard(what)

    def knows(self, since: float) -> bool:
        """Return whether a run can know what happened in AWS at this moment."""
        now, lag = self._world.kernel.now, self._world.account.behavior.describe_lag
        reads = self._reads[self._actor]
        return any(since + lag <= at <= now - ON_ITS_WAY for at in reads)

    def unknown(self, what: str) -> bool:
        """Return whether somebody has changed this and no run can know it."""
        return what in self._changed and not self.knows(self._changed[what])

    def _member(self, group: Group, member: Member) -> None:
        self._look(False)

    def _look(self, by_watch: bool) -> None:
        for group, before in self._available.items():
            now = self._world.truth.available[group]
            for name in before - now:
                self._lost[name] = (self._world.kernel.now, by_watch)
            for name in now - before:
                self._lost.pop(name, None)
            self._available[group] = set(now)

    def in_service(self, group: str) -> set[str]:
        """Return the nodes that are available, and those whose loss no run can know of."""
        now = self._world.kernel.now
        unseen = set()
        for name, (at, by_watch) in self._lost.items():
            known = now - at > SEEN if by_watch else self.knows(at)
            node = self._world.cluster.object("nodes", name)
            if not known and node is not None and self._of(node) == group:
                cordoned = node["metadata"]["uid"] in self._world.truth.cordoned
                unseen |= set() if cordoned else {name}
        return set(self._world.truth.available[group]) | unseen

    def _of(self, node: dict[str, Any]) -> str:
        return self._group_of(node["spec"].get("providerID", "").rsplit("/", 1)[-1])

    def _holds(self, instance: Instance, pod: dict[str, Any]) -> bool:
        """Return whether the pod keeps the instance from ending.

        A pod that has come back to its node after its last eviction does not.
        """
        back = _owners(pod) & self.tolerating
        now, evicted = self._world.kernel.now, self._evicted
        left = any(now - evicted.get(owner, NEVER) < LAST for owner in back)
        return super()._holds(instance, pod) and not left

    def _evict(self, call: Call) -> None:
        super()._evict(call)
        pod = self._pod(call)
        self._evicted.update(dict.fromkeys(_owners(pod or {}), self._world.kernel.now))

    def _deregister(self, call: Call) -> None:
        """The last healthy target may go where all nodes may be unavailable at once."""
        if all(rules.unavailable < rules.base for rules in self.rules.values()):
            super()._deregister(call)

    # Rules that others can make hard to keep

    def _desired(self, call: Call) -> None:
        late = self._world.kernel.now - self._changed.get("desired", NEVER)
        if not self.unknown("desired") or late > self._world.account.behavior.describe_lag + READ:
            super()._desired(call)
            return
        sizes = self.sizes[call.params["AutoScalingGroupName"]]
        sizes.crossed(self._world.kernel.now, sizes.before_last())

    def _terminate(self, call: Call) -> None:
        name = self._group_of(call.params["InstanceId"])
        if call.params.get("ShouldDecrementDesiredCapacity") and self.unknown("desired") and name:
            after = self._world.account.groups[name].desired - 1
            self.sizes[name].crossed(self._world.kernel.now, (after,))
            self.rules[name].base = min(self.rules[name].base, after)
        super()._terminate(call)

    def _group_of(self, instance: str) -> str:
        found = self._world.account.instances.get(instance)
        return found.group if found else ""

    def _update(self, call: Call) -> None:
        if "MaxSize" in call.params and self.unknown("maximum"):
            self.crossed.add("maximum")
        if not (self.unknown("desired") or self.unknown("maximum")):
            super()._update(call)

    def _unfenced(self, call: Call, group: Group) -> None:
        if not self.unknown("desired"):
            super()._unfenced(call, group)

    def _resume(self, call: Call) -> None:
        if not self.unknown("zones"):
            super()._resume(call)
