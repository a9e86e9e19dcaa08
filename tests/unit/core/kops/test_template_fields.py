# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kops has made of a launch template is what it had announced."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.preview import Change
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.template_fields import (
    unannounced,
)

TEMPLATE, OTHER = "nodes-a.blue.example.com", "nodes-b.blue.example.com"


def change(field: str, template: str = TEMPLATE) -> Change:
    return Change("modify", "LaunchTemplate", template, field)


def test_the_image_is_always_announced() -> None:
    assert unannounced(["ImageId"], [], TEMPLATE, []) == []


@pytest.mark.parametrize(
    ("announced", "made"),
    [
        ("InstanceType", "InstanceType"),
        ("UserData", "UserData"),
        ("HTTPTokens", "MetadataOptions.HttpTokens"),
        ("RootVolumeSize", "BlockDeviceMappings"),
        ("RootVolumeOptimization", "EbsOptimized"),
        ("SecurityGroups", "NetworkInterfaces"),
        ("IAMInstanceProfile", "IamInstanceProfile.Name"),
        ("SSHKey", "KeyName"),
        ("Tags", "TagSpecifications"),
        ("SpotPrice", "InstanceMarketOptions.SpotOptions.MaxPrice"),
    ],
)
def test_a_field_of_ec2_is_found_by_what_kops_calls_it(announced: str, made: str) -> None:
    assert unannounced(["ImageId", made], [change(announced)], TEMPLATE, []) == []
    assert unannounced(["ImageId", made], [], TEMPLATE, []) == [made]


def test_another_field_than_the_one_that_was_allowed_is_named() -> None:
    made = ["ImageId", "InstanceType", "UserData"]
    assert unannounced(made, [change("InstanceType")], TEMPLATE, []) == ["UserData"]


@pytest.mark.parametrize(
    "announced",
    [change("InstanceType", OTHER), Change("modify", "AutoscalingGroup", TEMPLATE, "InstanceType")],
)
def test_what_was_announced_for_another_resource_allows_nothing_here(announced: Change) -> None:
    assert unannounced(["InstanceType"], [announced], TEMPLATE, []) == ["InstanceType"]


def test_a_pattern_may_have_the_name_that_ec2_gives_the_field() -> None:
    pattern = "LaunchTemplate/nodes-a.*/MetadataOptions.*"
    assert unannounced(["MetadataOptions.HttpTokens"], [], TEMPLATE, [pattern]) == []
    assert unannounced(["MetadataOptions.HttpTokens"], [], OTHER, [pattern]) != []
