# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rotation is told by Kubernetes Events, with a few requests for each node."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.cluster_events import (
    ClusterEvents,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.cluster_events import (
    about_node,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, all_current, due
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.world import World

Raw = dict[str, Any]
EVENTS = "/api/v1/namespaces/default/events"


def told(world: World, **options: Any) -> Run:
    """Carry through a run whose events are written to the cluster too."""
    run = prepare(world, BLUE, **options)
    call = kube_call(world.cluster, run.policy.holder)
    events = ClusterEvents(call, lambda: world.kernel.utc().timestamp(), "runner")
    run.hear = lambda event: [events.write(one) for one in [about_node(event, "r1")] if one]
    run()
    return run


def listed(world: World, **query: str) -> list[Raw]:
    """Return Events as somebody else reads them."""
    _status, body, _headers = world.cluster.request("GET", EVENTS, query, token="operator")
    return list(body["items"])


def described(world: World, node: str) -> list[Raw]:
    """The Events that `kubectl describe node` asks for."""
    fields = {"kind": "Node", "name": node, "namespace": "", "uid": node}
    selector = ",".join(f"involvedObject.{name}={value}" for name, value in fields.items())
    items = listed(world, fieldSelector=selector)
    return sorted(items, key=lambda one: (one["firstTimestamp"], one["metadata"]["name"]))


def test_each_node_tells_its_story_with_three_requests() -> None:
    world = due()
    nodes = [one["metadata"]["name"] for one in world.cluster.objects("nodes")]
    run = told(world, soak=60)
    assert run.result is not None
    assert run.result.error is None
    assert all_current(world)
    assert world.judge.breaches == []
    reasons = [sorted(one["reason"] for one in described(world, node)) for node in nodes]
    assert reasons[0] == ["Drained", "Replacing", "Terminating"]
    written = listed(world)
    ended = sum(event.phase == "terminated" for _at, event in run.events)
    assert len(written) <= 3 * ended


def test_a_blocked_drain_is_a_warning_and_one_that_is_blocked_again_is_counted() -> None:
    world = due(max_unavailable=0)
    run = told(world, drain=DrainPolicy(timeout=600, pdb_timeout=300))
    assert run.result is not None
    assert run.result.status == "failed"
    blocked = next(event for _at, event in run.events if event.phase == "blocked")
    found = {one["reason"]: one for one in described(world, blocked.subject)}
    assert {"Replacing", "DrainBlocked", "ReplacementFailed", "Restored"} == set(found)
    assert found["DrainBlocked"]["type"] == found["ReplacementFailed"]["type"] == "Warning"
    assert "shop/cart" in found["DrainBlocked"]["message"]
    assert run.hear is not None
    run.hear(blocked)
    again = {one["reason"]: one for one in described(world, blocked.subject)}
    assert again["DrainBlocked"]["count"] == 2
    assert again["DrainBlocked"]["lastTimestamp"] > found["DrainBlocked"]["lastTimestamp"]
