# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch configurations: names, new images and back, what may be pruned."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates import configurations

OLD, NEW = (
    {"ImageId": "ami-1", "InstanceType": "m5.large"},
    {"ImageId": "ami-2", "InstanceType": "m5.large"},
)


@pytest.mark.parametrize(
    ("name", "parts"),
    [("red", ("red", 0)), ("red-nodeops-7", ("red", 7)), ("red-nodeops-x", ("red-nodeops-x", 0))],
)
def test_a_copy_is_known_by_its_name(name: str, parts: tuple[str, int]) -> None:
    assert configurations.split(name) == parts
    assert configurations.join(*parts) == name


def test_a_long_name_still_fits() -> None:
    assert len(configurations.join("x" * 255, 12)) == 255


def test_the_copies_of_one_original_belong_together() -> None:
    shown: dict[str, dict[str, Any]] = {
        name: {
            "LaunchConfigurationName": name,
            "LaunchConfigurationARN": "arn",
            "CreatedTime": 0,
            "KernelId": "",
            **OLD,
        }
        for name in ("red", "red-nodeops-2", "reddish", "blue")
    }
    assert configurations.family_of("red-nodeops-2", shown) == {0: OLD, 2: OLD}


@pytest.mark.parametrize(
    ("current", "family", "name", "create"),
    [
        ("red", {0: OLD}, "red-nodeops-1", True),
        ("red-nodeops-1", {0: OLD, 1: OLD}, "red-nodeops-2", True),
        ("red-nodeops-1", {0: OLD, 1: NEW}, "red-nodeops-1", False),
        ("red", {0: OLD, 1: NEW}, "red-nodeops-1", False),
        ("red", {0: OLD, 4: OLD}, "red-nodeops-5", True),
    ],
)
def test_to_the_wanted_image(
    current: str, family: dict[int, dict[str, str]], name: str, create: bool
) -> None:
    plan = configurations.plan_configuration(current, family, "ami-2", {})
    assert (plan.name, plan.create, plan.changed) == (name, create, name != current)


@pytest.mark.parametrize(
    ("current", "numbers", "name"),
    [
        ("red-nodeops-2", (0, 1, 2), "red-nodeops-1"),
        ("red-nodeops-2", (0, 2), "red"),
        ("red-nodeops-1", (0, 1, 2), "red-nodeops-1"),
        ("red", (0,), "red"),
        ("red-nodeops-2", (2,), "red-nodeops-2"),
    ],
)
def test_back(current: str, numbers: tuple[int, ...], name: str) -> None:
    assert (
        configurations.plan_configuration_rollback(current, dict.fromkeys(numbers, OLD)).name
        == name
    )


def test_only_our_copies_that_nobody_uses_are_pruned() -> None:
    found = configurations.prunable_configurations(
        (0, 1, 2, 3, 4), "red", 1, {"red-nodeops-2"}, {"red-nodeops-3"}
    )
    assert found == ["red-nodeops-1"]
