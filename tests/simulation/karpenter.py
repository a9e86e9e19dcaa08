# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replace nodes that have drifted, as Karpenter does.

Sources: Karpenter documentation, "Disruption" (drift, budgets, pod-level and node-level controls),
and its API karpenter.sh/v1. A replacement is launched first; once it is initialized the NodeClaim
of the old node is deleted, which drains it by eviction and ends its instance.
"""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.fleet import LaunchSpec
from ansible_collections.nodeops.rotator.tests.simulation.kube.errors import ApiError
from ansible_collections.nodeops.rotator.tests.simulation.kube.eviction import evict
from ansible_collections.nodeops.rotator.tests.simulation.rules import is_evictable
from ansible_collections.nodeops.rotator.tests.simulation.truth import is_ready
from ansible_collections.nodeops.rotator.tests.simulation.world import World

POOL = "karpenter.sh/nodepool"
HELD = "karpenter.sh/do-not-disrupt"
DISRUPTED = {"key": "karpenter.sh/disrupted", "effect": "NoSchedule"}
Object = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class KarpenterPace:
    """Durations in seconds. `detect`: until it sees that a node has drifted."""

    tick: float = 5.0
    detect: float = 30.0
    boot: tuple[float, float] = (30.0, 60.0)

    def scaled(self, factor: float) -> KarpenterPace:
        """Return the same pace with all durations multiplied."""
        low, high = self.boot
        return KarpenterPace(
            self.tick * factor, self.detect * factor, (low * factor, high * factor)
        )


class Karpenter:
    """Karpenter in a world. `wanted`: the image that each NodePool launches now."""

    def __init__(self, world: World, pace: KarpenterPace = KarpenterPace()) -> None:
        self.world, self.pace = world, pace
        self.wanted: dict[str, str] = {}
        self._successors: dict[str, str] = {}
        self._changed: dict[str, float] = {}
        world.kernel.every(pace.tick, self._look)

    def add_pool(
        self, name: str, size: int, image: str, budgets: list[Object] | None = None
    ) -> None:
        """Add a NodePool with nodes that are there already."""
        spec = {"disruption": {"budgets": budgets or [{"nodes": "10%"}]}}
        self.world.cluster.create("nodepools", {"metadata": {"name": name}, "spec": spec})
        self.wanted[name] = image
        for _number in range(size):
            self._launch(name, 0.0)

    def launch_from(self, pool: str, image: str) -> None:
        """Let somebody change the image of the pool's EC2NodeClass."""
        self.wanted[pool], self._changed[pool] = image, self.world.kernel.now

    def claims(self, pool: str) -> list[Object]:
        """Return the NodeClaims of a pool, by name."""
        found = self.world.cluster.objects("nodeclaims")
        mine = [one for one in found if one["metadata"]["labels"].get(POOL) == pool]
        return sorted(mine, key=lambda one: str(one["metadata"]["name"]))

    # What it does

    def _look(self) -> None:
        for pool in self.wanted:
            self._mark(pool)
            for claim in self.claims(pool):
                if claim["metadata"].get("deletionTimestamp"):
                    self._drain(claim)
            self._delete_replaced(pool)
            self._begin(pool)

    def _mark(self, pool: str) -> None:
        """Say of each NodeClaim whether it is initialized, and has drifted."""
        seen = self.world.kernel.now - self._changed.get(pool, -math.inf) >= self.pace.detect
        for claim in self.claims(pool):
            node, status = self._node(claim), claim["status"]
            drifted = seen and status["imageID"] != self.wanted[pool]
            conditions = [
                {"type": "Launched", "status": "True"},
                {"type": "Initialized", "status": str(node is not None and is_ready(node))},
                *([{"type": "Drifted", "status": "True", "reason": "AMIDrift"}] if drifted else []),
            ]
            if status["conditions"] != conditions:
                patch = {"status": {"conditions": conditions}}
                self.world.cluster.change("nodeclaims", claim, patch)

    def _begin(self, pool: str) -> None:
        """Launch replacements of nodes that have drifted, as the budgets allow."""
        claims = self.claims(pool)
        ready = [one for one in claims if _is(one, "Initialized") and not _leaves(one)]
        busy = (
            len(claims)
            - len(ready)
            + sum(one["metadata"]["name"] in self._successors for one in ready)
        )
        room = self._allowed(pool, len(ready)) - busy
        for claim in ready:
            waits = _is(claim, "Drifted") and claim["metadata"]["name"] not in self._successors
            if room >= 1 and waits and not self._held(claim):
                self._taint(claim)
                self._successors[claim["metadata"]["name"]] = self._launch(pool)
                room -= 1

    def _delete_replaced(self, pool: str) -> None:
        known = {one["metadata"]["name"]: one for one in self.claims(pool)}
        for old, new in list(self._successors.items()):
            claim, successor = known.get(old), known.get(new)
            if claim is None:
                if old.startswith(f"{pool}-"):
                    del self._successors[old]
            elif successor is not None and _is(successor, "Initialized") and not _leaves(claim):
                stamp = {"deletionTimestamp": self.world.kernel.timestamp()}
                self.world.cluster.change("nodeclaims", claim, {"metadata": stamp})

    def _drain(self, claim: Object) -> None:
        """Evict what is on the node; end the instance once it is empty."""
        cluster, name = self.world.cluster, claim["status"].get("nodeName", "")
        pods = [pod for pod in cluster.pods_on(name) if _leaves_node(pod)]
        for pod in pods:
            meta = pod["metadata"]
            if not meta.get("deletionTimestamp"):
                body = {"metadata": {"namespace": meta["namespace"], "name": meta["name"]}}
                try:
                    evict(cluster.control, pod, body, {})
                except ApiError:
                    continue
        if pods:
            return
        instance = self.world.account.instances[claim["status"]["providerID"].rsplit("/", 1)[-1]]
        self.world.account.fleet.terminate(instance)
        cluster.node_silent(name)
        if node := self._node(claim):
            cluster.delete("nodes", node)
        cluster.delete("nodeclaims", claim)

    def _launch(self, pool: str, boot: float | None = None) -> str:
        """Launch a node with its NodeClaim; return the name of the claim."""
        account, cluster = self.world.account, self.world.cluster
        subnets = list(account.subnets.values())
        count = sum(len(self.claims(one)) for one in self.wanted)
        data = {"ImageId": self.wanted[pool], "InstanceType": "m6i.large"}
        tags = {POOL: pool, "Name": f"{self.world.name}-{pool}"}
        instance = account.fleet.create(LaunchSpec(data, tags=tags), subnets[count % len(subnets)])
        instance.state = "running"
        provider = f"aws:///{instance.zone}/{instance.id}"
        name = f"{pool}-{instance.id[-5:]}"
        status = {
            "nodeName": instance.private_dns,
            "providerID": provider,
            "imageID": instance.image_id,
            "conditions": [{"type": "Launched", "status": "True"}],
        }
        meta = {"name": name, "labels": {POOL: pool}}
        cluster.create("nodeclaims", {"metadata": meta, "spec": {}, "status": status})
        labels = {POOL: pool, "karpenter.sh/capacity-type": "spot"}
        given = (instance.private_dns, provider, instance.zone, instance.instance_type, "amd64")

        def join() -> None:
            cluster.node_joins(*given, labels, instance.private_ip, ready_after=0.0)

        delay = self.world.kernel.spread(*self.pace.boot) if boot is None else boot
        if delay:
            self.world.kernel.after(delay, join)
        else:
            join()
        return name

    # What it asks

    def _node(self, claim: Object) -> Object | None:
        node: Object | None = self.world.cluster.object("nodes", claim["status"]["nodeName"])
        return node

    def _held(self, claim: Object) -> bool:
        """Return whether its node or a pod on it may not be disrupted."""
        name = claim["status"]["nodeName"]
        holders = [self._node(claim) or {"metadata": {}}, claim, *self.world.cluster.pods_on(name)]
        notes = [one["metadata"].get("annotations") or {} for one in holders]
        blocked = any(self._blocked(pod) for pod in holders[2:] if _leaves_node(pod))
        return blocked or any(one.get(HELD) == "true" for one in notes)

    def _blocked(self, pod: Object) -> bool:
        """Return whether a budget does not let a pod go now."""
        meta, dry = pod["metadata"], {"dryRun": ["All"]}
        named = {"namespace": meta["namespace"], "name": meta["name"]}
        try:
            evict(self.world.cluster.control, pod, {"metadata": named, "deleteOptions": dry}, {})
        except ApiError:
            return True
        return False

    def _taint(self, claim: Object) -> None:
        if node := self._node(claim):
            taints = [*(node["spec"].get("taints") or ()), DISRUPTED]
            self.world.cluster.change("nodes", node, {"spec": {"taints": taints}})

    def _allowed(self, pool: str, nodes: int) -> float:
        (found,) = (
            one
            for one in self.world.cluster.objects("nodepools")
            if one["metadata"]["name"] == pool
        )
        limits = [
            self._limit(one, nodes)
            for one in found["spec"]["disruption"]["budgets"]
            if "Drifted" in (one.get("reasons") or ["Drifted"])
        ]
        return min(limits, default=math.inf)

    def _limit(self, budget: Object, nodes: int) -> float:
        """Return what a budget allows; a schedule here is a time of day, as in 0 9 * * *."""
        if schedule := budget.get("schedule"):
            minute, hour = (int(word) for word in schedule.split()[:2])
            found = re.fullmatch(r"(\d+)h", budget["duration"])
            assert found and schedule.endswith("* * *"), "the World reads simple schedules alone"
            now = self.world.kernel.utc()
            since = (now.hour * 60 + now.minute - hour * 60 - minute) % (24 * 60)
            if since >= int(found[1]) * 60:
                return math.inf
        text = str(budget["nodes"])
        return math.ceil(nodes * int(text[:-1]) / 100) if text.endswith("%") else int(text)


def _is(claim: Object, condition: str) -> bool:
    conditions = claim["status"]["conditions"]
    return any(one["type"] == condition and one["status"] == "True" for one in conditions)


def _leaves(claim: Object) -> bool:
    return bool(claim["metadata"].get("deletionTimestamp"))


def _leaves_node(pod: Object) -> bool:
    """Return whether a pod has to leave, or is leaving."""
    meta = {key: value for key, value in pod["metadata"].items() if key != "deletionTimestamp"}
    return is_evictable({**pod, "metadata": meta})
