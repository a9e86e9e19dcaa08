# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Laws of merging and comparing template data, over random nested data."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    clean,
    differences,
    merge,
    removes,
    render,
)

SEEDS = range(15)
FIELDS = ("ImageId", "KeyName", "MetadataOptions", "Monitoring", "SecurityGroupIds", "Tags")


def a_value(dice: random.Random, depth: int) -> Any:
    kind = dice.random()
    if depth and kind < 0.4:
        return some_data(dice, depth - 1) or {"Enabled": True}
    if kind < 0.6:
        return dice.sample(("sg-1", "sg-2", "sg-3"), dice.randint(1, 3))
    return dice.choice(("a", "b", 1, True))


def some_data(dice: random.Random, depth: int = 2) -> dict[str, Any]:
    """Random data as EC2 shows it, nested and without empty values."""
    names = dice.sample(FIELDS, dice.randint(0, 4))
    return {name: a_value(dice, depth) for name in names}


def two(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    dice = random.Random(seed)
    return some_data(dice), some_data(dice)


def paths(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """The values by dotted path; a list is one value."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        inner = paths(value, f"{prefix}{name}.") if isinstance(value, dict) else {}
        found |= inner or {f"{prefix}{name}": value}
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_merged_in_is_there_and_the_rest_stays(seed: int) -> None:
    data, changes = two(seed)
    merged = paths(merge(data, changes))
    for path, value in paths(changes).items():
        assert merged[path] == value
    roots = {path.split(".")[0] for path in paths(changes)}
    for path, value in paths(data).items():
        if path.split(".")[0] not in roots:
            assert merged[path] == value


@pytest.mark.parametrize("seed", SEEDS)
def test_merging_changes_neither_side(seed: int) -> None:
    data, changes = two(seed)
    before = copy.deepcopy((data, changes))
    merged = merge(data, changes)
    assert (data, changes) == before
    for name, value in merged.items():
        if isinstance(value, list) and name in changes:
            value.append("added later")
    assert changes == before[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_to_merge_twice_or_nothing_is_to_merge_once(seed: int) -> None:
    data, changes = two(seed)
    merged = merge(data, changes)
    assert merge(merged, changes) == merged
    assert merge(data, {}) == data
    assert merge({}, changes) == changes


@pytest.mark.parametrize("seed", SEEDS)
def test_null_removes_and_leaves_nothing_empty(seed: int) -> None:
    data, _changes = two(seed)
    for name in data:
        assert merge(data, {name: None}) == {one: data[one] for one in data if one != name}
        assert merge(data, {name: {}}).get(name) == (
            data[name] if isinstance(data[name], dict) else None
        )
    assert merge(data, dict.fromkeys(FIELDS)) == {}


@pytest.mark.parametrize("seed", SEEDS)
def test_differences_are_the_paths_whose_values_differ(seed: int) -> None:
    one, other = two(seed)
    found = differences(one, other)
    assert len(set(found)) == len(found)
    assert found == differences(other, one)
    assert (found == []) is (one == other)
    assert differences(one, one) == []
    for path, value in paths(one).items():
        covered = any(path == name or path.startswith(f"{name}.") for name in found)
        assert covered or paths(other).get(path) == value


@pytest.mark.parametrize("seed", SEEDS)
def test_only_what_is_missing_afterwards_is_removed(seed: int) -> None:
    data, changes = two(seed)
    merged = merge(data, changes)
    replaced = any(
        isinstance(data.get(name), dict) and not isinstance(value, dict)
        for name, value in changes.items()
    )
    if not replaced:
        assert removes(data, merged) is False
    assert removes(merged, {}) is bool(merged)
    assert removes(data, data) is False
    for name in data:
        assert removes(data, {one: data[one] for one in data if one != name}) is True


@pytest.mark.parametrize("seed", SEEDS)
def test_what_an_answer_adds_is_cleaned_away(seed: int) -> None:
    data, _changes = two(seed)
    shown = copy.deepcopy(data)
    shown |= {"Operator": {"Managed": False}, "RamDiskId": "", "Placement": {}, "UserData": None}
    if isinstance(shown.get("MetadataOptions"), dict):
        shown["MetadataOptions"]["State"] = "applied"
    before = copy.deepcopy(shown)
    assert clean(shown) == data
    assert clean(data) == data
    assert shown == before


@pytest.mark.parametrize("seed", SEEDS)
def test_a_diff_has_one_line_for_each_field(seed: int) -> None:
    one, other = two(seed)
    lines = render(one, other).splitlines()
    assert [line.split(":")[0] for line in lines] == sorted(paths(one))
    assert render(one, one) == render(one, other)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("a", "Field: a"),
        ("1", "Field: 1"),
        (1, "Field: 1"),
        (True, "Field: true"),
        ([{"b": 1, "a": 2}], 'Field: [{"a": 2, "b": 1}]'),
        ({"Deep": {"Er": 0.5}}, "Field.Deep.Er: 0.5"),
    ],
)
def test_a_value_is_shown_as_json_and_text_as_it_is(value: Any, line: str) -> None:
    assert render({"Field": value}, {}) == line + "\n"
