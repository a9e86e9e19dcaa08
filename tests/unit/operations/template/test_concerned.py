# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which groups an update concerns: the named one and its template's followers."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import list_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    read_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    Source,
    Use,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.configurations import (
    ConfigurationPlan,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import Version
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Plan
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.concerned import (
    Concerned,
    as_done,
    check_sharing,
    find_concerned,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.outcome import (
    ConfigurationOutcome,
    Outcome,
    Part,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    a_described_group,
)

WRITTEN = {"red": "$Default", "green": "$Latest", "blue": "$Latest", "grey": "7"}
"""How each group points at template lt-1."""


def shown(name: str, template: str, version: str) -> dict[str, Any]:
    spec = {"LaunchTemplateId": template, "Version": version}
    return a_described_group(AutoScalingGroupName=name, LaunchTemplate=spec)


def account(**more: Any) -> Recorded:
    """These groups, and one of another template."""
    every = [shown(name, "lt-1", version) for name, version in WRITTEN.items()]
    return Recorded(
        DescribeAutoScalingGroups={
            "AutoScalingGroups": [*every, shown("other", "lt-2", "$Latest")],
            **more,
        }
    )


def updated(group: str, written: str, nodegroup: Any = None, **changes: Any) -> Outcome:
    """An update of template lt-1 from version 7 to 8."""
    after = {"ImageId": "ami-2"}
    plan = Plan(Version(7, {}), {}, after, 8, "number", **changes)
    return Outcome(Source(group, nodegroup=nodegroup), (Part(Use("lt-1", written), "web", plan),))


def names(outcome: Any) -> list[str]:
    return [one.group.name for one in find_concerned(Aws(account()), outcome)]


@pytest.mark.parametrize(
    ("group", "written", "changes", "found"),
    [
        pytest.param("blue", "$Latest", {"create": True}, ["blue", "green"], id="a new version"),
        pytest.param(
            "red",
            "$Default",
            {"create": True, "default_to": 8},
            ["blue", "green", "red"],
            id="a new version that becomes the default",
        ),
        pytest.param("red", "$Default", {"default_to": 8}, ["red"], id="an old one as the default"),
        pytest.param(
            "grey",
            "7",
            {"create": True, "group_version": "8"},
            ["blue", "green", "grey"],
            id="a number, beside those that follow the latest",
        ),
        pytest.param("grey", "7", {"group_version": "8"}, ["grey"], id="a number alone"),
        pytest.param("blue", "$Latest", {}, [], id="nothing"),
        pytest.param("", "$Latest", {"create": True}, ["blue", "green"], id="a template by itself"),
    ],
)
def test_groups_are_concerned_if_their_next_instances_differ(
    group: str, written: str, changes: dict[str, Any], found: list[str]
) -> None:
    assert names(updated(group, written, **changes)) == found


def test_groups_that_the_update_has_read_are_not_read_again() -> None:
    raw = account()
    outcome = updated("blue", "$Latest", create=True)
    read = dataclasses.replace(outcome, groups=tuple(list_groups(Aws(raw))))
    found = [one.group.name for one in find_concerned(Aws(Recorded()), read)]
    assert found == names(outcome) == ["blue", "green"]


def test_the_group_of_a_managed_node_group_follows_only_eks() -> None:
    assert names(updated("grey", "7", ("demo", "ng"), group_version="8")) == []


def test_each_group_has_what_it_launched_and_will_launch() -> None:
    outcome = updated("blue", "$Latest", create=True, default_to=8)
    found = {one.group.name: one for one in find_concerned(Aws(account()), outcome)}
    target = ("lt-1", "8", "ami-2")
    assert {name: one.target for name, one in found.items()} == dict.fromkeys(
        ("blue", "green", "red"), target
    )
    assert found["blue"].previous == found["green"].previous == ("lt-1", "7")
    assert found["red"].previous == ("", ""), "the default may have been another version"


@pytest.mark.parametrize(("moved", "found"), [(True, ["blue"]), (False, [])])
def test_a_launch_configuration_is_that_of_one_group(moved: bool, found: list[str]) -> None:
    plan = ConfigurationPlan("c", "c-nodeops-1" if moved else "c", {}, {"ImageId": "ami-2"})
    raw = Recorded(DescribeAutoScalingGroups={"AutoScalingGroups": [a_described_group()]})
    seen = find_concerned(Aws(raw), ConfigurationOutcome(Source("blue"), plan))
    assert [one.group.name for one in seen] == found
    for one in seen:
        assert (one.previous, one.target) == (("c", ""), ("c-nodeops-1", "", "ami-2"))


def mixed(name: str, main: str, own: str) -> dict[str, Any]:
    """A group that points so at lt-1, and by an override at lt-9."""
    spec = {"LaunchTemplateId": "lt-9", "Version": own}
    part = {
        "LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": main},
        "Overrides": [{"InstanceType": "m5.large", "LaunchTemplateSpecification": spec}],
    }
    policy = {"LaunchTemplate": part}
    return a_described_group(
        AutoScalingGroupName=name, LaunchTemplate=None, MixedInstancesPolicy=policy
    )


def test_templates_of_overrides_are_concerned_like_the_groups_own() -> None:
    groups = [
        mixed("blue", "7", "3"),
        mixed("follows own", "1", "$Latest"),
        mixed("follows main", "$Latest", "1"),
        mixed("follows none", "1", "1"),
    ]
    raw = Recorded(DescribeAutoScalingGroups={"AutoScalingGroups": groups})
    number, image = {"group_version": "8", "create": True}, {"ImageId": "ami-2"}
    parts = (
        Part(Use("lt-1", "7"), "web", Plan(Version(7, {}), {}, image, 8, "number", **number)),
        Part(Use("lt-9", "3"), "big", Plan(Version(3, {}), {}, image, 4, "number", **number)),
    )
    found = {
        one.group.name: (one.previous, one.target[:2], one.previous_others, one.target_others)
        for one in find_concerned(Aws(raw), Outcome(Source("blue"), parts))
    }
    none, own = ("", ""), (("lt-9", "4", "ami-2"),)
    assert found == {
        "blue": (("lt-1", "7"), ("lt-1", "8"), (("lt-9", "3"),), own),
        "follows own": (none, none, (), own),
        "follows main": (none, ("lt-1", "8"), (), ()),
    }


def test_afterwards_templates_of_overrides_have_the_versions_that_were_made() -> None:
    before = dataclasses.replace(
        concerned("blue"), target_others=(("lt-9", "4", "ami-2"), ("lt-7", "1", "ami-1"))
    )
    plan = Plan(Version(3, {}), {}, {}, 6, "number", create=True)
    outcome = Outcome(Source("blue"), (Part(Use("lt-9", "3"), "big", plan),))
    (found,) = as_done([before], outcome)
    assert found.target == ("lt-1", "8", "ami-2")
    assert found.target_others == (("lt-9", "6", "ami-2"), ("lt-7", "1", "ami-1"))


def concerned(name: str, template: str = "lt-1") -> Concerned:
    group = read_group(shown(name, template, "$Latest"))
    return Concerned(group, (template, "7"), (template, "8", "ami-2"))


def test_afterwards_the_version_is_the_one_that_was_really_made() -> None:
    outcome = updated("blue", "$Latest", create=True)
    (part,) = outcome.parts
    made = dataclasses.replace(part, plan=dataclasses.replace(part.plan, number=9))
    before = [concerned("blue"), concerned("other", "lt-2")]
    found = as_done(before, dataclasses.replace(outcome, parts=(made,)))
    assert [one.target for one in found] == [("lt-1", "9", "ami-2"), ("lt-2", "8", "ami-2")]
    plan = ConfigurationPlan("c", "d", {}, {})
    assert as_done(before, ConfigurationOutcome(Source("blue"), plan)) == tuple(before)


@pytest.mark.parametrize(
    ("rotated", "allowed", "refused"),
    [
        ((), False, "green, red"),
        (("green",), False, "red"),
        (("green", "red"), False, ""),
        ((), True, ""),
    ],
)
def test_groups_outside_of_the_play_have_to_be_allowed(
    rotated: tuple[str, ...], allowed: bool, refused: str
) -> None:
    found = [concerned(name) for name in ("blue", "green", "red")]
    if not refused:
        check_sharing(found, "blue", rotated, allowed)
        return
    with pytest.raises(RefusedError) as caught:
        check_sharing(found, "blue", rotated, allowed)
    assert f"of Auto Scaling group {refused} would launch" in caught.value.message
