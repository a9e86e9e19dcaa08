# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images: what is told of one, which is chosen, when an update is due."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images import image
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import ImageKind
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import Image

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
NAME = "amazon-eks-node-al2023-x86_64-standard-1.33-v20260501"
NEXT = NAME[:-8] + "20260520"


def an_image(name: str = NAME, days: float = 10, **more: Any) -> Image:
    fields = {"id": f"ami-{name[-8:]}", "architecture": "x86_64", "owner_alias": "amazon", **more}
    return Image(name=name, created_at=NOW - datetime.timedelta(days=days), **fields)


def test_what_ec2_shows_is_read() -> None:
    shown = {
        "ImageId": "ami-1",
        "Name": NAME,
        "Architecture": "x86_64",
        "CreationDate": "2026-05-01T07:08:09.000Z",
        "State": "available",
        "OwnerId": "602401143452",
        "ImageOwnerAlias": "amazon",
        "BootMode": "uefi-preferred",
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "DeprecationTime": "2028-05-01T07:08:09.000Z",
    }
    told = image.show_image(image.parse_image(shown), None, NOW)
    assert told["creation_date"] == "2026-05-01T07:08:09Z"
    assert told["deprecation_time"] == "2028-05-01T07:08:09Z"
    assert (told["age_days"], told["boot_mode"], told["root_device_name"]) == (
        31,
        "uefi-preferred",
        "/dev/xvda",
    )
    assert (told["family"], told["variant"], told["kubernetes_version"]) == (
        "al2023",
        "standard",
        "1.33",
    )


def test_a_name_is_believed_of_its_publisher_only() -> None:
    assert an_image().named is not None
    assert an_image(owner_alias="", owner="111122223333").named is None
    ubuntu = "ubuntu-eks/k8s_1.31/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20250101"
    assert an_image(ubuntu, owner="099720109477", owner_alias="").named is not None
    assert an_image(ubuntu, owner="111122223333").named is None


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"state": "pending"}, "is pending, not available"),
        ({"architecture": "arm64"}, "is arm64, not x86_64"),
        ({"root_device_type": "instance-store"}, "not ebs"),
    ],
)
def test_an_image_that_cannot_be_launched_is_refused(more: dict[str, str], complaint: str) -> None:
    with pytest.raises(RefusedError, match=complaint):
        image.check_usable(an_image(**more), "x86_64")


def test_the_newest_is_chosen() -> None:
    assert (
        image.choose(
            [an_image(days=9), an_image(days=3), an_image(days=20)], NOW, 0, None, "x"
        ).age_days(NOW)
        == 3
    )


def test_a_release_matures_before_it_is_chosen() -> None:
    candidates = [an_image(days=3), an_image(days=7.5), an_image(days=20)]
    assert image.choose(candidates, NOW, 7, None, "x").age_days(NOW) == 7
    with pytest.raises(
        RefusedError, match=r"younger than min_age \(30 days\); the newest, .*, is 3 days old"
    ):
        image.choose(candidates, NOW, 30, None, "x")


def test_a_stale_one_is_refused() -> None:
    assert image.choose([an_image(days=60)], NOW, 0, 60, "x").age_days(NOW) == 60
    with pytest.raises(RefusedError, match="is 61 days old; max_age is 60"):
        image.choose([an_image(days=61)], NOW, 0, 60, "x")


def test_ended_families_and_deprecated_images_are_told() -> None:
    old = an_image("amazon-eks-node-1.32-v20251120", deprecated_at=NOW - datetime.timedelta(days=1))
    warned = image.warnings_of(old, ImageKind("al2", "standard", "x86_64", "1.32"), NOW)
    assert "deprecated since 2026-05-31T12:00:00Z" in warned[0]
    assert "no images after 2025-11-26" in warned[1]
    assert (
        image.warnings_of(an_image(), ImageKind("al2023", "standard", "x86_64", "1.33"), NOW) == []
    )
    before = datetime.datetime(2025, 11, 25, tzinfo=datetime.UTC)
    assert (
        image.warnings_of(an_image(), ImageKind("al2", "standard", "x86_64", "1.32"), before) == []
    )


def test_an_update_is_due_for_what_is_older() -> None:
    new = an_image(days=5)
    old, newer = an_image(NAME[:-8] + "20260401", 40), an_image(NEXT, 1)
    assert image.update_due(new, [old, new], pinned=False)
    assert not image.update_due(new, [new], pinned=False)
    assert not image.update_due(new, [newer], pinned=False), (
        "an image held back by min_age is no step back"
    )
    assert image.update_due(new, [newer], pinned=True)
    assert not image.update_due(new, [], pinned=True)


@pytest.mark.parametrize(
    ("name", "owner", "due"),
    [
        pytest.param(NEXT, "amazon", 0, id="no"),
        pytest.param(NEXT.replace("x86_64", "arm64"), "amazon", 0, id="arch"),
        pytest.param(NEXT.replace("1.33", "1.32"), "amazon", 1, id="k8s"),
        pytest.param(NEXT.replace("standard", "nvidia"), "amazon", 1, id="gpu"),
        pytest.param("bottlerocket-aws-k8s-1.33-x86_64-v1.40.0-0a1b2c3d", "amazon", 1, id="family"),
        pytest.param("golden-20260520", "", 1, id="one of our own"),
        pytest.param(NEXT, "", 1, id="a copy"),
    ],
)
def test_what_is_of_another_kind_is_due_however_new_it_is(name: str, owner: str, due: int) -> None:
    """Images of two Kubernetes minors are published minutes apart, in any order."""
    found, used = an_image(days=5), an_image(name, 1, owner_alias=owner)
    assert image.update_due(found, [used], pinned=False) is bool(due)
    assert image.update_due(used, [found], pinned=False), "which is older too"


def test_behind_is_counted_from_the_oldest() -> None:
    new = an_image(days=5)
    assert image.behind_days(new, [an_image(days=45), an_image(days=15)]) == 40
    assert image.behind_days(new, [an_image(days=1)]) == 0
