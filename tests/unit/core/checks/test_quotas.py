# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotas that leave no room for a new node, and those that nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Course
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    blockers,
    warnings,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.quotas import (
    ON_DEMAND,
    SPOT,
    code_of,
    full,
    rooms,
    tight,
    with_limits,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import (
    Machine,
    Room,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Window
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import look

STANDARD, GRAPHICS, SPOT_STANDARD = "L-1216C47A", "L-DB2E81BA", "L-34B43A08"


def machine(name: str, type_: str = "m5.large", vcpus: int | None = 2, **more: Any) -> Machine:
    """An instance that runs."""
    return Machine(name, type_, vcpus, **more)


@pytest.mark.parametrize(
    ("type_", "code"),
    [
        ("m5.large", STANDARD),
        ("m7g.xlarge", STANDARD),
        ("a1.large", STANDARD),
        ("c7gn.2xlarge", STANDARD),
        ("d3en.xlarge", STANDARD),
        ("h1.2xlarge", STANDARD),
        ("i4i.large", STANDARD),
        ("im4gn.large", STANDARD),
        ("is4gen.large", STANDARD),
        ("r6id.large", STANDARD),
        ("t4g.small", STANDARD),
        ("z1d.large", STANDARD),
        ("g5.xlarge", GRAPHICS),
        ("gr6.4xlarge", GRAPHICS),
        ("vt1.3xlarge", GRAPHICS),
        ("p5.48xlarge", "L-417A185B"),
        ("inf2.xlarge", "L-1945791B"),
        ("trn1.2xlarge", "L-2C3B7624"),
        ("f1.2xlarge", "L-74FC7D96"),
        ("dl2q.24xlarge", "L-6E869C2A"),
        ("x2gd.large", "L-7295265B"),
        ("u-6tb1.56xlarge", "L-43DA4232"),
        ("u7i-12tb.224xlarge", "L-43DA4232"),
        ("hpc7g.16xlarge", "L-F7808C92"),
        ("mac2.metal", ""),
        ("", ""),
        ("9x.large", ""),
    ],
)
def test_the_family_of_an_instance_decides_its_quota(type_: str, code: str) -> None:
    assert code_of(machine("i-1", type_)) == code


@pytest.mark.parametrize(
    ("type_", "code"),
    [
        ("m5.large", SPOT_STANDARD),
        ("g5.xlarge", "L-3819A6DF"),
        ("inf2.xlarge", "L-B5D1601B"),
        ("trn1.2xlarge", "L-6B0D517C"),
        ("p5.48xlarge", ""),
    ],
)
def test_spot_instances_have_quotas_of_their_own(type_: str, code: str) -> None:
    assert code_of(machine("i-1", type_, spot=True)) == code


def test_no_family_counts_twice() -> None:
    for table in (ON_DEMAND, SPOT):
        families = [family for found in table.values() for family in found]
        assert len(families) == len(set(families))
    assert not ON_DEMAND.keys() & SPOT.keys()


class TestRooms:
    def test_all_that_the_account_runs_under_a_quota_counts(self) -> None:
        running = [
            machine("i-1"),
            machine("i-2", "m5.xlarge", 4),
            machine("other", "c5.4xlarge", 16),
            machine("graphics", "g5.xlarge", 4),
            machine("spot", "m5.large", 2, spot=True),
            machine("host", "m5.large", 2, dedicated=True),
        ]
        (found,) = rooms(running, {"i-1", "i-2"})
        assert found == Room(STANDARD, ("m5.large", "m5.xlarge"), 4, 22)

    def test_a_group_of_several_quotas_has_a_room_for_each(self) -> None:
        running = [
            machine("i-1"),
            machine("i-2", spot=True),
            machine("i-3", "g5.xlarge", 4),
            machine("other", spot=True),
        ]
        assert rooms(running, {"i-1", "i-2", "i-3"}) == (
            Room(STANDARD, ("m5.large",), 2, 2),
            Room(SPOT_STANDARD, ("m5.large",), 2, 4),
            Room(GRAPHICS, ("g5.xlarge",), 4, 4),
        )

    def test_what_is_not_known_of_one_is_not_known_of_all(self) -> None:
        (found,) = rooms([machine("i-1"), machine("other", "c5.large", None)], {"i-1"})
        assert found.used is None
        (alone,) = rooms([machine("i-1"), machine("other", "g5.xlarge", None)], {"i-1"})
        assert alone.used == 2

    def test_a_family_without_a_known_quota_has_a_room_that_nobody_knows(self) -> None:
        (found,) = rooms([machine("i-1", "q1.large")], {"i-1"})
        assert found == Room("", ("q1.large",), 2, None)

    def test_a_group_without_instances_or_on_dedicated_hosts_needs_none(self) -> None:
        assert rooms([machine("other")], {"i-1"}) == ()
        assert rooms([machine("i-1", dedicated=True)], {"i-1"}) == ()


def told(*found: Room) -> list[str]:
    """What is said of these rooms."""
    return list(tight(look(rooms=found)))


@pytest.mark.parametrize(
    ("used", "limit", "said"),
    [
        (0, 2, False),
        (8, 10, False),
        (8, 9, True),
        (9, 10, True),
        (10, 10, True),
        (20, 10, True),
        (0, 0, True),
    ],
)
def test_a_quota_is_named_if_another_node_has_no_room(used: int, limit: int, said: bool) -> None:
    assert bool(told(Room(STANDARD, ("m5.large",), 2, used, limit))) is said


def test_the_sentence_says_what_runs_and_what_is_missing() -> None:
    assert told(Room(STANDARD, ("m5.large",), 2, 9, 10)) == [
        "Quota L-1216C47A lets the account run 10 vCPUs, 9 run, and another m5.large of blue needs"
        " 2. A new node may not start. Have the quota raised, or end something else"
    ]


@pytest.mark.parametrize(("limit", "said"), [(17, False), (16, True), (15, True)])
def test_several_nodes_need_the_room_of_all(limit: int, said: bool) -> None:
    room = Room(STANDARD, ("m5.large",), 2, 9, limit)
    found = list(tight(look(rooms=(room,)), 4))
    assert (bool(found), full(room, 4)) == (said, said)
    assert all("4 more m5.large of blue need 8. New nodes may not start" in text for text in found)


@pytest.mark.parametrize(("used", "limit"), [(None, 0), (9, None), (None, None)])
def test_a_quota_that_is_not_known_is_not_surely_full(used: int | None, limit: int | None) -> None:
    assert not full(Room(STANDARD, ("m5.large",), 2, used, limit))


@pytest.mark.parametrize(
    ("surge", "used", "said"), [(0, 8, False), (0, 9, True), (3, 4, False), (3, 5, True)]
)
def test_the_whole_surge_has_to_have_room(surge: int, used: int, said: bool) -> None:
    course = Course(Window(surge, 1))
    found = look(rooms=(Room(STANDARD, ("m5.large",), 2, used, 10),), course=course)
    assert any("lets the account run" in line for line in warnings(found)) is said


@pytest.mark.parametrize(
    ("room", "quota"),
    [
        (Room(STANDARD, ("m5.large",), 2, 9), "quota L-1216C47A"),
        (Room(STANDARD, ("m5.large",), 2, None, 10), "quota L-1216C47A"),
        (Room("", ("m5.large",), 2, None), "its quota"),
    ],
)
def test_what_could_not_be_read_is_never_fine(room: Room, quota: str) -> None:
    assert told(room) == [
        "Whether the account has room for another m5.large of blue is not known:"
        f" {quota} could not be read"
    ]


def test_it_may_pass_later_so_it_is_no_blocker() -> None:
    found = look(rooms=(Room(STANDARD, ("m5.large",), 2, 9, 10),))
    assert any("Quota L-1216C47A" in said for said in warnings(found))
    assert not any("L-1216C47A" in said for said in blockers(found))


def test_if_nothing_may_be_read_that_is_told_once() -> None:
    (said,) = tight(look(rooms=None))
    assert "servicequotas:GetServiceQuota" in said


def test_the_limits_are_those_of_each_code() -> None:
    found = (Room(STANDARD, ("m5.large",), 2, 9), Room(GRAPHICS, ("g5.xlarge",), 4, 4))
    limits = {STANDARD: 10, GRAPHICS: None}
    assert [room.limit for room in with_limits(found, limits)] == [10, None]
    assert [room.limit for room in with_limits(found, {})] == [None, None]
