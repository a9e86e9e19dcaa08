# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which image is chosen, what is told of it, and when an update is due."""

from __future__ import annotations

import datetime
import itertools
import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import ImageKind
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import (
    CANONICAL,
    Image,
    behind_days,
    check_usable,
    choose,
    newest_first,
    parse_image,
    parse_time,
    show_image,
    show_time,
    update_due,
    warnings_of,
)

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
NAME = "amazon-eks-node-al2023-x86_64-standard-1.33-v20260501"
AL2 = ImageKind("al2", "standard", "x86_64", "1.32")
AL2023 = ImageKind("al2023", "standard", "x86_64", "1.33")
SEEDS = range(15)


def an_image(days: float, id_: str = "ami-1", **more: Any) -> Image:
    return Image(
        id_,
        **{"name": NAME, "architecture": "x86_64", "owner_alias": "amazon", **more},
        created_at=NOW - days * DAY,
    )


def some(seed: int) -> list[Image]:
    dice = random.Random(seed)
    return [
        an_image(dice.choice((0, 1, 2.5, 6, 6.9, 7, 8, 30, 31, 90)), f"ami-{number}")
        for number in range(dice.randint(1, 6))
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("min_age", "max_age"), [(0, None), (7, None), (7, 30), (0, 7), (31, 90)])
def test_the_newest_of_those_that_are_old_enough_is_chosen_or_refused(
    seed: int, min_age: int, max_age: int | None
) -> None:
    images = some(seed)
    ripe = [one for one in images if (NOW - one.created_at).days >= min_age]
    newest = max((one.created_at for one in ripe), default=None)
    stale = max_age is not None and newest is not None and (NOW - newest).days > max_age
    if newest is None or stale:
        words = "max_age" if stale else "younger than min_age"
        with pytest.raises(RefusedError, match=words):
            choose(images, NOW, min_age, max_age, "al2023")
        return
    assert choose(images, NOW, min_age, max_age, "al2023").created_at == newest


@pytest.mark.parametrize("seed", SEEDS)
def test_the_choice_does_not_depend_on_the_order_of_the_answer(seed: int) -> None:
    images = some(seed)
    shuffled = random.Random(-seed).sample(images, len(images))
    assert choose(images, NOW, 0, None, "x") == choose(shuffled, NOW, 0, None, "x")
    assert newest_first(images) == newest_first(shuffled)


@pytest.mark.parametrize("seed", SEEDS)
def test_images_are_sorted_by_creation(seed: int) -> None:
    moments = [one.created_at for one in newest_first(some(seed))]
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_update_is_due_for_an_older_one_or_if_pinned_for_any_other(seed: int) -> None:
    found, *current = some(seed)
    others = [one for one in current if one.id != found.id]
    older = [one for one in others if one.created_at < found.created_at]
    assert update_due(found, current, pinned=True) is (len(others) > 0)
    assert update_due(found, current, pinned=False) is (len(older) > 0)
    assert update_due(found, [*current, found], pinned=False) is (len(older) > 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_behind_by_less_than_nothing(seed: int) -> None:
    found, *current = some(seed)
    days = behind_days(found, current)
    assert days >= 0
    assert all((found.created_at - one.created_at).days <= days for one in current)
    assert days == 0 or days in {(found.created_at - one.created_at).days for one in current}


@pytest.mark.parametrize(
    ("days", "age"), [(0, 0), (0.99, 0), (1, 1), (1.5, 1), (365, 365), (-1, 0), (-0.1, 0)]
)
def test_an_age_is_counted_in_whole_days_and_never_negative(days: float, age: int) -> None:
    assert an_image(days).age_days(NOW) == age


ARCHITECTURES = ("x86_64", "arm64")


@pytest.mark.parametrize(
    ("state", "architecture", "wanted", "device"),
    list(
        itertools.product(
            ("available", "pending", "failed", "deregistered", ""),
            ARCHITECTURES,
            (*ARCHITECTURES, ""),
            ("ebs", "instance-store"),
        )
    ),
)
def test_a_node_can_be_launched_only_from_a_complete_image_of_its_architecture(
    state: str, architecture: str, wanted: str, device: str
) -> None:
    image = an_image(1, state=state, architecture=architecture, root_device_type=device)
    usable = state == "available" and wanted in ("", architecture) and device == "ebs"
    if usable:
        check_usable(image, wanted)
        return
    with pytest.raises(RefusedError, match=r"Image ami-1 \(amazon-eks"):
        check_usable(image, wanted)


@pytest.mark.parametrize(
    ("deprecated", "told"),
    [(None, 0), (-1, 1), (0, 1), (1, 0)],
    ids=["never", "past", "now", "yet"],
)
def test_a_deprecation_is_told_from_its_moment_on(deprecated: int | None, told: int) -> None:
    at = None if deprecated is None else NOW + deprecated * DAY
    assert len(warnings_of(an_image(9, deprecated_at=at), AL2023, NOW)) == told


@pytest.mark.parametrize(
    ("kind", "day", "told"),
    [
        (AL2, "2025-11-25", False),
        (AL2, "2025-11-26", True),
        (AL2, "2026-06-01", True),
        (AL2023, "2026-06-01", False),
        (ImageKind("custom", "", "", ""), "2026-06-01", False),
        (None, "2026-06-01", False),
    ],
)
def test_the_end_of_a_family_is_told_with_its_successor(
    kind: ImageKind | None, day: str, told: bool
) -> None:
    now = datetime.datetime.fromisoformat(f"{day}T08:00:00+00:00")
    found = warnings_of(an_image(400), kind, now)
    assert bool(found) is told
    assert all("al2023 or bottlerocket" in line for line in found)


UBUNTU = "ubuntu-eks/k8s_1.31/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20250101"


@pytest.mark.parametrize(
    ("name", "owner", "alias", "believed"),
    [(NAME, "602401143452", "amazon", True), (NAME, "111122223333", "", False)]
    + [(NAME, owner, "", False) for owner in CANONICAL]
    + [(UBUNTU, owner, "", True) for owner in CANONICAL]
    + [(UBUNTU, "602401143452", "amazon", False), ("golden", "602401143452", "amazon", False)],
)
def test_a_name_is_believed_only_of_the_family_s_publisher(
    name: str, owner: str, alias: str, believed: bool
) -> None:
    image = an_image(1, name=name, owner=owner, owner_alias=alias)
    assert (image.named is not None) is believed
    shown = show_image(image, None, NOW)
    assert (shown["family"] != "custom") is believed
    assert bool(shown["release_version"]) is believed


@pytest.mark.parametrize(
    ("kind", "family", "release"),
    [
        (None, "al2023", "1.33.5-20260501"),
        (AL2023, "al2023", "1.33.5-20260501"),
        (ImageKind("custom", "", "", ""), "custom", "20260501"),
    ],
)
def test_what_was_asked_for_decides_how_an_image_is_shown(
    kind: ImageKind | None, family: str, release: str
) -> None:
    """A custom image may bear the name of a published one; the name is not its kind."""
    image = an_image(3, description="EKS node (k8s: 1.33.5, containerd: 2.*)", owner="6024")
    shown = show_image(image, kind, NOW)
    assert shown["family"] == family
    assert shown["release_version"] == release
    assert (shown["image_id"], shown["age_days"], shown["owner_id"]) == ("ami-1", 3, "6024")


@pytest.mark.parametrize("absent", ["Name", "State", "OwnerId", "Architecture", "DeprecationTime"])
def test_what_ec2_does_not_say_is_empty(absent: str) -> None:
    shown = {
        "ImageId": "ami-1",
        "CreationDate": "2026-05-01T07:08:09.000Z",
        "Name": NAME,
        "State": "available",
        "OwnerId": "6024",
        "Architecture": "x86_64",
        "DeprecationTime": "2028-05-01T07:08:09.000Z",
    }
    del shown[absent]
    image = parse_image(shown)
    values = (image.name, image.state, image.owner, image.architecture, image.deprecated_at)
    assert len([value for value in values if not value]) == 1
    if absent == "State":
        with pytest.raises(RefusedError):
            check_usable(image, "x86_64")


@pytest.mark.parametrize("text", ["2026-05-06T07:08:09.000Z", "2026-05-06T07:08:09Z"])
def test_a_moment_is_read_and_shown_in_utc(text: str) -> None:
    moment = parse_time(text)
    assert moment == datetime.datetime(2026, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)
    assert show_time(moment) == "2026-05-06T07:08:09Z"
    assert show_time(None) is None
