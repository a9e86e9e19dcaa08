# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of a control plane, how often, and what it says of each place."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ReadBackups,
    ReadComponents,
    ReadMachines,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.streaks import (
    Streak,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    ForbiddenError,
    RefusedError,
    RotatorError,
    UnreachableError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.control_plane.reading import (
    backups_read,
    cluster,
    concerns,
    flaw,
    look,
    note_streaks,
    others,
    places,
    read_just_now,
    read_lately,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import Retry
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance
from ansible_collections.nodeops.rotator.tests.unit.core.control_plane.builders import (
    API_SERVERS,
    CLUSTER,
    STORE,
    a_plane_group,
    a_plane_node,
    changed,
    components,
    machines,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.control_plane.builders import (
    TAGS,
    WORKERS,
    a_look,
    our_group,
)
from ansible_collections.nodeops.rotator.tests.unit.engine.rotation.builders import (
    NOW,
    a_policy,
)

STORES = ReadBackups((f"{STORE}events", f"{STORE}main"))


def failed(command: Command, error: RotatorError) -> dict[str, Any]:
    return {"retries": {command: Retry(1, NOW + 2, error)}}


def test_only_groups_of_a_control_plane_are_concerned() -> None:
    assert concerns(a_look())
    assert concerns(a_look(our_group(tags={**TAGS, **API_SERVERS})))
    assert not concerns(a_look(our_group(tags=WORKERS)))
    assert cluster(a_look()) == CLUSTER


@pytest.mark.parametrize(
    ("at", "asked"), [(NOW, []), (NOW - 9.9, []), (NOW - 10, [ReadMachines, ReadComponents])]
)
def test_it_is_read_every_ten_seconds(at: float, asked: list[type]) -> None:
    ctx = a_look(at=at)
    look(ctx)
    assert [type(command) for command in ctx.commands] == asked


def test_it_is_read_as_often_as_the_group_where_that_is_more_often() -> None:
    ctx = a_look(at=NOW - 2, policy=a_policy(poll_interval=2))
    look(ctx)
    assert len(ctx.commands) == 2


def test_the_components_of_all_nodes_are_asked_for_once_the_nodes_are_known() -> None:
    ctx = a_look(machines=None, machines_at=-1e9, components_at=-1e9)
    assert look(ctx) is False
    assert ctx.commands == [ReadMachines(CLUSTER)]
    ctx = a_look(components_at=-1e9)
    look(ctx)
    assert ctx.commands == [ReadComponents(("a", "b", "c"))]


def test_the_addresses_of_the_nodes_are_given_as_far_as_they_are_known() -> None:
    near = dataclasses.replace(a_plane_node("a"), internal_ip="10.0.0.1")
    ctx = a_look(nodes=[near, a_plane_node("b"), a_plane_node("c")], components_at=-1e9)
    look(ctx)
    assert ctx.commands == [ReadComponents(("a", "b", "c"), (("a", "10.0.0.1"),))]


@pytest.mark.parametrize(("at", "counts"), [(NOW - 30, True), (NOW - 30.1, False)])
def test_a_read_counts_for_half_a_minute(at: float, counts: bool) -> None:
    assert read_lately(a_look(at=at)) is counts
    assert read_lately(a_look(machines_at=at)) is counts


@pytest.mark.parametrize(("at", "fresh"), [(NOW - 3, True), (NOW - 3.1, False)])
def test_before_a_node_is_ended_it_is_read_once_more(at: float, fresh: bool) -> None:
    ctx = a_look(at=at)
    assert read_just_now(ctx) is fresh
    asked = [] if fresh else [ReadMachines(CLUSTER), ReadComponents(("a", "b", "c"))]
    assert ctx.commands == asked


def test_before_anything_is_touched_a_refused_read_is_the_end() -> None:
    with pytest.raises(RefusedError):
        refused = failed(ReadMachines(CLUSTER), RefusedError("no"))
        look(a_look(at=NOW - 11, mode="survey", **refused))


@pytest.mark.parametrize("error", [ForbiddenError("no"), UnreachableError("later")])
def test_before_anything_is_touched_one_answer_is_not_the_verdict(error: RotatorError) -> None:
    busy = failed(ReadMachines(CLUSTER), error)
    assert look(a_look(at=NOW - 11, mode="survey", **busy))
    with pytest.raises(type(error)):
        look(a_look(at=-1e9, mode="survey", timers={"no control plane": NOW - 61}, **busy))


def test_two_answers_that_fail_long_apart_are_no_silence() -> None:
    """Who waits for another run asks for many minutes."""
    well = a_look(at=NOW - 11, mode="survey", timers={"no control plane": NOW - 61})
    look(well)
    assert "no control plane" not in well.memory.timers


def test_in_mid_run_a_refused_read_is_waited_out() -> None:
    error = ForbiddenError("no")
    assert not look(a_look(at=NOW - 31, **failed(ReadMachines(CLUSTER), error)))


def test_each_group_is_a_place_with_its_instance_and_node() -> None:
    found = {place.group: (place.instance, place.zone, place.name) for place in places(a_look())}
    assert found == {name: (f"i-{name}", name, name) for name in "abc"}
    assert [place.group for place in others(a_look(), "i-a")] == ["b", "c"]


def test_a_group_without_an_instance_is_an_empty_place() -> None:
    shown = machines(b=a_plane_group("b", Instances=[]))
    (place,) = [one for one in places(a_look(shown=shown)) if one.group == "b"]
    assert (place.instance, place.node) == ("", None)
    assert flaw(a_look(shown=shown), place) == "no instance of it is launched"


def test_each_node_of_an_api_server_group_is_a_place_without_etcd() -> None:
    one = {"InstanceId": "i-x", "AvailabilityZone": "a", "LifecycleState": "InService"}
    beside = a_plane_group("x", tags=API_SERVERS, DesiredCapacity=2, Instances=[one])
    found = [place for place in places(a_look(shown=machines(x=beside))) if place.group == "x"]
    assert [(place.instance, place.etcd) for place in found] == [("i-x", False), ("", False)]
    assert all(place.etcd for place in places(a_look()))


def test_beside_an_api_server_that_leaves_those_of_its_own_group_remain() -> None:
    both = [an_instance("x"), an_instance("y")]
    tags = {**TAGS, **API_SERVERS}
    own = dataclasses.replace(a_group(*both, desired=2, tags=tags), name="x")
    beside = a_plane_group("x", tags=API_SERVERS, DesiredCapacity=2)
    nodes = [a_plane_node(name) for name in "abcxy"]
    ctx = a_look(own, nodes, shown=machines(x=beside))
    assert [place.instance for place in others(ctx, "i-x")] == ["i-a", "i-b", "i-c", "i-y"]
    assert [place.instance for place in others(ctx, "x")] == ["i-a", "i-b", "i-c", "i-y"]


def test_an_instance_that_ends_is_none() -> None:
    ending = [
        {"InstanceId": "i-b", "AvailabilityZone": "b", "LifecycleState": "Terminating"},
        {"InstanceId": "i-x", "AvailabilityZone": "b", "LifecycleState": "Pending"},
    ]
    shown = machines(b=a_plane_group("b", Instances=ending))
    assert [one.instance for one in places(a_look(shown=shown)) if one.group == "b"] == ["i-x"]


def test_our_own_group_is_as_the_rotation_knows_it() -> None:
    shown = machines(a=a_plane_group("a", Instances=[]))
    assert [one.instance for one in places(a_look(shown=shown)) if one.group == "a"] == ["i-a"]


def test_a_look_counts_once_for_each_read() -> None:
    ctx = a_look(judged_at=NOW - 10, streaks={"i-a": Streak(NOW - 20, NOW - 10, 2)})
    note_streaks(ctx)
    assert ctx.memory.plane.streaks["i-a"] == Streak(NOW - 20, NOW, 3)
    assert ctx.memory.plane.streaks["i-b"] == Streak(NOW, NOW, 1)
    before = ctx.memory.plane.streaks
    note_streaks(ctx)
    assert ctx.memory.plane.streaks == before


def test_who_is_not_whole_has_no_streak() -> None:
    down = changed(components(), "kube-scheduler", "b", ready=False)
    ctx = a_look(found=down, judged_at=NOW - 10)
    note_streaks(ctx)
    assert set(ctx.memory.plane.streaks) == {"i-a", "i-c"}


def test_nothing_is_counted_before_the_first_read() -> None:
    ctx = a_look(components=None, judged_at=-1e9, streaks={})
    note_streaks(ctx)
    assert ctx.memory.plane.streaks == {}


def test_a_flaw_is_that_of_the_last_read() -> None:
    nodes = [a_plane_node("a"), a_plane_node("b", ready=False), a_plane_node("c")]
    ctx = a_look(nodes=nodes)
    assert {place.group: flaw(ctx, place) for place in places(ctx)} == {
        "a": "",
        "b": "it is not Ready",
        "c": "",
    }


class TestBackups:
    def test_are_read_once_from_where_the_pods_say(self) -> None:
        ctx = a_look(backups=None)
        assert backups_read(ctx) is False
        assert ctx.commands == [STORES]
        assert backups_read(a_look(backups={})) is True

    def test_are_not_read_where_nobody_asks(self) -> None:
        ctx = a_look(backups=None, policy=a_policy(etcd_backup_check="off"))
        assert backups_read(ctx) is True
        assert ctx.commands == []

    def test_that_may_not_be_read_are_an_error_where_they_are_required(self) -> None:
        with pytest.raises(RefusedError):
            backups_read(a_look(backups=None, **failed(STORES, RefusedError("no"))))

    @pytest.mark.parametrize("error", [ForbiddenError("no"), UnreachableError("later")])
    def test_that_cannot_be_read_now_are_asked_for_again(self, error: RotatorError) -> None:
        busy = failed(STORES, error)
        assert backups_read(a_look(backups=None, **busy)) is False
        with pytest.raises(type(error)):
            backups_read(a_look(backups=None, timers={"no backups": NOW - 61}, **busy))

    def test_that_may_not_be_read_are_a_warning_where_that_is_enough(self) -> None:
        policy = a_policy(etcd_backup_check="warn")
        denied = failed(STORES, ForbiddenError("no"))
        ctx = a_look(backups=None, policy=policy, timers={"no backups": NOW - 60}, **denied)
        assert backups_read(ctx) is True
        assert [event.phase for event in ctx.events] == ["warning"]
