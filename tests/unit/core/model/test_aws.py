# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances are launched or ending, in every state of both services."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    LAUNCHED,
    Group,
    Instance,
    Target,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance

LIFECYCLES = (
    "Pending",
    "Pending:Wait",
    "Pending:Proceed",
    "InService",
    "Terminating",
    "Terminating:Wait",
    "Terminating:Proceed",
    "Terminated",
    "Detaching",
    "Detached",
    "EnteringStandby",
    "Standby",
    "Quarantined",
    "Warmed:Pending",
    "Warmed:Running",
    "Warmed:Stopped",
    "",
)
"""Lifecycle states of instances of Auto Scaling groups (user guide, instance lifecycle)."""
STATES = ("pending", "running", "shutting-down", "terminated", "stopping", "stopped", "")
"""EC2's states; empty while EC2 does not know the instance."""
COMBINED = list(itertools.product(LIFECYCLES, STATES))
ALIVE = ("pending", "running", "")


@pytest.mark.parametrize(("lifecycle", "state"), COMBINED)
def test_launched_is_pending_or_in_service_and_alive(lifecycle: str, state: str) -> None:
    instance = an_instance("w", lifecycle=lifecycle, state=state)
    expected = lifecycle.startswith(("Pending", "InService")) and state in ALIVE
    assert instance.launched is expected


@pytest.mark.parametrize(("lifecycle", "state"), COMBINED)
def test_ending_is_what_either_service_calls_so(lifecycle: str, state: str) -> None:
    instance = an_instance("w", lifecycle=lifecycle, state=state)
    expected = lifecycle.startswith("Terminating") or state in ("shutting-down", "terminated")
    assert instance.ending is expected


@pytest.mark.parametrize(("lifecycle", "state"), COMBINED)
def test_nothing_is_launched_and_ending_at_once(lifecycle: str, state: str) -> None:
    instance = an_instance("w", lifecycle=lifecycle, state=state)
    assert not (instance.launched and instance.ending)


@pytest.mark.parametrize("lifecycle", LIFECYCLES)
def test_a_launch_hook_holds_what_is_pending_and_waits(lifecycle: str) -> None:
    instance = an_instance("w", lifecycle=lifecycle)
    assert instance.held is (lifecycle in ("Pending:Wait", "Pending:Proceed"))
    assert instance.launched or not instance.held


@pytest.mark.parametrize("lifecycle", LIFECYCLES)
def test_what_enters_standby_is_there_already(lifecycle: str) -> None:
    instance = an_instance("w", lifecycle=lifecycle)
    assert instance.in_standby is (lifecycle in ("EnteringStandby", "Standby"))


def test_the_launched_states_are_those_of_the_user_guide() -> None:
    assert {"Pending", "Pending:Wait", "Pending:Proceed", "InService"} == LAUNCHED


def test_a_group_counts_its_launched_instances() -> None:
    instances = [an_instance(f"{n}", lifecycle=name) for n, name in enumerate(LIFECYCLES)]
    group = a_group(*instances)
    assert [one.lifecycle for one in group.launched] == [
        "Pending",
        "Pending:Wait",
        "Pending:Proceed",
        "InService",
    ]


@pytest.mark.parametrize(
    ("target", "source"),
    [
        (Target("lt-1", "2", "ami-1", "blue", 5.0, frozenset(("1",))), ("lt-1", "2")),
        (Target("config", ""), ("config", "")),
        (Target("", ""), ("", "")),
    ],
)
def test_a_target_is_compared_as_instances_name_their_source(
    target: Target, source: tuple[str, str]
) -> None:
    assert target.source == source


MAIN = Target(
    "lt-1",
    "2",
    types=("m5.large",),
    others=(Target("lt-8", "7", types=("c5.large",)), Target("lt-9", "4")),
)
"""A template for two types each, and one for types that are described by attributes."""


@pytest.mark.parametrize(
    ("kind", "source", "way"),
    [
        pytest.param("m5.large", ("lt-1", "2"), "lt-1", id="of its type"),
        pytest.param("c5.large", ("lt-1", "2"), "lt-8", id="of its type, launched from another"),
        pytest.param("m7g.large", ("lt-9", "3"), "lt-9", id="no type is named: its template's"),
        pytest.param("m7g.large", ("lt-3", "1"), "lt-1", id="neither is: the group's own"),
        pytest.param("", ("lt-8", "7"), "lt-8", id="its type is not known"),
    ],
)
def test_an_instance_is_launched_by_the_way_of_its_type(
    kind: str, source: tuple[str, str], way: str
) -> None:
    assert MAIN.of(an_instance("w", type=kind, source=source)).template == way


@pytest.mark.parametrize(
    ("kind", "runs", "launches"),
    [
        pytest.param("m5.large", "ami-own", "ami-own", id="its type has an image of its own"),
        pytest.param("m5.large", "ami-old", "ami-own", id="it runs an earlier image"),
        pytest.param("c5.large", "ami-own", "ami-new", id="another type has"),
        pytest.param("m7g.large", "ami-any", "ami-any", id="no type is named: its image's"),
        pytest.param("m7g.large", "ami-old", "ami-new", id="neither is: the group's own"),
    ],
)
def test_an_instance_of_one_template_with_many_images_has_that_of_its_type(
    kind: str, runs: str, launches: str
) -> None:
    named = (Target("lt-1", "2", "ami-own", types=("m5.large",)), Target("lt-1", "2", "ami-any"))
    target = Target("lt-1", "2", "ami-new", types=("c5.large",), others=named)
    instance = an_instance("w", type=kind, source=("lt-1", "2"), image_id=runs)
    assert target.of(instance).image_id == launches


def test_a_target_has_every_way_of_launching() -> None:
    assert MAIN.sources == {("lt-1", "2"), ("lt-8", "7"), ("lt-9", "4")}
    assert [way.template for way in MAIN.ways] == ["lt-1", "lt-8", "lt-9"]
    alone = Target("lt-1", "2")
    assert alone.ways == (alone,)
    assert alone.of(an_instance("w", type="c5.large", source=("lt-9", "1"))) is alone


def test_what_is_resolved_again_is_so_in_every_way() -> None:
    assert {way.resolved_at for way in MAIN.resolved_again(9.0).ways} == {9.0}


def test_what_is_not_known_of_an_instance_or_group_is_empty() -> None:
    instance, group = Instance("i-1", "a"), Group("blue", 1, 1, 1)
    assert (instance.source, instance.image_id, instance.launched_at) == (("", ""), "", 0.0)
    assert (group.resolved, group.instances, group.former, group.targets) == (None, (), (), ())
    assert (group.refreshing, group.protects_new, group.unsupported) == (False, False, ())


def test_a_group_says_of_its_instances_what_they_are() -> None:
    each = [
        Instance(f"i-{number}", "a", lifecycle, protected=bool(number % 2), state=state)
        for number, (lifecycle, state) in enumerate(itertools.product(LIFECYCLES, STATES))
    ]
    group = a_group(*each)
    assert group.launched == tuple(one for one in each if one.launched)
    assert group.by_id == {one.id: one for one in each}
    assert group.ending == {one.id for one in each if one.ending}
    assert group.in_standby == tuple(one for one in each if one.in_standby)
    served = [one for one in group.launched if one.lifecycle == "InService"]
    assert group.unprotected == tuple(one.id for one in served if not one.protected)
