# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the surge is launched, and which groups cannot have it launched so."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.launching import (
    LaunchInstance,
    launch_refusal,
    next_zone,
    token_of,
)
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance

ABLE = dataclasses.replace(a_group(an_instance("w")), source=("lt-1", "$Latest"), zones=("a", "b"))


@pytest.mark.parametrize(
    ("counts", "refused", "zone"),
    [
        ({}, (), "a"),
        ({"a": 1}, (), "b"),
        ({"a": 1, "b": 2}, (), "a"),
        ({"a": 1, "b": 2}, ("a",), "b"),
        ({"a": 1}, ("a", "b"), ""),
    ],
)
def test_the_emptiest_zone_that_has_not_refused_is_next(
    counts: dict[str, int], refused: tuple[str, ...], zone: str
) -> None:
    assert next_zone(("b", "a"), counts, refused) == zone


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ""),
        ({"source": ("config", "")}, "launches from a launch configuration"),
        ({"buys_both": True}, "buys both On-Demand and Spot instances"),
        ({"zones": ()}, "names no zone"),
    ],
)
def test_which_groups_are_refused(fields: dict[str, Any], words: str) -> None:
    found = launch_refusal(dataclasses.replace(ABLE, **fields))
    assert (found is None) is (not words)
    assert words in str(found or "")


def test_a_token_follows_from_its_parts_and_fits_the_api() -> None:
    assert token_of("r1", 3.5, 5, "a") == token_of("r1", 3.5, 5, "a")
    assert token_of("r1", 3.5, 5, "a") != token_of("r1", 3.5, 5, "b")
    assert 1 <= len(token_of("x" * 500)) <= 64


def test_a_request_that_is_sent_again_is_the_same_command() -> None:
    assert LaunchInstance("blue", 5, "a", "t1") == LaunchInstance("blue", 5, "a", "t2")
    assert LaunchInstance("blue", 5, "a", "t1") != LaunchInstance("blue", 5, "b", "t1")
