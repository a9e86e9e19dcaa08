# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The previews that the real executable printed, judged group by group."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.failure import failure
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.preview import (
    check_alone,
    judge,
    parse_preview,
    shorten,
)
from ansible_collections.nodeops.rotator.tests.unit.core.kops import recorded

CLUSTER = "blue.example.com"
NOISE = [
    f"SSHKey/kubernetes.{CLUSTER}-94:ab:e2:31/PublicKey",
    f"SSHKey/kubernetes.{CLUSTER}-94:ab:e2:31/KeyFingerprint",
    *(f"Subnet/eu-west-1{zone}.{CLUSTER}/ResourceBasedNaming" for zone in "abc"),
]
QUIET = ["SSHKey/*/PublicKey", "SSHKey/*/KeyFingerprint", "Subnet/*/ResourceBasedNaming"]
NEW = "099720109477/ubuntu/jammy-server-20251101"
OLD = "ami-0aaa0000000000001"


def template(zone: str) -> str:
    return f"nodes-eu-west-1{zone}.{CLUSTER}"


def paths(text: str) -> list[str]:
    return [one.path for one in parse_preview(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (recorded.NOTHING_BUT_NOISE, NOISE),
        (recorded.ONLY_ONE_GROUP, NOISE),
        (recorded.IMAGE_PENDING, [f"LaunchTemplate/{template('a')}/ImageID", *NOISE]),
        (
            recorded.IMAGE_AND_TYPE_PENDING,
            [
                f"LaunchTemplate/{template('b')}/ImageID",
                f"LaunchTemplate/{template('b')}/InstanceType",
                *NOISE,
            ],
        ),
    ],
    ids=["nothing", "one group", "image", "image and type"],
)
def test_every_field_is_found(text: str, found: list[str]) -> None:
    assert paths(text) == found


def test_the_image_alone_passes_once_the_noise_is_named() -> None:
    verdict = judge(parse_preview(recorded.IMAGE_PENDING), template("a"), NEW, QUIET)
    check_alone(verdict, "nodes-eu-west-1a")
    assert verdict.image is not None
    assert verdict.image.values == (OLD, NEW)
    assert len(verdict.allowed) == len(NOISE)


def test_the_noise_is_refused_unless_it_is_named() -> None:
    verdict = judge(parse_preview(recorded.IMAGE_PENDING), template("a"), NEW, [])
    assert [one.path for one in verdict.others] == NOISE
    with pytest.raises(RefusedError) as caught:
        check_alone(verdict, "nodes-eu-west-1a")
    assert all(path in str(caught.value) for path in NOISE)


@pytest.mark.parametrize("left_out", QUIET)
def test_every_kind_of_noise_has_to_be_named(left_out: str) -> None:
    allow = [one for one in QUIET if one != left_out]
    verdict = judge(parse_preview(recorded.IMAGE_PENDING), template("a"), NEW, allow)
    assert verdict.others


@pytest.mark.parametrize("zone", ["b", "c"])
def test_the_image_of_another_group_is_none_of_this_one(zone: str) -> None:
    verdict = judge(parse_preview(recorded.IMAGE_PENDING), template(zone), NEW, QUIET)
    assert verdict.image is None
    assert [one.path for one in verdict.others] == [f"LaunchTemplate/{template('a')}/ImageID"]


def test_another_instance_type_is_refused_although_the_image_is_wanted() -> None:
    verdict = judge(parse_preview(recorded.IMAGE_AND_TYPE_PENDING), template("b"), NEW, QUIET)
    assert [one.shown for one in verdict.others] == [
        f"LaunchTemplate/{template('b')}/InstanceType: t3.medium -> t3.large"
    ]
    with pytest.raises(RefusedError):
        check_alone(verdict, "nodes-eu-west-1b")


def test_another_instance_type_passes_where_it_is_named() -> None:
    allow = [*QUIET, f"LaunchTemplate/{template('b')}/InstanceType"]
    verdict = judge(parse_preview(recorded.IMAGE_AND_TYPE_PENDING), template("b"), NEW, allow)
    check_alone(verdict, "nodes-eu-west-1b")


def test_the_group_without_changes_has_none() -> None:
    verdict = judge(parse_preview(recorded.ONLY_ONE_GROUP), template("a"), NEW, QUIET)
    assert (verdict.image, verdict.others) == (None, ())


@pytest.mark.parametrize("text", [recorded.APPLIED, recorded.TERRAFORM], ids=["yes", "terraform"])
def test_what_was_carried_out_is_no_preview(text: str) -> None:
    with pytest.raises(RefusedError, match="does not say whether changes are pending"):
        parse_preview(text)


def test_an_image_that_does_not_exist_is_an_error_and_no_preview() -> None:
    error = failure("preview it", recorded.UNKNOWN_IMAGE)
    assert isinstance(error, NotFoundError)
    assert "nodes-eu-west-1a.spec.image: Invalid value" in error.message
    assert "\n" not in str(error)
    with pytest.raises(RefusedError):
        parse_preview(recorded.UNKNOWN_IMAGE)


def test_the_difference_of_the_image_comes_first() -> None:
    verdict = judge(parse_preview(recorded.IMAGE_AND_TYPE_PENDING), template("b"), NEW, QUIET)
    first, *rest = shorten(verdict).splitlines()
    assert first == f"LaunchTemplate/{template('b')}/ImageID: {OLD} -> {NEW}"
    assert len(rest) == len(NOISE) + 1


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_preview_that_lacks_its_end_is_never_taken_for_nothing(cut: int) -> None:
    lines = recorded.IMAGE_PENDING.rstrip("\n").split("\n")
    with pytest.raises(RefusedError):
        parse_preview("\n".join(lines[:-cut]))
