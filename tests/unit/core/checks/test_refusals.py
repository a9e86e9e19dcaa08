# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a node group cannot be rotated: what is wrong and what to do."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import (
    refusal,
    unsupported,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    read_group,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance

GROUP = a_group(an_instance("w"))


@pytest.mark.parametrize(
    "fields, kind, words, hint",
    [
        (
            {"resolved": None},
            NotFoundError,
            "launches from (lt-1 $Latest) does not exist",
            "Create the launch template",
        ),
        (
            {"resolved": None, "source": ("", "")},
            NotFoundError,
            "launches from (no template ) does not exist",
            "point the group",
        ),
        (
            {"suspended": frozenset(("Launch",))},
            RefusedError,
            "has its process Launch suspended",
            "resume-processes",
        ),
        (
            {"suspended": frozenset(("Terminate", "AZRebalance"))},
            RefusedError,
            "has its process Terminate suspended",
            "Terminate",
        ),
        (
            {"suspended": frozenset(("AddToLoadBalancer",)), "target_groups": ("arn:1",)},
            RefusedError,
            "has its process AddToLoadBalancer suspended",
            "resume-processes",
        ),
        ({"refreshing": True}, RefusedError, "An instance refresh is running on", "cancel it"),
        (
            {"unsupported": ("counts its instances by weight",)},
            RefusedError,
            "counts its instances by weight, which a rotation does not handle",
            "by hand",
        ),
    ],
)
def test_every_refusal_names_the_group_what_stands_in_the_way_and_what_to_do(
    fields: dict[str, Any], kind: type[RotatorError], words: str, hint: str
) -> None:
    error = refusal(dataclasses.replace(GROUP, **fields))
    assert error is not None
    assert error.__class__ is kind
    assert words in error.message
    assert hint in error.hint
    assert "Auto Scaling group blue" in error.message
    assert "\n" not in str(error)


def test_other_suspended_processes_are_no_reason() -> None:
    assert (
        refusal(
            dataclasses.replace(GROUP, suspended=frozenset(("AZRebalance", "AddToLoadBalancer")))
        )
        is None
    )


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({}, []),
        ({"DesiredCapacityType": "units"}, []),
        (
            {"DesiredCapacityType": "vcpu"},
            ["counts its capacity in vcpu, not in instances"],
        ),
        (
            {"DesiredCapacityType": "memory-mib"},
            ["counts its capacity in memory-mib, not in instances"],
        ),
        ({"Status": "Delete in progress"}, ["is being deleted"]),
    ],
)
def test_a_group_that_is_being_deleted_or_counts_no_instances_is_a_reason(
    more: dict[str, Any], found: list[str]
) -> None:
    shown = {
        "AutoScalingGroupName": "blue",
        "DesiredCapacity": 1,
        "MinSize": 0,
        "MaxSize": 1,
        "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "2"},
    }
    assert list(unsupported(read_group({**shown, **more}))) == found


def test_an_instance_in_standby_is_no_reason_by_itself() -> None:
    shown = {
        "AutoScalingGroupName": "blue",
        "DesiredCapacity": 1,
        "MinSize": 0,
        "MaxSize": 1,
        "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "2"},
        "Instances": [{"InstanceId": "i-w", "LifecycleState": "Standby"}],
    }
    assert list(unsupported(read_group(shown))) == []


@pytest.mark.parametrize(
    ("tags", "hint"),
    [
        ({"eks:nodegroup-name": "web"}, "nodeops.rotator.eks_nodegroup_replace"),
        ({}, "Rotate it by hand"),
    ],
)
def test_a_refusal_says_what_replaces_the_nodes_instead(tags: dict[str, str], hint: str) -> None:
    error = refusal(dataclasses.replace(GROUP, tags=tags, unsupported=("is special",)))
    assert hint in str(error)


@pytest.mark.parametrize(
    ("override", "found"),
    [
        ({}, []),
        ({"LaunchTemplateSpecification": {"LaunchTemplateId": "lt-9", "Version": "1"}}, []),
        (
            {"LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": "1"}},
            ["launches more than one version of launch template lt-1"],
        ),
        ({"LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": "2"}}, []),
        ({"ImageId": "ami-9"}, ["names an image of its own for some instance types"]),
    ],
)
def test_overrides_may_name_templates_but_no_images(
    override: dict[str, Any], found: list[str]
) -> None:
    part = {
        "LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": "2"},
        "Overrides": [{"InstanceType": "m5.large"}, {"InstanceType": "c5.large", **override}],
    }
    shown = {
        "AutoScalingGroupName": "blue",
        "DesiredCapacity": 1,
        "MinSize": 0,
        "MaxSize": 1,
        "MixedInstancesPolicy": {"LaunchTemplate": part},
    }
    assert list(unsupported(read_group(shown))) == found
