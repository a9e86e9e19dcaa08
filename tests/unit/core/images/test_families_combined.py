# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every image that a family publishes: parameter, name, and back."""

from __future__ import annotations

import fnmatch
import itertools
import re

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import (
    CHOICES,
    FAMILIES,
    ImageKind,
    make_kind,
    name_pattern,
    parameters,
    read_name,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.family import (
    ARCHITECTURES,
    Family,
)

VERSIONS = ("1.9", "1.33")
EVERY = [
    make_kind(family.name, variant, architecture, version, os_release)
    for family in FAMILIES.values()
    for variant, architectures in family.variants.items()
    for architecture, version, os_release in itertools.product(
        architectures,
        VERSIONS if family.versioned else ("",),
        family.os_releases or ("",),
    )
]
"""Every kind of image that the options can name."""
RELEASES = {
    "al2023": "20260129",
    "al2": "20251120",
    "bottlerocket": "1.58.0-c5c37032",
    "ubuntu": "20250607",
    "windows": "2026.01.14",
    "ubuntu_server": "20260401",
    "debian": "20260128-2371",
    "flatcar": "4459.2.1",
    "al2023_server": "2023.10.20260120.4",
}


def a_name(kind: ImageKind) -> str:
    """A name as the publisher gives it to an image of this kind."""
    arch = "-arm64" if kind.architecture == "arm64" else ""
    return (
        name_pattern(kind, RELEASES[kind.family])
        .replace("*-hvm", f"{arch}-hvm")
        .replace("*", "noble")
        .replace("nvidianoble", "nvidia")
    )


@pytest.mark.parametrize("kind", EVERY, ids=ImageKind.text)
def test_the_name_of_an_image_says_its_kind_and_release(kind: ImageKind) -> None:
    named = read_name(a_name(kind))
    assert named is not None
    assert named.kind == kind
    assert named.release == RELEASES[kind.family]


@pytest.mark.parametrize("kind", EVERY, ids=ImageKind.text)
def test_no_other_kind_is_found_by_the_search(kind: ImageKind) -> None:
    found = [other for other in EVERY if fnmatch.fnmatchcase(a_name(other), name_pattern(kind))]
    # A lookup asks for the architecture as well.
    assert [one for one in found if one.architecture == kind.architecture] == [kind]
    assert kind.family == "flatcar" or len(found) == 1


def test_no_two_kinds_have_the_same_parameter() -> None:
    paths = [path for kind in EVERY if (path := parameters(kind)[0])]
    assert len(set(paths)) == len(paths)
    assert {kind.family for kind in EVERY if not parameters(kind)[0]} == {"flatcar"}


@pytest.mark.parametrize("kind", EVERY, ids=ImageKind.text)
def test_a_parameter_is_public_and_names_the_version(kind: ImageKind) -> None:
    image, release = parameters(kind)
    for path in filter(None, (image, release)):
        assert re.fullmatch(r"/aws/service/[A-Za-z0-9_./-]+", path)
        assert re.search(rf"(?<![\d.]){re.escape(kind.kubernetes_version)}(?![\d.])", path)
    assert bool(release) is (kind.family in ("al2023", "al2", "bottlerocket"))


@pytest.mark.parametrize("kind", EVERY, ids=ImageKind.text)
def test_the_text_of_a_kind_names_all_of_it(kind: ImageKind) -> None:
    words = kind.text().split()
    assert words[-1] == (kind.kubernetes_version or kind.architecture)
    assert {kind.family, kind.variant, kind.architecture} <= set(words)
    assert (kind.os_release in words) is bool(kind.os_release)


def test_a_kind_without_a_version_has_a_text_too() -> None:
    assert ImageKind("custom", "", "arm64", "").text() == "custom arm64"


@pytest.mark.parametrize("family", FAMILIES.values(), ids=lambda family: family.name)
def test_the_defaults_of_a_family_exist(family: Family) -> None:
    kind = make_kind(family.name, "", "", "1.33", "")
    assert kind in EVERY
    assert kind.architecture == "x86_64"


def test_every_family_can_be_chosen_and_custom_too() -> None:
    assert set(CHOICES) == {*FAMILIES, "custom"}
    assert {kind.family for kind in EVERY} == set(FAMILIES)


def test_only_a_family_that_has_ended_names_its_successor() -> None:
    for family in FAMILIES.values():
        assert bool(family.ended) is bool(family.successor)
        assert re.fullmatch(r"(\d{4}-\d\d-\d\d)?", family.ended)


@pytest.mark.parametrize(
    ("family", "variant", "architecture"),
    [
        (family.name, variant, architecture)
        for family in FAMILIES.values()
        for variant in family.variants
        for architecture in ARCHITECTURES
    ],
)
def test_an_architecture_that_is_not_published_is_refused_with_those_that_are(
    family: str, variant: str, architecture: str
) -> None:
    published = FAMILIES[family].variants[variant]
    if architecture in published:
        assert make_kind(family, variant, architecture, "1.33", "").architecture == architecture
        return
    with pytest.raises(InputError) as caught:
        make_kind(family, variant, architecture, "1.33", "")
    assert f"{variant} does not exist for {architecture}" in caught.value.message
    assert caught.value.hint == f"Choose one of: {', '.join(published)}"


@pytest.mark.parametrize("family", ["custom", "", "AL2023", "amazon-linux"])
def test_what_is_no_family_is_refused_with_all_of_them(family: str) -> None:
    with pytest.raises(InputError) as caught:
        make_kind(family, "", "", "1.33", "")
    assert caught.value.hint == f"Choose one of: {', '.join(CHOICES)}"


@pytest.mark.parametrize(
    ("variant", "exists"),
    [
        ("nvidia", True),
        ("nvidia-595", True),
        ("nvidia-595-fips", True),
        ("nvidia-", False),
        ("nvidia-latest", False),
        ("595", False),
        ("fips-nvidia", False),
    ],
)
def test_only_branches_of_the_driver_with_a_number_are_variants(variant: str, exists: bool) -> None:
    if exists:
        kind = make_kind("bottlerocket", variant, "arm64", "1.36", "")
        named = read_name(f"bottlerocket-aws-k8s-1.36-{variant}-aarch64-v1.64.0-7f9a1b2c")
        assert named is not None
        assert named.kind == kind
        return
    with pytest.raises(InputError, match=f"no variant {variant}"):
        make_kind("bottlerocket", variant, "arm64", "1.36", "")


@pytest.mark.parametrize(
    "kind",
    [kind for kind in EVERY if kind.kubernetes_version == "1.33"],
    ids=ImageKind.text,
)
def test_a_name_with_anything_before_or_after_says_nothing(kind: ImageKind) -> None:
    """Anybody may copy an image under a name of their own."""
    name = a_name(kind)
    assert read_name("my-" + name) is None
    assert read_name(name.replace("1.33", "1.33.1")) is None
    assert read_name(name[: -len(RELEASES[kind.family])]) is None
