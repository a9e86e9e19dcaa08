# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane is rotated one node at a time, while all others are whole."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
    is_new,
)


def test_three_nodes_in_three_zones_are_replaced_one_after_the_other() -> None:
    world, plane = a_plane()
    for number, place in enumerate(plane.places):
        result = a_run(world, place, f"r{number}")()
        assert result.status == "complete", result.error
        assert plane.is_whole(place)
    assert all(is_new(world, place) for place in plane.places)
    assert world.judge.breaches == []
    assert plane.etcd.quorum_losses == 0


def test_a_node_goes_only_after_all_have_been_whole_for_the_settle_time() -> None:
    world, plane = a_plane()
    began = world.kernel.now
    run = a_run(world, plane.places[0], etcd_settle=200)
    run()
    cordoned = next(at for at, event in run.events if event.phase == "cordoned")
    assert 200 <= cordoned - began < 230


def test_sizes_that_a_user_gives_do_not_surge_a_control_plane() -> None:
    world, plane = a_plane()
    assert a_run(world, plane.places[0], max_surge=1, max_unavailable=0)().status == "complete"
    assert plane.etcd.quorum_losses == 0
    assert world.gate.calls["autoscaling:SetDesiredCapacity"] == 0
    assert world.gate.calls["autoscaling:UpdateAutoScalingGroup"] <= 2  # the fence, on and off


def test_a_second_run_finds_nothing_to_do_and_asks_nothing_of_the_control_plane() -> None:
    world, plane = a_plane()
    a_run(world, plane.places[0])()
    world.gate.calls.clear()
    assert a_run(world, plane.places[0], "r2")().status == "unchanged"
    assert world.gate.calls["kubernetes:get pods/proxy"] == 0


def test_a_plan_touches_nothing() -> None:
    world, plane = a_plane()
    assert a_run(world, plane.places[0], plan_only=True)().status == "planned"
    assert not any(is_new(world, place) for place in plane.places)
    assert world.cluster.object("leases", "nodeops-rotator-control-plane", "kube-system") is None


def test_a_control_plane_with_a_member_down_is_refused_before_anything_is_touched() -> None:
    world, plane = a_plane()
    plane.etcd.fail(plane.places[2])
    result = a_run(world, plane.places[0])()
    assert result.status == "refused"
    assert plane.places[2] in str(result.error)
    assert "is not whole" in str(result.error)
    assert not any(is_new(world, place) for place in plane.places)


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({}, "refused"),
        ({"etcd_backup_check": "warn"}, "complete"),
        ({"etcd_backup_check": "off"}, "complete"),
        ({"etcd_backup_max_age": 20000}, "complete"),
    ],
)
def test_without_a_young_backup_it_is_refused_unless_the_user_knows_better(
    options: dict[str, object], status: str
) -> None:
    world, plane = a_plane()
    plane.backup_period = 1e9
    world.kernel.advance(world.kernel.now + 9000)
    result = a_run(world, plane.places[0], **options)()
    assert result.status == status
    assert ("has no backup" in str(result.error) or "h 2" in str(result.error)) is (
        status == "refused"
    )


def test_backups_that_may_not_be_listed_are_none() -> None:
    world, plane = a_plane()
    world.account.denied.append(("host_*", "s3:*"))
    result = a_run(world, plane.places[0])()
    assert result.status == "refused"
    assert "Cannot list s3://kops-state/" in str(result.error)


def test_where_the_proxy_may_not_be_used_it_is_refused_or_judged_indirectly() -> None:
    world, plane = a_plane()
    world.cluster.denied.append(("*", "get pods/proxy"))
    result = a_run(world, plane.places[0])()
    assert result.status == "refused"
    assert "cannot be asked" in str(result.error)
    again = a_run(world, plane.places[0], "r2", control_plane_check="indirect")()
    assert again.status == "complete"
    assert again.values["indirect"] == ["events", "main"]
    assert world.judge.breaches == []


def test_where_each_api_server_is_reached_at_its_node_no_proxy_is_needed() -> None:
    world, plane = a_plane()
    plane.reachable = True
    world.cluster.denied.append(("*", "get pods/proxy"))
    run = a_run(world, plane.places[0])
    result = run()
    assert result.status == "complete", run.story()
    assert result.values["indirect"] == []
    assert len(set(plane.asked_at)) >= 3
    assert plane.is_whole(plane.places[0])
    assert world.judge.breaches == []
    assert not any("judged indirectly" in event.text for _at, event in run.events)


def test_where_it_is_not_one_failed_try_in_a_minute_is_all() -> None:
    world, plane = a_plane()
    run = a_run(world, plane.places[0])
    began = world.kernel.now
    assert run().status == "complete"
    assert 0 < len(plane.asked_at) <= 1 + (world.kernel.now - began) / 60


def test_a_group_that_could_hold_two_nodes_is_refused() -> None:
    world, plane = a_plane()
    world.account.groups[plane.places[1]].maximum = 2
    result = a_run(world, plane.places[0])()
    assert result.status == "refused"
    assert "sizes 1/1/2 instead of 1/1/1" in str(result.error)
