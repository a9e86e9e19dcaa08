# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one look tells before a rotation."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    blockers,
    listed,
    snapshot,
    warnings,
    workloads,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import (
    BudgetOverride,
    DrainPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Owner
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.selectors import parse
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import (
    budget,
    fresh,
    instance,
    look,
    node,
    pod,
)


def test_nothing_in_the_way_is_no_finding() -> None:
    assert warnings(look(pods=(pod("cart-1"),), budgets=(budget(),))) == ()


def findings(look: Look) -> tuple[str, ...]:
    return (*warnings(look), *blockers(look))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"instances": (), "desired": 0},
            "Auto Scaling group blue is empty (desired 0). There is no node to replace",
        ),
        (
            {"desired": 5},
            "Auto Scaling group blue has 3 of 5 instances. A rotation waits for the rest first",
        ),
        (
            {"desired": 4, "activity": "InsufficientInstanceCapacity: none left"},
            "Auto Scaling group blue has 3 of 4 instances: InsufficientInstanceCapacity: none"
            " left. A rotation waits for the rest first",
        ),
        (
            {"lease": Lease("l", holder="somebody")},
            "Node group blue is locked by somebody. If that run has died, its Lease can be"
            " taken over soon",
        ),
        (
            {"lease": Lease("l"), "journal": Journal(run="r", max_size=(3, 4))},
            "An earlier run on node group blue was interrupted. The next run resumes it"
            " and restores what it left",
        ),
    ],
    ids=["empty", "short", "capacity", "locked", "interrupted"],
)
def test_findings_about_the_group(changes: dict[str, Any], said: str) -> None:
    assert warnings(look(**changes)) == (said,)


def test_an_instance_that_is_no_node_of_the_cluster_is_named() -> None:
    found = warnings(look(nodes={"i-1": node(1), "i-2": node(2)}))
    assert found == (
        "No node of the cluster belongs to instance i-3 of blue. Check that the group belongs to"
        " this cluster and that its instances can join",
    )


def test_an_instance_that_is_still_coming_is_no_finding() -> None:
    assert (
        warnings(look(instance(1), instance(2, lifecycle="Pending"), nodes={"i-1": node(1)})) == ()
    )


def test_a_budget_of_pods_without_a_controller_is_told_as_that() -> None:
    bare = budget(
        wanted="maxUnavailable 25%", expected_pods=0, desired_healthy=0, disruptions_allowed=0
    )
    (said,) = blockers(
        look(pods=(pod("cart-1", owner=None),), budgets=(bare,), drain=DrainPolicy(force=True))
    )
    assert "can never allow an eviction: it cannot be computed for pods without a control" in said


@pytest.mark.parametrize("ready", [False, None])
def test_a_node_is_broken_also_when_nobody_knows(ready: bool | None) -> None:
    found = warnings(look(instance(1), nodes={"i-1": node(1, ready=ready)}))
    assert found == ("Node node-1 of blue is not Ready. It is replaced like the others",)


def test_a_budget_that_can_never_allow_an_eviction_is_told_apart_from_one_that_waits() -> None:
    never = budget(desired_healthy=3, disruptions_allowed=0, wanted="minAvailable 3")
    now = budget(current_healthy=2, disruptions_allowed=0)
    said = [findings(look(pods=(pod("cart-1"),), budgets=(one,)))[0] for one in (never, now)]
    assert said[0] == (
        "PodDisruptionBudget shop/cart (minAvailable 3) of shop/cart-1 can never allow an"
        " eviction: it requires 3 of 3 pods."
        " Raise the replicas or relax the budget"
    )
    assert said[1] == (
        "PodDisruptionBudget shop/cart (minAvailable 2) of shop/cart-1 allows no eviction"
        " now: 2 pods are healthy and it requires 2."
        " A drain waits for it"
    )


def test_a_budget_that_waits_names_the_pod_that_holds_it() -> None:
    stuck = budget(desired_healthy=2, current_healthy=2, disruptions_allowed=0)
    unready = pod("cart-2", number=9, ready=False, waiting="CrashLoopBackOff")
    (said,) = warnings(look(pods=(pod("cart-1"), unready), budgets=(stuck,)))
    assert "requires 2; pod shop/cart-2 is CrashLoopBackOff on node-9. A drain waits" in said


def test_a_budget_that_the_control_plane_cannot_work_out_blocks() -> None:
    lost = budget(disruptions_allowed=0, sync_error="found no controllers")
    (said,) = blockers(look(pods=(pod("cart-1"),), budgets=(lost,)))
    assert "cannot work out its status: found no controllers. Correct the budget" in said
    assert warnings(look(pods=(pod("cart-1"),), budgets=(lost,))) == ()


def test_a_pod_with_two_budgets_cannot_be_evicted() -> None:
    found = findings(look(pods=(pod("cart-1"),), budgets=(budget(), budget())))
    assert found[0].startswith("Pod shop/cart-1 is covered by more than one PodDisruptionBudget")


def test_pods_on_current_nodes_and_elsewhere_are_not_drained_and_no_finding() -> None:
    stuck = budget(desired_healthy=3, disruptions_allowed=0)
    current = look(fresh(1), pods=(pod("cart-1"),), budgets=(stuck,))
    assert warnings(current) == ()
    assert warnings(look(pods=(pod("cart-1", number=9),), budgets=(stuck,))) == ()


def test_a_pod_that_nobody_recreates_stops_a_drain_unless_it_is_told_to_force() -> None:
    bare = pod("lonely", owner=None)
    found = findings(look(pods=(bare,)))
    assert len(found) == 1
    assert found[0].startswith("A drain would stop at shop/lonely: ")
    assert "force" in found[0]
    (lost,) = findings(look(pods=(bare,), drain=DrainPolicy(force=True)))
    assert lost == "Pod shop/lonely has no controller, and is lost with its node (force)"


NEVER = budget(desired_healthy=3, disruptions_allowed=0)
AGENT = Owner("DaemonSet", "agent")


@pytest.mark.parametrize(
    ("options", "owner", "stops"),
    [
        pytest.param({}, Owner("ReplicaSet", "cart-5d4f"), True, id="a pod that is evicted"),
        pytest.param({}, AGENT, False, id="a pod of a DaemonSet stays"),
        pytest.param(
            {"pod_selector": parse("app=web")}, None, False, id="a pod not selected stays"
        ),
        pytest.param({"disable_eviction": True, "force": True}, None, False, id="no eviction"),
        pytest.param(
            {"force": True, "pdb_overrides": (BudgetOverride(parse("app=cart"), "delete"),)},
            None,
            False,
            id="deleted in spite of its budget",
        ),
        pytest.param(
            {"force": True, "pdb_overrides": (BudgetOverride(parse("app=cart"), "wait"),)},
            None,
            True,
            id="waited for",
        ),
        pytest.param(
            {"force": True, "pdb_overrides": (BudgetOverride(parse("app=web"), "delete"),)},
            None,
            True,
            id="another pod is deleted",
        ),
        pytest.param({"force": True, "on_timeout": "delete"}, None, False, id="deleted at the end"),
    ],
)
def test_a_budget_ends_only_a_drain_that_asks_it(
    options: dict[str, Any], owner: Owner | None, stops: bool
) -> None:
    seen = look(pods=(pod("cart-1", owner=owner),), budgets=(NEVER,), drain=DrainPolicy(**options))
    assert any("can never allow an eviction" in line for line in blockers(seen)) is stops


def test_a_budget_that_is_overruled_after_the_timeout_is_a_warning() -> None:
    seen = look(
        pods=(pod("cart-1"),), budgets=(NEVER,), drain=DrainPolicy(on_timeout="force_delete")
    )
    assert blockers(seen) == ()
    assert any("can never allow an eviction" in line for line in warnings(seen))


def test_a_budget_counts_for_a_pod_that_is_refused_as_well() -> None:
    found = blockers(look(pods=(pod("lonely", owner=None),), budgets=(NEVER,)))
    assert len(found) == 2


def test_a_pod_that_stays_may_end_as_slowly_as_it_likes() -> None:
    slow = pod("agent-1", owner=AGENT, grace_period=7200)
    assert warnings(look(pods=(slow,))) == ()


def test_a_planned_image_makes_every_other_one_outdated() -> None:
    current = fresh(1)
    assert look(current).outdated(current) == ""
    assert (
        look(current, image_id="ami-next").outdated(current)
        == "runs image ami-new, ami-next is planned"
    )


def test_without_a_template_nothing_can_be_called_outdated() -> None:
    assert look(resolved=None).outdated(instance(1)) == ""


@pytest.mark.parametrize(
    ("names", "said"),
    [(["a"], "a"), (["a", "b", "c"], "a, b, c"), (["a", "b", "c", "d", "e"], "a, b, c and 2 more")],
)
def test_long_lists_are_cut(names: list[str], said: str) -> None:
    assert listed(names) == said


def test_workloads_are_those_with_a_pod_here_and_counted_in_the_whole_cluster() -> None:
    pods = (
        pod("cart-1"),
        pod("cart-2", number=9, ready=False),
        pod("cart-3", number=9, deleted_at=5.0),
        pod("elsewhere-1", number=9, owner=Owner("StatefulSet", "elsewhere")),
        pod("db-0", owner=Owner("StatefulSet", "db"), labels={}),
        pod("agent", owner=Owner("DaemonSet", "agent")),
        pod("once", owner=Owner("Job", "once")),
    )
    assert workloads(look(pods=pods)) == {
        "Deployment shop/cart": {"pods": 2, "ready": 1},
        "StatefulSet shop/db": {"pods": 1, "ready": 1},
    }


def test_a_snapshot_in_the_middle_of_an_interrupted_run_is_of_before_that_run() -> None:
    journal = Journal(
        run="r", max_size=(3, 4), suspended=("AZRebalance",), fenced=True, protected=("i-9",)
    )
    protected = tuple(instance(number, protected=True) for number in (1, 2, 3))
    found = snapshot(
        look(
            *protected,
            max_size=4,
            suspended=frozenset(("AZRebalance", "AlarmNotification")),
            protects_new=True,
            journal=journal,
        )
    )
    assert found == {
        "max_size": 3,
        "suspended": ["AlarmNotification"],
        "protects_new": False,
        "protected": ["i-9"],
        "workloads": {},
    }


def test_a_snapshot_is_the_group_as_it_is() -> None:
    found = snapshot(look(instance(1, protected=True), max_size=4, protects_new=True))
    assert found == {
        "max_size": 4,
        "suspended": [],
        "protects_new": True,
        "protected": ["i-1"],
        "workloads": {},
    }


def test_only_what_can_never_pass_is_a_blocker() -> None:
    never = budget(desired_healthy=3, disruptions_allowed=0)
    now = budget(current_healthy=2, disruptions_allowed=0)
    assert blockers(look(pods=(pod("cart-1"),), budgets=(now,))) == ()
    (said,) = blockers(look(pods=(pod("cart-1"),), budgets=(never,)))
    assert "can never allow an eviction" in said
    assert warnings(look(pods=(pod("cart-1"),), budgets=(never,))) == ()
