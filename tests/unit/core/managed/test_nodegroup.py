# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs, what is outdated, and which update leads where."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    SOURCE_VERSION,
    ManagedTarget,
    Nodegroup,
    NodegroupUpdate,
    members_of,
    why_outdated,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Instance,
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node

RELEASE = ManagedTarget("1.33.5-20260523", "ami-new")
OWN = ManagedTarget("", "ami-new", "7")
UPDATE = NodegroupUpdate("u", "VersionUpdate", "InProgress")


NEWEST = ("lt-eks", "4")


def an_instance(image: str, source: tuple[str, str] = NEWEST) -> Instance:
    return Instance("i-1", "a", image_id=image, source=source)


def a_node(version: str = "") -> Node:
    return Node("n-1", "u-1", "1", labels={SOURCE_VERSION: version} if version else {})


@pytest.mark.parametrize(
    ("image", "version", "target", "expected"),
    [
        ("ami-new", "", RELEASE, ""),
        ("ami-old", "", RELEASE, "runs image ami-old, ami-new is wanted"),
        ("", "", RELEASE, "runs image (unknown), ami-new is wanted"),
        ("ami-new", "7", OWN, ""),
        ("ami-new", "6", OWN, "was launched from version 6 of the launch template, 7 is wanted"),
        ("ami-new", "", OWN, "was launched from version (unknown) of the launch template,"),
        ("ami-old", "7", OWN, "runs image ami-old"),
    ],
)
def test_what_cannot_be_told_is_not_current(
    image: str, version: str, target: ManagedTarget, expected: str
) -> None:
    why = why_outdated(an_instance(image), a_node(version), target, NEWEST)
    assert why.startswith(expected)
    assert bool(why) is bool(expected)


@pytest.mark.parametrize(
    ("image", "source", "launches", "target", "current"),
    [
        ("ami-new", NEWEST, NEWEST, OWN, True),
        ("ami-old", NEWEST, NEWEST, OWN, False),
        ("ami-new", ("lt-eks", "3"), NEWEST, OWN, False),
        ("ami-new", ("lt-other", "4"), NEWEST, OWN, False),
        ("ami-new", ("", ""), NEWEST, OWN, False),
        ("ami-new", ("", ""), ("", ""), OWN, False),
        ("ami-new", NEWEST, ("", ""), OWN, False),
        ("ami-new", ("lt-eks", "3"), NEWEST, RELEASE, True),
        ("ami-old", NEWEST, NEWEST, RELEASE, False),
    ],
)
def test_an_instance_without_a_node_is_judged_by_what_it_was_launched_from(
    image: str,
    source: tuple[str, str],
    launches: tuple[str, str],
    target: ManagedTarget,
    current: bool,
) -> None:
    why = why_outdated(an_instance(image, source), None, target, launches)
    assert (why == "") is current
    if image == "ami-new" and not current:
        assert why == "has no node that says what it was launched from"


@pytest.mark.parametrize("resolved", [None, Target("lt-eks", "4"), Target("lt-eks", "5")])
def test_what_the_group_launches_now_is_what_its_template_resolves_to(
    resolved: Target | None,
) -> None:
    group = Group("g", 1, 0, 3, (an_instance("ami-new"),), resolved=resolved)
    (member,) = members_of(group, {}, OWN)
    assert (member.outdated == "") is (resolved is not None and resolved.source == NEWEST)


def test_members_are_launched_instances_with_their_nodes() -> None:
    ending = Instance("i-2", "a", "Terminating", image_id="ami-old")
    group = Group("g", 1, 0, 3, (an_instance("ami-old"), ending))
    (member,) = members_of(group, {"i-1": a_node()}, RELEASE)
    assert (member.id, member.name) == ("i-1", "n-1")
    (alone,) = members_of(group, {}, RELEASE)
    assert alone.name == "i-1"


@pytest.mark.parametrize(
    ("params", "target", "expected"),
    [
        ({"ReleaseVersion": "1.33.5-20260523", "Version": "1.33"}, RELEASE, True),
        ({"ReleaseVersion": "1.33.5-20260422"}, RELEASE, False),
        ({"LaunchTemplateVersion": "7"}, OWN, True),
        ({"LaunchTemplateVersion": "6"}, OWN, False),
    ],
)
def test_an_update_leads_to_a_target(
    params: dict[str, str], target: ManagedTarget, expected: bool
) -> None:
    assert target.is_of(NodegroupUpdate("u", "VersionUpdate", "InProgress", params)) is expected


def test_the_update_that_runs_is_found_among_those_that_have_ended() -> None:
    ended = NodegroupUpdate("e", "ConfigUpdate", "Successful")
    group = Nodegroup("c", "n", "arn", "UPDATING", Group("g", 1, 0, 3), updates={"e": ended})
    assert group.running is None
    both = Nodegroup(
        "c", "n", "arn", "UPDATING", Group("g", 1, 0, 3), updates={"e": ended, "u": UPDATE}
    )
    assert both.running == UPDATE
    assert (UPDATE.moves, ended.moves) == (True, False)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (RELEASE, "release 1.33.5-20260523"),
        (OWN, "template version 7"),
        (ManagedTarget("r", "ami", "2"), "release r and template version 2"),
        (ManagedTarget("", "ami-1"), "image ami-1"),
    ],
)
def test_a_target_is_told_to_people(target: ManagedTarget, text: str) -> None:
    assert target.text == text


@pytest.mark.parametrize("status", ["Failed", "Cancelled", "Successful"])
def test_an_update_that_has_ended_does_not_run(status: str) -> None:
    assert not NodegroupUpdate("u", "VersionUpdate", status).running


def test_an_update_to_a_release_may_move_to_any_template_version() -> None:
    params = {"ReleaseVersion": "1.33.5-20260523", "LaunchTemplateVersion": "9"}
    assert RELEASE.is_of(NodegroupUpdate("u", "VersionUpdate", "InProgress", params))
    both = ManagedTarget("1.33.5-20260523", "ami-new", "8")
    assert not both.is_of(NodegroupUpdate("u", "VersionUpdate", "InProgress", params))


@pytest.mark.parametrize(
    ("lifecycle", "counts"),
    [
        ("Pending", True),
        ("Pending:Wait", True),
        ("Pending:Proceed", True),
        ("InService", True),
        ("Terminating", False),
        ("Terminating:Wait", False),
        ("Terminated", False),
        ("Standby", False),
        ("Warmed:Stopped", False),
        ("Detaching", False),
    ],
)
def test_only_launched_instances_are_members(lifecycle: str, counts: bool) -> None:
    group = Group("g", 1, 0, 3, (Instance("i-1", "a", lifecycle, image_id="ami-old"),))
    assert bool(members_of(group, {}, RELEASE)) is counts


@pytest.mark.parametrize("state", ["shutting-down", "terminated", "stopping", "stopped"])
def test_an_instance_that_ec2_has_ended_is_no_member(state: str) -> None:
    group = Group("g", 1, 0, 3, (Instance("i-1", "a", state=state),))
    assert members_of(group, {}, RELEASE) == ()
