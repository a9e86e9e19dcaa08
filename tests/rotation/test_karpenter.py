# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Karpenter replaces nodes that have drifted, and a wait follows it to the end."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.feeds import Feeds
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    InputError,
    OverdueError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.events import Event
from ansible_collections.nodeops.rotator.plugins.module_utils.core.karpenter.policy import (
    DriftPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.karpenter.decide import (
    DriftMemory,
    DriftResult,
    watch_drift,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import run
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import publish_al2023
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.karpenter import HELD, Karpenter
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube import build as kube
from ansible_collections.nodeops.rotator.tests.simulation.virtual import VirtualInbox
from ansible_collections.nodeops.rotator.tests.simulation.world import World


@dataclasses.dataclass
class Waiting:
    """A world with NodePool `spot`, and a wait for it.

    The pool has four nodes, with eight pods on them.
    """

    world: World
    karpenter: Karpenter
    old: str
    new: str
    events: list[Event] = dataclasses.field(default_factory=list)

    def __call__(self, stop: float | None = None, **options: Any) -> DriftResult:
        call, kernel = kube_call(self.world.cluster, "reader"), self.world.kernel
        inbox = VirtualInbox(kernel, Ports(None, KubeClient(call)), Feeds(call).follow)
        if stop is not None:
            inbox.stop_at(stop)
        policy = DriftPolicy(epoch=kernel.utc().timestamp() - kernel.now, **options)
        begun = DriftMemory(kernel.now)
        return run(watch_drift, begun, policy, inbox, lambda event, _now: self.events.append(event))

    def drift(self) -> None:
        """Let the image of the pool change."""
        self.karpenter.launch_from("spot", self.new)

    def images(self) -> list[str]:
        """Return the images of the pool's nodes."""
        return [one["status"]["imageID"] for one in self.karpenter.claims("spot")]

    def texts(self, phase: str) -> list[str]:
        """Return what was said in a phase."""
        return [one.text for one in self.events if one.phase == phase]


def waiting(budgets: list[dict[str, Any]] | None = None, allowed: int = 1) -> Waiting:
    """Return such a world; `allowed`: pods that their budget lets go at a time."""
    world = World(Kernel())
    old, new = (
        publish_al2023(world.account, "1.33", date)[0].id for date in ("20260422", "20260523")
    )
    aws.add_subnets(world.account)
    kube.deployment(world.cluster, "shop", "cart", 8)
    kube.pdb(world.cluster, "shop", "cart", max_unavailable=allowed)
    world.begin()
    karpenter = Karpenter(world)
    karpenter.add_pool("spot", 4, old, budgets)
    world.kernel.advance(world.kernel.now + 120)
    return Waiting(world, karpenter, old, new)


def test_a_wait_follows_all_nodes_until_none_has_drifted_any_more() -> None:
    wait = waiting()
    wait.drift()
    result = wait()
    assert (result.status, result.error) == ("complete", None)
    assert wait.images() == [wait.new] * 4
    assert (result.values["replaced"], result.values["drifted"]) == (4, 0)
    told = [event.phase for event in wait.events]
    assert [told.count(one) for one in ("waiting", "launched", "draining", "terminated")] == [4] * 4
    assert wait.events[-2].progress == "4/4"
    assert (wait.events[-1].phase, wait.texts("done")) == ("done", ["4 drifted nodes replaced"])
    assert wait.texts("blocked") == [], "a budget that lets go is not in the way"


def test_nothing_is_written_and_no_nodeclaim_deleted() -> None:
    wait = waiting()
    wait.drift()
    wait()
    asked = {name for name in wait.world.gate.calls if name.startswith("kubernetes:")}
    assert {name.split()[0] for name in asked} <= {"kubernetes:list", "kubernetes:watch"}


def test_drift_that_karpenter_has_not_seen_yet_is_waited_for() -> None:
    wait = waiting()
    wait.karpenter.pace = dataclasses.replace(wait.karpenter.pace, detect=200.0)
    wait.drift()
    assert wait().status == "complete"
    assert wait.images() == [wait.new] * 4


def test_a_cluster_without_drift_is_unchanged_after_it_has_rested() -> None:
    wait = waiting()
    began = wait.world.kernel.now
    result = wait(settle=120)
    assert (result.status, result.values["nodepools"][0]["nodes"]) == ("unchanged", 4)
    assert wait.world.kernel.now - began >= 120
    assert wait.events == []


def test_check_mode_looks_once() -> None:
    wait = waiting([{"nodes": "0"}])
    wait.drift()
    wait.world.kernel.advance(wait.world.kernel.now + 60)
    began = wait.world.kernel.now
    result = wait(plan_only=True)
    assert (result.status, result.values["drifted"]) == ("planned", 4)
    assert len(result.values["nodepools"][0]["drifted"]) == 4
    assert wait.world.kernel.now - began < 5


@pytest.mark.parametrize(
    ("budgets", "why"),
    [
        ([{"nodes": "0"}], "its disruption budget 0 lets no node go now"),
        (
            [{"nodes": "0", "reasons": ["Drifted"]}, {"nodes": "50%"}],
            "budget 0 lets no node go now",
        ),
        (
            [{"nodes": "0", "schedule": "0 0 * * *", "duration": "24h"}],
            'budget 0 from "0 0 * * *" (UTC) on for 24h lets no node go now',
        ),
    ],
)
def test_the_deadline_says_which_budget_or_window_holds_karpenter(
    budgets: list[dict[str, Any]], why: str
) -> None:
    wait = waiting(budgets)
    wait.drift()
    result = wait(timeout=900)
    assert (result.status, wait.images()) == ("failed", [wait.old] * 4)
    assert isinstance(result.error, OverdueError)
    assert "After 15 min 4 drifted nodes are left" in str(result.error)
    assert why in str(result.error)
    assert why in result.values["nodepools"][0]["held_by"][0]


def test_a_budget_for_another_reason_holds_nothing() -> None:
    wait = waiting([{"nodes": "0", "reasons": ["Underutilized"]}])
    wait.drift()
    assert wait().status == "complete"


def test_a_window_that_ends_lets_the_wait_go_on() -> None:
    wait = waiting()
    hour = wait.world.kernel.utc().hour
    (pool,) = wait.world.cluster.objects("nodepools")
    closed = {"nodes": "0", "schedule": f"0 {hour} * * *", "duration": "1h"}
    spec = {"spec": {"disruption": {"budgets": [closed]}}}
    wait.world.cluster.change("nodepools", pool, spec)
    wait.drift()
    began = wait.world.kernel.now
    result = wait(timeout=7200)
    assert (result.status, wait.images()) == ("complete", [wait.new] * 4)
    assert wait.world.kernel.now - began > 600
    assert f"0 {hour} * * *" in wait.texts("blocked")[0]


@pytest.mark.parametrize("kind", ["nodes", "pods"])
def test_what_may_not_be_disrupted_is_named(kind: str) -> None:
    wait = waiting([{"nodes": "4"}])
    node = wait.karpenter.claims("spot")[0]["status"]["nodeName"]
    found = wait.world.cluster.object("nodes", node)
    if kind == "pods":
        found = next(iter(wait.world.cluster.pods_on(node)))
    assert found is not None
    note = {"metadata": {"annotations": {HELD: "true"}}}
    wait.world.cluster.change(kind, found, note)
    wait.drift()
    result = wait(timeout=3000)
    assert (result.status, wait.images().count(wait.old)) == ("failed", 1)
    assert f"{node} is held by {HELD} on " in str(result.error)
    assert "1 drifted node is left" in str(result.error)


def test_pods_that_may_not_be_evicted_are_named() -> None:
    wait = waiting(allowed=0)
    wait.drift()
    result = wait(timeout=1800)
    assert result.status == "failed"
    assert "Karpenter does not begin with ip-" in str(result.error)
    assert "may not evict shop/cart-" in str(result.error)
    assert "PDB shop/cart" in str(result.error)


def test_only_the_named_pools_are_waited_for() -> None:
    wait = waiting()
    wait.karpenter.add_pool("other", 1, wait.old, [{"nodes": "0"}])
    wait.karpenter.launch_from("other", wait.new)
    wait.drift()
    assert wait(nodepools=("spot",)).status == "complete"
    unknown = wait(nodepools=("spot", "spat"))
    assert (unknown.status, type(unknown.error)) == ("refused", InputError)
    assert "There is no NodePool spat" in str(unknown.error)


@pytest.mark.parametrize(
    ("status", "ended", "error"),
    [("404", "refused", RefusedError), ("403", "failed", ForbiddenError)],
)
def test_nodepools_that_cannot_be_read_end_the_wait(
    status: str, ended: str, error: type[Exception]
) -> None:
    wait = waiting()
    for verb in ("list", "watch"):
        fault = Fault(f"kubernetes:{verb} nodepools", status, "no", times=-1)
        wait.world.gate.faults.append(fault)
    began = wait.world.kernel.now
    result = wait()
    assert (result.status, type(result.error)) == (ended, error)
    assert wait.world.kernel.now - began < 120


def test_a_signal_ends_the_wait_and_karpenter_goes_on() -> None:
    wait = waiting()
    wait.drift()
    result = wait(stop=wait.world.kernel.now + 60)
    assert (result.status, wait.images().count(wait.new)) != ("complete", 4)
    assert result.status == "stopped"
    assert "Karpenter goes on by itself" in str(result.error)
    assert wait().status == "complete"
