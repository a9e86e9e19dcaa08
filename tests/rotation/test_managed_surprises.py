# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What EKS and others do in mid-update must not pass for a success."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.tests.rotation.managed_builders import holder, planned
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import NEW, OLD, BuiltNodegroup
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare_managed

Moment = Callable[[BuiltNodegroup], bool]


def in_phase(name: str) -> Moment:
    """Return the moment at which EKS is in this phase."""
    return lambda built: any(one.phase == name for one in built.nodes.running)


def updated(built: BuiltNodegroup) -> bool:
    """Return whether an update has been successful."""
    return any(one.status == "Successful" for one in built.web.updates.values())


def once(built: BuiltNodegroup, moment: Moment, act: Callable[[], object]) -> None:
    """Let something happen at this moment."""
    done: list[bool] = []

    def look() -> None:
        if not done and moment(built):
            done.append(True)
            act()

    built.world.kernel.every(1, look)


def ends(built: BuiltNodegroup, status: str, **fields: Any) -> None:
    """Let EKS end its update so, whatever it has done."""
    list(built.web.updates.values())[-1].status = status
    built.web.status = "ACTIVE"
    for name, value in fields.items():
        setattr(built.web, name, value)


def test_a_success_that_replaced_no_node_is_a_failure() -> None:
    built = BuiltNodegroup()
    end = {"release_version": NEW}
    once(built, in_phase("upgrade"), lambda: ends(built, "Successful", **end))
    result = planned(built)()
    assert (result.status, result.values["outdated"]) == ("failed", 4)
    assert "EKS says that it has updated web, but 4 nodes of it do not run" in str(result.error)


def test_an_update_that_was_cancelled_is_a_failure() -> None:
    built = BuiltNodegroup()
    once(built, in_phase("scale-up"), lambda: ends(built, "Cancelled"))
    result = planned(built)()
    assert result.status == "failed"
    assert "of node group web is Cancelled" in str(result.error)


@pytest.mark.parametrize(("moment", "soak"), [("upgrade", 0), ("upgrade", 300), ("updated", 300)])
def test_what_eks_reports_since_the_update_is_a_failure(moment: str, soak: float) -> None:
    built = BuiltNodegroup()
    issue = {"code": "AsgInstanceLaunchFailures", "message": "none left", "resourceIds": ["g"]}
    when = updated if moment == "updated" else in_phase(moment)
    once(built, when, lambda: setattr(built.web, "issues", [issue]))
    run = planned(built, soak=soak)
    result = run()
    assert result.status == "failed"
    assert "EKS reports since then: AsgInstanceLaunchFailures" in str(result.error)
    assert any("EKS reports: AsgInstanceLaunchFailures" in text for text in run.texts("warning"))


def test_what_eks_reported_before_or_for_a_moment_is_none() -> None:
    built = BuiltNodegroup()
    issue = {"code": "AsgInstanceLaunchFailures", "message": "none left", "resourceIds": ["g"]}
    other = {"code": "Ec2SubnetNotFound", "message": "gone", "resourceIds": ["s"]}
    built.web.issues = [issue]

    def for_a_moment() -> None:
        built.web.issues = [issue, other]
        built.world.kernel.after(40, lambda: setattr(built.web, "issues", [issue]))

    once(built, updated, for_a_moment)
    run = planned(built)
    assert run().status == "complete"
    assert any("Ec2SubnetNotFound" in text for text in run.texts("warning"))


@pytest.mark.parametrize("options", [{"max_unavailable": 2}, {"soak": 300}])
def test_a_node_group_that_is_deleted_meanwhile_is_a_failure(options: dict[str, Any]) -> None:
    built = BuiltNodegroup()
    once(built, updated, lambda: setattr(built.web, "status", "DELETING"))
    result = planned(built, **options)()
    assert result.status == "failed"
    assert "Managed node group web of demo is DELETING" in str(result.error)
    assert len(built.web.updates) == 1, "nothing is asked of EKS after that"


def test_a_node_group_that_is_gone_is_a_failure() -> None:
    built = BuiltNodegroup()
    nodegroups = built.world.account.eks_clusters[built.world.name].nodegroups
    once(built, in_phase("upgrade"), lambda: nodegroups.pop("web"))
    result = planned(built)()
    assert result.status == "failed"
    assert "No node group found for name: web" in str(result.error)


def test_somebody_who_takes_the_nodes_back_in_the_soak_makes_it_a_failure() -> None:
    built = BuiltNodegroup()
    back = {"releaseVersion": OLD}
    kernel = built.world.kernel
    once(built, updated, lambda: kernel.after(5, lambda: built.update(**back)))
    result = planned(built, soak=600)()
    assert (result.status, len(built.web.updates)) == ("failed", 2)
    assert "4 nodes of it do not run release" in str(result.error)


def test_a_release_that_eks_does_not_know_is_refused_at_once() -> None:
    built = BuiltNodegroup()
    target = ManagedTarget("1.33.5-20991231", "ami-00000000000000000")
    result = prepare_managed(built.world, "web", target, "r1")()
    assert (result.status, holder(built)) == ("refused", "")
    assert "1.33.5-20991231 is not valid" in str(result.error)
    assert result.values["seconds"] < 60


@pytest.mark.parametrize("operation", ["DescribeUpdate", "DescribeNodegroup", "ListUpdates"])
def test_one_answer_that_there_is_no_such_thing_is_no_verdict(operation: str) -> None:
    """What has just been begun may not be shown everywhere at once."""
    built = BuiltNodegroup()

    def unknown() -> None:
        fault = Fault(f"eks:{operation}", "ResourceNotFoundException", "No such thing", times=2)
        built.world.gate.faults.append(fault)

    once(built, lambda built: bool(built.web.updates), unknown)
    assert planned(built)().status == "complete"
    assert (len(built.web.updates), built.images()) == (1, {built.new})


def test_throttles_of_two_minutes_are_waited_out() -> None:
    built = BuiltNodegroup()

    def throttle() -> None:
        until = built.world.kernel.now + 120
        built.world.gate.faults.append(
            Fault("eks:DescribeUpdate", "Throttling", times=-1, until=until)
        )

    once(built, in_phase("upgrade"), throttle)
    assert planned(built)().status == "complete"
    assert len(built.web.updates) == 1


def test_a_group_that_somebody_makes_smaller_meanwhile_is_told() -> None:
    built = BuiltNodegroup()
    params = {"AutoScalingGroupName": built.group.name, "MinSize": 0, "DesiredCapacity": 2}

    def shrink() -> None:
        built.world.account.call("autoscaling", "UpdateAutoScalingGroup", params, "operator")

    once(built, in_phase("scale-down"), shrink)
    result = planned(built, soak=120)()
    assert result.status == "complete"
    assert any("is 2, it was 4: somebody made the group smaller" in one for one in result.warnings)


def test_an_empty_group_is_updated_for_what_it_will_launch() -> None:
    built = BuiltNodegroup()
    params = {"AutoScalingGroupName": built.group.name, "MinSize": 0, "DesiredCapacity": 0}
    built.world.account.call("autoscaling", "UpdateAutoScalingGroup", params, "operator")
    built.go(300)
    result = planned(built, soak=60)()
    assert (result.status, built.web.release_version) == ("complete", NEW)


def test_an_update_whose_answer_was_lost_may_take_its_time() -> None:
    """The lost answer does not end the run, however long EKS takes."""
    behavior = dataclasses.replace(Behavior(), boot=(600.0, 700.0))
    built = BuiltNodegroup(behavior=behavior)
    fault = Fault("eks:UpdateNodegroupVersion", "ServerException", "later", applied=True)
    built.world.gate.faults.append(fault)
    began = built.world.kernel.now
    result = planned(built)()
    assert (result.status, built.images()) == ("complete", {built.new})
    assert built.world.kernel.now - began > 1200
    assert len(built.web.updates) == 1
