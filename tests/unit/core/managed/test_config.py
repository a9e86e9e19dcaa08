# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How EKS updates a node group, and what is written down of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.config import (
    UpdateConfig,
    config_tag,
    read_config,
    read_config_tag,
    wanted_config,
)

ONE, HALF = UpdateConfig(), UpdateConfig(50, True, "MINIMAL")


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ({}, ONE),
        ({"maxUnavailable": 3}, UpdateConfig(3)),
        ({"maxUnavailablePercentage": 50, "updateStrategy": "MINIMAL"}, HALF),
        ({"maxUnavailable": 1, "updateStrategy": None}, ONE),
    ],
)
def test_what_eks_does_not_show_is_its_default(
    shown: dict[str, Any], expected: UpdateConfig
) -> None:
    assert read_config(shown) == expected


def test_a_config_is_written_as_eks_takes_it() -> None:
    assert ONE.params == {"maxUnavailable": 1, "updateStrategy": "DEFAULT"}
    assert HALF.params == {"maxUnavailablePercentage": 50, "updateStrategy": "MINIMAL"}


@pytest.mark.parametrize(
    ("config", "size", "expected"),
    [
        (ONE, 9, 1),
        (UpdateConfig(7), 3, 7),
        (HALF, 9, 4),
        (HALF, 1, 1),
        (HALF, 0, 1),
        (HALF, 500, 100),
    ],
)
def test_a_percentage_is_rounded_down_to_at_least_one(
    config: UpdateConfig, size: int, expected: int
) -> None:
    assert config.at_once(size) == expected


@pytest.mark.parametrize(
    ("config", "zones", "expected"),
    [(ONE, 3, 6), (ONE, 1, 2), (UpdateConfig(20), 5, 20), (UpdateConfig(9), 5, 10), (HALF, 3, 0)],
)
def test_the_surge_is_twice_the_zones_or_max_unavailable(
    config: UpdateConfig, zones: int, expected: int
) -> None:
    assert config.surge(8, zones) == expected


@pytest.mark.parametrize("before", [ONE, HALF])
@pytest.mark.parametrize("after", [UpdateConfig(2), HALF])
def test_the_tag_says_what_was_and_what_we_set(before: UpdateConfig, after: UpdateConfig) -> None:
    text = config_tag(before, after)
    assert read_config_tag(text) == (before, after)
    assert re.fullmatch(r"[A-Za-z0-9 +=._:/@-]{1,256}", text), "EKS takes no other characters"


@pytest.mark.parametrize(
    "text", ["", "max-unavailable=1 strategy=DEFAULT", "x then y", "max-unavailable=1 then 2"]
)
def test_another_tag_says_nothing(text: str) -> None:
    assert read_config_tag(text) is None


@pytest.mark.parametrize(
    ("number", "percentage", "strategy", "expected"),
    [
        (None, None, None, ONE),
        (2, None, None, UpdateConfig(2)),
        (None, 50, "minimal", HALF),
        (None, None, "minimal", UpdateConfig(1, False, "MINIMAL")),
        (1, None, "default", ONE),
    ],
)
def test_only_what_is_asked_for_is_changed(
    number: int | None, percentage: int | None, strategy: str | None, expected: UpdateConfig
) -> None:
    assert wanted_config(ONE, number, percentage, strategy) == expected


@pytest.mark.parametrize(
    ("found", "strategy", "expected"),
    [
        (HALF, None, HALF),
        (HALF, "minimal", HALF),
        (HALF, "default", UpdateConfig(50, True, "DEFAULT")),
        (UpdateConfig(3), "minimal", UpdateConfig(3, False, "MINIMAL")),
    ],
)
def test_a_strategy_alone_leaves_the_number(
    found: UpdateConfig, strategy: str | None, expected: UpdateConfig
) -> None:
    assert wanted_config(found, None, None, strategy) == expected


def test_a_number_replaces_a_percentage_and_the_other_way_round() -> None:
    assert wanted_config(HALF, 2, None, None) == UpdateConfig(2, False, "MINIMAL")
    assert wanted_config(UpdateConfig(3), None, 25, None) == UpdateConfig(25, True)
