# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge what is asked of the cluster: nodes, pods and Leases."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.bench import Bench
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.rules import is_evictable
from ansible_collections.nodeops.rotator.tests.simulation.truth import instance_id, is_ready

MARK = "nodeops.rotator/replacing"
"""A run's annotation on a node that it takes out. Taken off, the node is again as it was: its
operator's, if he cordoned it."""


class ClusterRules(Bench):
    """Rules that each judge one kind of request before it takes effect."""

    def _patch_node(self, call: Call) -> None:
        node = self._node(call.params.get("name", ""))
        body = call.params.get("body")
        if node is None or not isinstance(body, dict):
            return
        instance, spec = self._world.account.instances.get(instance_id(node)), body.get("spec", {})
        group = self._world.truth.group_of(instance) if instance else ""
        rules = self._ruled(call, group)
        given_back = (body.get("metadata", {}).get("annotations") or {}).get(MARK, "") is None
        if "unschedulable" in spec or given_back:
            own = self._world.truth.cordoned
            (own.add if spec.get("unschedulable") else own.discard)(node["metadata"]["uid"])
        if rules is None or instance is None or not spec.get("unschedulable"):
            return
        available = self.in_service(group)
        if node["metadata"]["name"] not in available:
            return
        after = len(available) - 1
        if after < rules.base - rules.unavailable:
            self._breach(call, f"only {after} of {rules.base} nodes would be available")

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
            self._ruled(call, self._world.truth.group_of(instance))
