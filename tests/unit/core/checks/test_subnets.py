# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnets in which a new node would lack addresses."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Course
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import warnings
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.subnets import (
    held,
    narrow,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Window
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import instance, look


def interface(addresses: int = 1, prefixes: int = 0) -> dict[str, Any]:
    """A network interface as EC2 describes it."""
    single = [{"PrivateIpAddress": f"10.0.0.{number}"} for number in range(addresses)]
    return {"PrivateIpAddresses": single, "Ipv4Prefixes": [{"Ipv4Prefix": "p"}] * prefixes}


@pytest.mark.parametrize(
    ("interfaces", "number"),
    [
        ([], 0),
        ([interface()], 1),
        ([interface(15), interface(15)], 30),
        ([interface(1, prefixes=2)], 33),
        ([interface(), interface()], 2),
        ([{}], 0),
    ],
    ids=["not known", "one", "whole interfaces", "prefixes", "an IPv6 cluster", "nothing shown"],
)
def test_what_an_instance_holds(interfaces: list[dict[str, Any]], number: int) -> None:
    assert held({"NetworkInterfaces": interfaces}) == number
    assert held({}) == 0


@pytest.mark.parametrize(
    ("free", "holds", "named"),
    [
        ({}, 30, []),
        ({"subnet-a": 30}, 30, []),
        ({"subnet-a": 29}, 30, ["subnet-a"]),
        ({"subnet-b": 1, "subnet-a": 500, "subnet-c": 0}, 30, ["subnet-b", "subnet-c"]),
        ({"subnet-a": 1}, 0, []),
        ({"subnet-a": 0}, 0, ["subnet-a"]),
        ({"subnet-a": 2}, 2, []),
    ],
)
def test_subnets_with_less_than_a_node_holds_are_named(
    free: dict[str, int], holds: int, named: list[str]
) -> None:
    seen = look(instance(1, addresses=holds), instance(2, addresses=1), free_addresses=free)
    found = list(narrow(seen))
    assert [line.split(" ")[1] for line in found] == named
    assert set(found) <= set(warnings(seen))


def test_the_sentence_says_how_many_are_missing() -> None:
    (one,) = narrow(look(instance(1, addresses=30), free_addresses={"subnet-a": 1}))
    assert one == (
        "Subnet subnet-a of Auto Scaling group blue has 1 free address, and a node of this group"
        " holds 30. A new node there may not start, or its pods may get no address. Free some, or"
        " add a subnet"
    )
    (none,) = narrow(look(instance(1), free_addresses={"subnet-a": 0}))
    assert "has 0 free addresses, and a node of this group holds 1." in none


@pytest.mark.parametrize(
    ("surge", "subnets", "free", "named"),
    [
        (2, ("subnet-a", "subnet-b"), 30, False),
        (3, ("subnet-a", "subnet-b"), 59, True),
        (3, ("subnet-a", "subnet-b"), 60, False),
        (3, ("subnet-a",), 89, True),
        (3, ("subnet-a",), 90, False),
        (0, ("subnet-a",), 29, True),
        (2, (), 59, True),
    ],
)
def test_a_subnet_has_to_take_its_share_of_the_surge(
    surge: int, subnets: tuple[str, ...], free: int, named: bool
) -> None:
    seen = look(
        instance(1, addresses=30),
        subnets=subnets,
        free_addresses={"subnet-a": free},
        course=Course(Window(surge, 1)),
    )
    assert bool(list(narrow(seen))) is named


def test_the_sentence_says_how_many_nodes_may_come() -> None:
    seen = look(
        instance(1, addresses=30), free_addresses={"subnet-a": 50}, course=Course(Window(2, 0))
    )
    (said,) = narrow(seen)
    assert "a node of this group holds 30, and 2 nodes of the surge may come there. A" in said


def test_subnets_that_may_not_be_read_are_not_taken_for_wide() -> None:
    (said,) = narrow(look(instance(1, addresses=30), free_addresses=None))
    assert said == (
        "Whether the subnets of Auto Scaling group blue have addresses for another node is not"
        " known. Allow ec2:DescribeSubnets"
    )
