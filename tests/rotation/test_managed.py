# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole updates of a managed node group: EKS drives, we ask and watch."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.tests.rotation.managed_builders import holder, planned
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import NEW, OLD, BuiltNodegroup


def test_eks_replaces_all_nodes_and_each_step_is_told() -> None:
    built = BuiltNodegroup()
    run = planned(built)
    result = run()
    assert (result.status, result.error, result.changed) == ("complete", None, True)
    assert (result.values["replaced"], result.values["outdated"]) == (4, 0)
    assert built.images() == {built.new}
    told = run.phases()
    assert [told.count(one) for one in ("cordoned", "terminated")] == [4, 10]
    assert told.count("launched") == told.count("ready") == 10
    assert (told[0], told[-1]) == ("start", "done")
    assert result.values["evictions"] == 8
    assert all(node["seconds"] > 60 for node in result.values["nodes"])
    assert holder(built) == ""


def test_the_auto_scaling_group_is_never_written_to() -> None:
    built = BuiltNodegroup()
    planned(built)()
    assert built.world.judge.breaches == []


def test_a_second_run_changes_nothing() -> None:
    built = BuiltNodegroup()
    planned(built)()
    updates = dict(built.web.updates)
    again = planned(built, "r2")()
    assert (again.status, again.changed, again.values["nodes"]) == ("unchanged", False, [])
    assert built.web.updates == updates


def test_check_mode_plans_the_same_nodes_and_writes_nothing() -> None:
    built = BuiltNodegroup()
    result = planned(built, plan_only=True)()
    assert (result.status, result.values["outdated"]) == ("planned", 4)
    assert [node["phase"] for node in result.values["nodes"]] == ["outdated"] * 4
    assert (built.web.updates, holder(built)) == ({}, "")
    assert built.world.cluster.object("leases", lease_name(built.group.arn), "kube-system") is None


def test_an_empty_group_that_eks_would_launch_anew_with_the_old_image_is_updated() -> None:
    built = BuiltNodegroup()
    built.group.minimum = 0
    params = {"AutoScalingGroupName": built.group.name, "DesiredCapacity": 0}
    built.world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")
    built.go(600)
    assert planned(built)().status == "complete"
    assert built.web.release_version == NEW


def test_a_budget_that_never_lets_go_is_a_refusal_before_eks_is_asked() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    result = planned(built)()
    assert (result.status, result.changed, built.web.updates) == ("refused", False, {})
    assert "shop/cart" in str(result.error)
    assert "can never allow an eviction" in str(result.error)


@pytest.mark.parametrize(
    ("limit", "options", "status"),
    [
        (19, {}, "refused"),
        (20, {}, "complete"),
        (10, {"update_strategy": "minimal"}, "complete"),
        (9, {"preflight": "warn"}, "failed"),
    ],
)
def test_eks_is_asked_only_if_the_quota_has_room_for_twice_the_zones(
    limit: int, options: dict[str, Any], status: str
) -> None:
    built = BuiltNodegroup()
    built.world.account.quotas["m"] = limit
    result = planned(built, **options)()
    assert result.status == status
    if status == "refused":
        assert built.web.updates == {}
        assert "6 more m6i.large" in str(result.error)
    if status == "failed":
        assert "NodeCreationFailure" in str(result.error), "the finding was right"


def test_pods_that_block_are_told_and_named_in_the_failure_with_what_eks_has_left() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    run = planned(built, preflight="warn")
    result = run()
    assert result.status == "failed"
    assert "PodEvictionFailure: pods did not leave a node within 15 minutes" in str(result.error)
    assert "shop/cart" in str(result.error)
    assert "EKS cannot go back" in str(result.error)
    assert any("PDB shop/cart" in text for text in run.texts("blocked"))
    assert result.values["blocked_by"] == ["shop/cart"]
    sizes, marked = result.values["not_restored"]
    assert "is 10, it was 4" in sizes
    assert "4 outdated nodes cordoned" in marked
    images = [one["image_id"] for one in result.values["running"]]
    assert (images.count(built.old), images.count(built.new)) == (4, 6)
    assert holder(built) == ""


def test_after_the_cause_is_gone_the_same_update_goes_on() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    planned(built, preflight="warn")()
    (budget,) = built.world.cluster.objects("poddisruptionbudgets")
    built.world.cluster.change("poddisruptionbudgets", budget, {"spec": {"maxUnavailable": 1}})
    built.go(30)
    result = planned(built, "r2")()
    assert (result.status, built.images()) == ("complete", {built.new})


def test_force_says_beforehand_which_pods_go_past_their_budgets() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    run = planned(built, force=True)
    result = run()
    assert result.status == "complete"
    first = run.texts("warning")[0]
    assert "past its budgets" in first
    assert first.count("shop/cart-") == 8


def test_nodes_that_never_come_are_explained() -> None:
    built = BuiltNodegroup()
    built.world.bad_images[built.new] = "never joins"
    result = planned(built)()
    assert result.status == "failed"
    assert "NodeCreationFailure: new nodes were not launched, or did not join" in str(result.error)
    assert "0 of 10 nodes run the target" in str(result.error)


def test_an_update_that_runs_is_joined() -> None:
    built = BuiltNodegroup()
    update = built.update(releaseVersion=NEW)
    built.until("upgrade")
    run = planned(built)
    result = run()
    assert (result.status, result.values["resumed"]) == ("complete", True)
    assert list(built.web.updates) == [update]
    assert any("at work on it already" in text for text in run.texts("start"))


def test_an_update_to_something_else_is_watched_first() -> None:
    built = BuiltNodegroup()
    built.update(releaseVersion=OLD)
    result = planned(built)()
    assert (result.status, built.images()) == ("complete", {built.new})
    assert len(built.web.updates) == 2


@pytest.mark.parametrize("kind", ["config", "version"])
def test_what_would_fail_is_refused_after_an_update_of_somebody_else_too(kind: str) -> None:
    built = BuiltNodegroup(max_unavailable=0)
    if kind == "config":
        built.call("UpdateNodegroupConfig", updateConfig={"maxUnavailable": 2})
    else:
        built.update(releaseVersion=OLD, force=True)
    result = planned(built)()
    assert (result.status, len(built.web.updates)) == ("refused", 1)
    assert "can never allow an eviction" in str(result.error)
    assert holder(built) == ""


def test_eks_goes_on_when_a_run_is_stopped_and_the_next_run_joins() -> None:
    built = BuiltNodegroup()
    run = planned(built)
    run.inbox.stop_at(400)
    assert run().status == "stopped"
    assert len(built.web.updates) == 1
    result = planned(built, "r2")()
    assert (result.status, result.values["resumed"]) == ("complete", True)
    assert len(built.web.updates) == 1


def test_a_lease_that_somebody_renews_keeps_the_run_out() -> None:
    built = BuiltNodegroup()
    name = lease_name(built.group.arn)
    spec = {"holderIdentity": "another", "leaseDurationSeconds": 30}
    meta = {"namespace": "kube-system", "name": name}
    built.world.cluster.create("leases", {"metadata": meta, "spec": spec})

    def renew() -> None:
        lease = built.world.cluster.object("leases", name, "kube-system") or {}
        renewed = built.world.kernel.utc().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        built.world.cluster.change("leases", lease, {"spec": {"renewTime": renewed}})

    built.world.kernel.every(5, renew)
    result = planned(built)()
    assert (result.status, built.web.updates) == ("refused", {})
    assert "held by another" in str(result.error)


def test_throttles_and_lost_answers_do_not_begin_a_second_update() -> None:
    behavior = dataclasses.replace(Behavior(), throttle_odds=0.2)
    built = BuiltNodegroup(behavior=behavior)
    built.world.gate.faults.append(
        Fault("eks:UpdateNodegroupVersion", "ServerException", "later", applied=True, times=2)
    )
    result = planned(built)()
    assert (result.status, built.images()) == ("complete", {built.new})
    assert len(built.web.updates) == 1


def test_an_autoscaler_that_enlarges_the_group_meanwhile_is_told() -> None:
    built = BuiltNodegroup(maximum=30)
    run = planned(built)

    def enlarge(event: str, _one: Any) -> None:
        if built.nodes.running and built.nodes.running[-1].phase == "scale-down":
            params = {"AutoScalingGroupName": built.group.name, "DesiredCapacity": 12}
            built.world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")
            built.nodes.running.clear()

    built.world.account.observers.append(enlarge)
    result = run()
    assert result.status == "complete"
    assert any("has not made it as large as it was" in text for text in result.warnings)


@pytest.mark.parametrize("status", ["CREATING", "DELETING", "CREATE_FAILED"])
def test_a_group_that_eks_does_not_update_is_refused(status: str) -> None:
    built = BuiltNodegroup()
    built.web.status = status
    built.web.issues = [{"code": "AmiIdNotFound", "message": "gone", "resourceIds": ["ami-1"]}]
    result = planned(built)()
    assert result.status == "refused"
    assert f"is {status}: AmiIdNotFound: the image of its launch template" in str(result.error)


def test_a_run_that_sees_nothing_go_on_ends() -> None:
    built = BuiltNodegroup()
    built.world.account.updaters.clear()
    result = planned(built, stall_timeout=1800)()
    assert result.status == "failed"
    assert "Nothing has changed in node group web for 30 min" in str(result.error)


def test_a_new_node_that_does_not_stay_ready_fails_the_soak() -> None:
    built = BuiltNodegroup()
    run = planned(built, soak=600)

    def silence(event: str, one: Any) -> None:
        if event == "terminated" and built.web.status == "ACTIVE":
            name = next(iter(built.group.members))
            built.world.cluster.node_silent(built.world.account.instances[name].private_dns)

    built.world.account.observers.append(silence)
    result = run()
    assert result.status == "failed"
    assert "did not stay Ready" in str(result.error)
