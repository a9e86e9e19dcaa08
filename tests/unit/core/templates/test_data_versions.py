# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our versions are found, rolled back and pruned over random histories."""

from __future__ import annotations

import dataclasses
import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    DESCRIPTION_LIMIT,
    Mark,
    Rollback,
    Version,
    find_rollback,
    pointer_of,
    prunable,
    read_mark,
    reusable,
    write_mark,
)

SEEDS = range(15)
IMAGES = ("ami-1", "ami-2", "ami-3")


def a_history(seed: int, length: int = 9) -> list[Version]:
    """Versions that we or others have made, one of them the default.

    Some have been deleted since.
    """
    dice = random.Random(seed)
    versions = [Version(1, {"ImageId": IMAGES[0]})]
    for number in range(2, length):
        contents = {"ImageId": dice.choice(IMAGES)}
        mark = Mark(dice.randint(1, number - 1), dice.choice(("update", "update", "rollback")))
        description = write_mark(mark) if dice.random() < 0.7 else "by hand"
        versions.append(Version(number, contents, description))
    kept = dice.sample(versions, dice.randint(1, len(versions)))
    default = dice.choice(kept).number
    return [
        dataclasses.replace(one, default=one.number == default)
        for one in sorted(kept, key=lambda one: one.number)
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("keep", [0, 1, 3])
def test_pruning_keeps_what_is_in_use_and_what_is_not_ours(seed: int, keep: int) -> None:
    versions = a_history(seed)
    protected = set(random.Random(-seed).sample(range(1, 9), 2))
    gone = prunable(versions, keep, protected)
    ours = [one.number for one in versions if read_mark(one.description)]
    newest = max(one.number for one in versions)
    assert gone == sorted(gone)
    assert set(gone) <= set(ours)
    assert not set(gone) & (protected | {newest})
    assert not set(gone) & {one.number for one in versions if one.default}
    assert not set(gone) & set(ours[len(ours) - keep :] if keep else [])
    spared = set(ours) - set(gone)
    excused = protected | {newest} | {one.number for one in versions if one.default}
    assert len(spared - excused) <= keep


@pytest.mark.parametrize("seed", SEEDS)
def test_a_version_is_used_again_only_if_ours_of_this_source_and_equal(seed: int) -> None:
    versions = a_history(seed)
    for source in range(1, 9):
        for image in IMAGES:
            fitting = [
                one.number
                for one in versions
                if one.data == {"ImageId": image}
                and (mark := read_mark(one.description)) is not None
                and mark.source == source
            ]
            found = reusable(versions, source, {"ImageId": image})
            assert (found.number if found else None) == max(fitting, default=None)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_way_back_leads_to_the_source_of_our_update(seed: int) -> None:
    versions = a_history(seed)
    for version in versions:
        mark = read_mark(version.description)
        found = find_rollback(versions, version.number)
        if mark is None or mark.act == "rollback":
            assert found is None
        elif found is not None:
            assert found == Rollback(version.number, mark.source)
            assert mark.source < version.number


@pytest.mark.parametrize("seed", SEEDS)
def test_there_is_no_way_back_from_where_an_update_began(seed: int) -> None:
    versions = a_history(seed)
    updates = [
        (one.number, mark.source)
        for one in versions
        if (mark := read_mark(one.description)) and mark.act == "update"
    ]
    for number, source in updates:
        if number > source:
            assert find_rollback(versions, source) is None


def test_no_version_has_no_way_back() -> None:
    assert find_rollback([], 1) is None
    assert prunable([], 0, set()) == []
    assert reusable([], 1, {}) is None


def a_text(dice: random.Random, length: int) -> str:
    return "".join(dice.choice("ab1-._ ,|\n") for _count in range(length))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mark_survives_any_run_release_and_text(seed: int) -> None:
    dice = random.Random(seed)
    mark = Mark(
        dice.randint(1, 10000),
        dice.choice(("update", "rollback")),
        a_text(dice, dice.randint(0, 90)),
        a_text(dice, dice.randint(0, 90)),
        dice.choice(("", "2026-06-01T12:00:00Z")),
    )
    written = write_mark(mark, a_text(dice, dice.randint(0, 300)))
    read = read_mark(written)
    assert len(written) <= DESCRIPTION_LIMIT
    assert "\n" not in written
    assert read is not None
    assert (read.source, read.act, read.at) == (mark.source, mark.act, mark.at)
    assert bool(read.run) is bool(mark.run.strip())
    assert bool(read.release) is bool(mark.release.strip())


@pytest.mark.parametrize(
    "description",
    [
        "nodeops.rotator: update from x",
        "nodeops.rotator: updates from 3",
        "nodeops.rotator: update from 3, by me",
        "nodeops.rotator: update from 3 and more",
        " nodeops.rotator: update from 3",
        "NODEOPS.ROTATOR: update from 3",
        "nodeops.rotator: update from 3\nrun 1",
    ],
)
def test_what_is_nearly_a_mark_is_none(description: str) -> None:
    assert read_mark(description) is None


@pytest.mark.parametrize(
    ("written", "pointer"),
    [
        (None, "$Default"),
        ("", "$Default"),
        ("$Default", "$Default"),
        ("$Latest", "$Latest"),
        ("1", "number"),
        ("12", "number"),
    ],
)
def test_how_a_group_points_at_a_version(written: str | None, pointer: str) -> None:
    assert pointer_of(written) == pointer


@pytest.mark.parametrize(
    ("data", "image"),
    [({}, ""), ({"ImageId": "ami-1"}, "ami-1"), ({"ImageId": "resolve:ssm:/x"}, "resolve:ssm:/x")],
)
def test_the_image_of_a_version_is_as_written(data: dict[str, str], image: str) -> None:
    assert Version(1, data).image_id == image
