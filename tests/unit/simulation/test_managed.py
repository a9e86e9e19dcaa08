# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed node groups of the World are updated by EKS in its documented phases."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.managed import ManagedNodes
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import (
    NEW,
    OLD,
    BuiltNodegroup,
)
from ansible_collections.nodeops.rotator.tests.simulation.upgrade import EXCLUDED
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def test_an_update_replaces_all_nodes_and_restores_the_size() -> None:
    built = BuiltNodegroup()
    update = built.update(releaseVersion=NEW)
    assert built.web.status == "UPDATING"
    built.go(3600)
    assert built.show(update)["status"] == "Successful"
    assert (built.images(), len(built.group.members)) == ({built.new}, 4)
    assert (built.group.desired, built.group.maximum) == (4, 4)
    assert (built.web.release_version, built.web.status) == (NEW, "ACTIVE")


def test_it_grows_by_twice_the_zones_and_then_all_outdated_nodes_are_out_of_service() -> None:
    built = BuiltNodegroup()
    built.update()
    built.until("upgrade")
    assert (built.group.desired, built.group.maximum) == (10, 10)
    nodes = list(built.world.cluster.objects("nodes"))
    old = [
        one
        for one in nodes
        if one["metadata"]["labels"]["eks.amazonaws.com/nodegroup-image"] == built.old
    ]
    assert [one["spec"].get("unschedulable") for one in old] == [True] * 4
    assert [one["metadata"]["labels"].get(EXCLUDED) for one in old] == ["true"] * 4
    assert not any(one["spec"].get("unschedulable") for one in nodes if one not in old)


def test_max_unavailable_counts_where_it_is_more_than_twice_the_zones() -> None:
    built = BuiltNodegroup(update_config={"maxUnavailable": 7})
    built.update()
    built.until("upgrade")
    assert built.group.desired == 11


def test_an_instance_ends_a_minute_after_its_last_pod() -> None:
    built = BuiltNodegroup()
    gone: dict[str, float] = {}
    built.world.account.observers.append(
        lambda event, one: (
            gone.setdefault(one.id, built.world.kernel.now) if event == "shutting-down" else None
        )
    )
    built.update()
    built.until("upgrade")
    began = built.world.kernel.now
    built.until("scale-down")
    assert min(gone.values()) - began >= 60
    assert len(gone) == 4


def test_a_budget_that_never_lets_go_ends_the_update_after_a_quarter_of_an_hour() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    update = built.update()
    built.until("upgrade")
    built.go(890)
    assert built.show(update)["status"] == "InProgress"
    built.go(30)
    (error,) = built.show(update)["errors"]
    assert (built.show(update)["status"], error["errorCode"]) == ("Failed", "PodEvictionFailure")
    assert built.world.cluster.object("nodes", error["resourceIds"][0]) is not None
    assert (built.web.release_version, built.group.desired) == (OLD, 10)


def test_by_force_the_pods_are_deleted_then() -> None:
    built = BuiltNodegroup(max_unavailable=0)
    update = built.update(force=True)
    built.go(7200)
    assert (built.show(update)["status"], built.images()) == ("Successful", {built.new})


def test_nodes_that_never_come_end_the_update() -> None:
    built = BuiltNodegroup()
    built.world.bad_images[built.new] = "never joins"
    update = built.update()
    built.go(1800)
    (error,) = built.show(update)["errors"]
    assert error["errorCode"] == "NodeCreationFailure"
    assert error["resourceIds"][0] in built.world.account.instances


def test_the_minimal_strategy_launches_nothing_above_the_size() -> None:
    built = BuiltNodegroup(update_config={"maxUnavailable": 1, "updateStrategy": "MINIMAL"})
    most: list[int] = []
    built.world.account.member_observers.append(
        lambda group, member: most.append(len(group.counted()))
    )
    update = built.update()
    built.go(5400)
    assert (built.show(update)["status"], built.images()) == ("Successful", {built.new})
    assert max(most) == 4


def test_scaling_by_somebody_else_ends_the_scale_down_at_once() -> None:
    built = BuiltNodegroup(maximum=30)
    update = built.update()
    built.until("scale-down")
    params = {"AutoScalingGroupName": built.group.name, "DesiredCapacity": 12}
    built.world.account.call("autoscaling", "SetDesiredCapacity", params, "operator")
    built.go(600)
    assert (built.show(update)["status"], built.group.desired) == ("Successful", 12)


def test_there_is_one_update_at_a_time() -> None:
    built = BuiltNodegroup()
    built.update()
    with pytest.raises(AwsError, match="ResourceInUseException"):
        built.update()
    with pytest.raises(AwsError, match="ResourceInUseException"):
        built.call("UpdateNodegroupConfig", updateConfig={"maxUnavailable": 2})


def test_a_client_token_that_is_used_again_begins_nothing() -> None:
    built = BuiltNodegroup()
    assert built.update(clientRequestToken="a") == built.update(clientRequestToken="a")
    assert len(built.web.updates) == 1


def test_how_many_nodes_at_a_time_is_an_update_of_its_own() -> None:
    built = BuiltNodegroup()
    begun = built.call("UpdateNodegroupConfig", updateConfig={"maxUnavailablePercentage": 50})
    assert built.web.update_config == {"maxUnavailable": 1}
    built.go(120)
    assert built.show(begun["update"]["id"])["status"] == "Successful"
    assert built.web.update_config == {"maxUnavailablePercentage": 50}


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"releaseVersion": "1.33.5-19990101"}, "not valid"),
        ({"version": "1.34"}, "not supported"),
        ({"launchTemplate": {"name": "x", "version": "1"}}, "was not specified"),
    ],
)
def test_what_eks_does_not_have_is_refused(params: dict[str, Any], why: str) -> None:
    with pytest.raises(AwsError, match=f"InvalidParameterException.*{why}"):
        BuiltNodegroup().update(**params)


def test_a_group_with_an_image_of_its_own_moves_to_a_template_version() -> None:
    world = World(Kernel())
    images = [aws.add_image(world.account, name).id for name in ("own-1", "own-2")]
    aws.add_subnets(world.account)
    aws.add_eks_cluster(world.account, world.name)
    owned = aws.add_template(world.account, "own", [{"ImageId": images[0]}])
    web = ManagedNodes(world).add("web", 2, "x", images[0], owned, ami_type="CUSTOM")
    world.begin()
    call = {"LaunchTemplateId": owned.id, "LaunchTemplateData": {"ImageId": images[1]}}
    world.account.call("ec2", "CreateLaunchTemplateVersion", call, "operator")
    params = {"clusterName": world.name, "nodegroupName": "web"}
    params["launchTemplate"] = {"id": owned.id, "version": "2"}  # type: ignore[assignment]
    world.account.call("eks", "UpdateNodegroupVersion", params, "run")
    world.kernel.advance(3600)
    labels = [one["metadata"]["labels"] for one in world.cluster.objects("nodes")]
    assert {one["eks.amazonaws.com/nodegroup-image"] for one in labels} == {images[1]}
    assert {one["eks.amazonaws.com/sourceLaunchTemplateVersion"] for one in labels} == {"2"}
    assert (web.template or {})["version"] == "2"


def test_whoever_writes_to_the_group_behind_is_counted() -> None:
    built = BuiltNodegroup()
    params = {"AutoScalingGroupName": built.group.name, "DesiredCapacity": 4}
    built.world.account.call("autoscaling", "SetDesiredCapacity", params, "run")
    (breach,) = built.world.judge.breaches
    assert "managed node group" in breach.why
    built.update()
    built.go(3600)
    assert len(built.world.judge.breaches) == 1
