# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Previews of kops, as the real executable printed them, read field by field."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.preview import (
    Change,
    check_alone,
    check_patterns,
    judge,
    parse_preview,
    shorten,
)

NOTICE = """
*********************************************************************************

A new kubernetes version is available: 1.34.10
Upgrading is recommended (try kops upgrade cluster)

More information: https://github.com/kubernetes/kops/blob/master/permalinks/upgrade_k8s.md

*********************************************************************************

"""
UBUNTU = "099720109477/ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-2025"
OLD, NEW = "ami-0aaa0000000000001", f"{UBUNTU}1101"
CLUSTER = "blue.example.com"
TEMPLATE = f"nodes-eu-west-1a.{CLUSTER}"
IMAGE = f"  LaunchTemplate/{TEMPLATE}\n  \tImageID             \t {OLD} -> {NEW}\n"
SUBNET = "  Subnet/eu-west-1a.blue.example.com\n  \tResourceBasedNaming \t false -> true\n"
SSH = (
    "  SSHKey/kubernetes.blue.example.com-94:ab:e2:31\n"
    "  \tPublicKey           \t <nil> -> <resource>\n"
    "  \tKeyFingerprint      \t SHA256:e5:60 -> SHA256:4jvM/kFjoLkW7E\n"
)
PENDING = "\nMust specify --yes to apply changes\n"


def modified(*blocks: str) -> str:
    """Return a preview that modifies these resources."""
    return NOTICE + "Will modify resources:\n" + "\n".join(blocks) + PENDING


def test_nothing_is_pending() -> None:
    assert parse_preview(NOTICE + "No changes need to be applied\n") == ()


def test_the_image_of_one_launch_template_is_pending() -> None:
    (change,) = parse_preview(modified(IMAGE))
    assert change == Change("modify", "LaunchTemplate", TEMPLATE, "ImageID", f"{OLD} -> {NEW}")
    assert change.path == f"LaunchTemplate/{TEMPLATE}/ImageID"
    assert change.values == (OLD, NEW)
    assert change.shown == f"LaunchTemplate/{TEMPLATE}/ImageID: {OLD} -> {NEW}"


def test_every_field_of_every_resource_is_read() -> None:
    paths = [one.path for one in parse_preview(modified(IMAGE, SSH, SUBNET))]
    assert paths == [
        f"LaunchTemplate/{TEMPLATE}/ImageID",
        "SSHKey/kubernetes.blue.example.com-94:ab:e2:31/PublicKey",
        "SSHKey/kubernetes.blue.example.com-94:ab:e2:31/KeyFingerprint",
        "Subnet/eu-west-1a.blue.example.com/ResourceBasedNaming",
    ]


def test_lines_of_the_log_are_left_out() -> None:
    text = modified(IMAGE).replace(
        "Will modify", "I1125 23:06:51.706545   17993 keypair.go:296] Issuing\nWill modify"
    )
    assert len(parse_preview(text)) == 1


def test_user_data_over_several_lines_is_one_field() -> None:
    block = (
        f"  LaunchTemplate/{TEMPLATE}\n"
        "  \tUserData            \n"
        "  \t                    \t ...\n"
        "  \t                    \t + KubernetesVersion: 1.34.0\n"
        "  \t                    \t - KubernetesVersion: 1.33.5\n"
        f"  \tImageID             \t {OLD} -> {NEW}\n"
    )
    first, second = parse_preview(modified(block))
    assert (first.field, second.field) == ("UserData", "ImageID")
    assert first.text == "... + KubernetesVersion: 1.34.0 - KubernetesVersion: 1.33.5"


def test_a_resource_that_is_created_or_deleted_is_a_change_by_itself() -> None:
    text = (
        NOTICE + "Will create resources:\n"
        "  AutoscalingGroup/nodes-b.blue.example.com\n"
        "  \tGranularity         \t 1Minute\n"
        "  \tMaxSize             \t 2\n\n"
        "Will modify resources:\n" + IMAGE + "\n"
        "Will delete items:\n"
        "  AutoscalingGroup     nodes-c.blue.example.com\n" + PENDING
    )
    assert [(one.action, one.path) for one in parse_preview(text)] == [
        ("create", "AutoscalingGroup/nodes-b.blue.example.com/create"),
        ("modify", f"LaunchTemplate/{TEMPLATE}/ImageID"),
        ("delete", "AutoscalingGroup/nodes-c.blue.example.com/delete"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it does not say whether changes are pending"),
        ("Cluster changes have been applied to the cloud.\n", "it does not say"),
        ("Will modify resources:\n" + IMAGE, "it does not say"),
        (NOTICE + PENDING, "after 0 changes"),
        (modified(IMAGE).replace(PENDING, "\nNo changes need to be applied\n"), "after 1 changes"),
        (modified(IMAGE, "Will replace resources:\n"), "'Will replace resources:' is not"),
        (modified("  LaunchTemplate/x\n   internal consistency error!\n"), "internal consistency"),
        (modified("  LaunchTemplate/x\n"), "LaunchTemplate/x names no field"),
        (modified("  LaunchTemplate/x\n", IMAGE), "LaunchTemplate/x names no field"),
        (modified(IMAGE, "  LaunchTemplate/x\n"), "LaunchTemplate/x names no field"),
        (modified("  \tImageID             \t a -> b\n"), "'ImageID"),
        (modified(IMAGE, "something else\n"), "'something else' is not understood"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, why: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse_preview(text)
    assert why in str(caught.value)
    assert "cannot be read" in str(caught.value)


def test_only_the_image_of_the_named_group_is_wanted() -> None:
    verdict = judge(parse_preview(modified(IMAGE)), TEMPLATE, NEW, [])
    assert verdict.image is not None
    assert verdict.image.values == (OLD, NEW)
    assert (verdict.allowed, verdict.others) == ((), ())
    check_alone(verdict, "nodes-eu-west-1a")


@pytest.mark.parametrize(
    ("template", "image"),
    [
        (f"nodes-eu-west-1b.{CLUSTER}", NEW),
        (f"nodes-eu-west-1a.masters.{CLUSTER}", NEW),
        (TEMPLATE, f"{UBUNTU}1001"),
    ],
    ids=["another group", "a control plane", "another image"],
)
def test_the_image_of_another_group_or_another_image_is_another_change(
    template: str, image: str
) -> None:
    verdict = judge(parse_preview(modified(IMAGE)), template, image, [])
    assert verdict.image is None
    assert [one.path for one in verdict.others] == [f"LaunchTemplate/{TEMPLATE}/ImageID"]


@pytest.mark.parametrize(
    ("field", "text"), [("InstanceType", "t3.medium -> t3.large"), ("UserData", "<old> -> <new>")]
)
def test_another_field_of_the_same_template_is_another_change(field: str, text: str) -> None:
    block = IMAGE + f"  \t{field:<20}\t {text}\n"
    verdict = judge(parse_preview(modified(block)), TEMPLATE, NEW, [])
    assert verdict.image is not None
    with pytest.raises(RefusedError) as caught:
        check_alone(verdict, "nodes-eu-west-1a")
    assert f"LaunchTemplate/{TEMPLATE}/{field}: {text}" in str(caught.value)
    assert "allow_other_changes" in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("Subnet/*/ResourceBasedNaming", 0),
        ("Subnet/eu-west-1a.blue.example.com/*", 0),
        ("Subnet/eu-west-1a/ResourceBasedNaming", 1),
        ("subnet/*/ResourceBasedNaming", 1),
        ("Subnet/*/create", 1),
        ("LaunchTemplate/*/*", 1),
    ],
)
def test_patterns_allow_other_changes_field_by_field(pattern: str, left: int) -> None:
    verdict = judge(parse_preview(modified(IMAGE, SUBNET)), TEMPLATE, NEW, [pattern])
    assert verdict.image is not None
    assert len(verdict.others) == left
    assert len(verdict.allowed) == 1 - left


def test_a_pattern_for_a_field_does_not_allow_a_resource_to_be_created() -> None:
    created = Change("create", "Subnet", "x", "create")
    assert judge([created], TEMPLATE, NEW, ["Subnet/*/ResourceBasedNaming"]).others == (created,)
    assert judge([created], TEMPLATE, NEW, ["Subnet/*/create"]).others == ()


@pytest.mark.parametrize("pattern", ["", "Subnet", "Subnet/x", "Subnet//x", "/x/y", "Subnet/x/"])
def test_a_pattern_has_three_parts(pattern: str) -> None:
    with pytest.raises(InputError, match="Kind/name/Field"):
        check_patterns(["Subnet/*/ResourceBasedNaming", pattern])


def test_a_diff_has_one_line_for_each_change() -> None:
    verdict = judge(parse_preview(modified(IMAGE, SUBNET)), TEMPLATE, NEW, [])
    assert shorten(verdict) == (
        f"LaunchTemplate/{TEMPLATE}/ImageID: {OLD} -> {NEW}\n"
        "Subnet/eu-west-1a.blue.example.com/ResourceBasedNaming: false -> true\n"
    )


def test_a_change_without_an_arrow_has_no_values() -> None:
    assert Change("modify", "A", "b", "C", "text").values == ("", "")
    assert Change("delete", "A", "b", "delete").shown == "A/b/delete"
