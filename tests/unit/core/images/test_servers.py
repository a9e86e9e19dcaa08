# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain images: parameters, names, and what a name says of one."""

from __future__ import annotations

import datetime
import fnmatch

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import (
    ImageKind,
    make_kind,
    read_name,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import Image
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.releases import (
    matches_release,
    name_release,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.servers import (
    SERVERS,
    parameter,
    pattern,
    volume,
)

CANONICAL = "/aws/service/canonical/ubuntu/server"
AMAZON = "/aws/service/ami-amazon-linux-latest/al2023-ami"
PATHS = [
    (
        ("ubuntu_server", "standard", "x86_64", "24.04"),
        f"{CANONICAL}/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
    ),
    (
        ("ubuntu_server", "standard", "arm64", "22.04"),
        f"{CANONICAL}/22.04/stable/current/arm64/hvm/ebs-gp2/ami-id",
    ),
    (("debian", "standard", "x86_64", "12"), "/aws/service/debian/release/12/latest/amd64"),
    (("debian", "standard", "arm64", "13"), "/aws/service/debian/release/13/latest/arm64"),
    (("al2023_server", "kernel-6.1", "x86_64", ""), f"{AMAZON}-kernel-6.1-x86_64"),
    (("al2023_server", "kernel-6.12", "arm64", ""), f"{AMAZON}-kernel-6.12-arm64"),
    (("flatcar", "stable", "x86_64", ""), ""),
]
NAMES = [
    (
        "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260401",
        ImageKind("ubuntu_server", "standard", "x86_64", "", "24.04"),
        "20260401",
        "099720109477",
    ),
    (
        "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-arm64-server-20251015",
        ImageKind("ubuntu_server", "standard", "arm64", "", "22.04"),
        "20251015",
        "099720109477",
    ),
    (
        "debian-12-amd64-20260112-2355",
        ImageKind("debian", "standard", "x86_64", "", "12"),
        "20260112-2355",
        "136693071363",
    ),
    (
        "Flatcar-stable-4459.2.1-hvm",
        ImageKind("flatcar", "stable", "x86_64", ""),
        "4459.2.1",
        "075585003325",
    ),
    (
        "Flatcar-lts-4081.3.6-arm64-hvm",
        ImageKind("flatcar", "lts", "arm64", ""),
        "4081.3.6",
        "075585003325",
    ),
    (
        "al2023-ami-2023.10.20260120.4-kernel-6.1-x86_64",
        ImageKind("al2023_server", "kernel-6.1", "x86_64", ""),
        "2023.10.20260120.4",
        "137112412989",
    ),
]


def image(name: str, owner: str, alias: str = "") -> Image:
    made = datetime.datetime(2026, 4, 1, tzinfo=datetime.UTC)
    return Image("ami-1", name, "x86_64", made, owner=owner, owner_alias=alias)


@pytest.mark.parametrize(("kind", "path"), PATHS)
def test_the_newest_image_is_at_the_documented_parameter(
    kind: tuple[str, str, str, str], path: str
) -> None:
    assert parameter(*kind) == path


@pytest.mark.parametrize(("name", "kind", "release", "owner"), NAMES)
def test_a_published_name_says_what_it_is(
    name: str, kind: ImageKind, release: str, owner: str
) -> None:
    named = read_name(name)
    assert named is not None
    assert (named.kind, named.release) == (kind, release)


@pytest.mark.parametrize(("name", "kind", "release", "owner"), NAMES)
def test_the_search_for_a_kind_or_a_release_finds_its_names(
    name: str, kind: ImageKind, release: str, owner: str
) -> None:
    given = (kind.family, kind.variant, kind.architecture, kind.os_release)
    assert fnmatch.fnmatchcase(name, pattern(*given, "*"))
    assert fnmatch.fnmatchcase(name, pattern(*given, release))
    assert not fnmatch.fnmatchcase(name, pattern(*given, "9"))


@pytest.mark.parametrize(("name", "kind", "release", "owner"), NAMES)
def test_a_name_is_believed_of_its_publisher_only(
    name: str, kind: ImageKind, release: str, owner: str
) -> None:
    alias = "amazon" if kind.family == "al2023_server" else ""
    assert image(name, owner, alias).named is not None
    assert image(name, "111122223333").named is None


@pytest.mark.parametrize(
    "name",
    [
        "al2023-ami-minimal-2023.10.20260120.4-kernel-6.1-x86_64",
        "al2023-ami-ecs-hvm-2023.0.20260120-kernel-6.1-x86_64",
        "bitnami-nginx-1.28.2-0-debian-12-amd64-hvm",
        "debian-12-backports-amd64-20260112-2355",
        "ubuntu-minimal/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-minimal-20260401",
        "Flatcar-stable-4459.2.1",
    ],
)
def test_images_for_something_else_are_none_of_them(name: str) -> None:
    assert read_name(name) is None


def test_none_of_them_is_for_a_kubernetes_version() -> None:
    for family in SERVERS:
        assert make_kind(family, "", "", "1.33", "").kubernetes_version == ""


def test_a_refresh_of_amazon_linux_keeps_the_kernel() -> None:
    assert "kernel-default" not in parameter("al2023_server", "kernel-6.1", "arm64", "")
    assert make_kind("al2023_server", "", "", "", "").variant == "kernel-6.1"


@pytest.mark.parametrize(
    ("os_release", "kind"), [("20.04", "gp2"), ("22.04", "gp2"), ("24.04", "gp3"), ("26.04", "gp3")]
)
def test_the_root_volume_of_ubuntu_became_gp3_with_24_04(os_release: str, kind: str) -> None:
    assert volume(os_release) == kind


def test_a_release_of_debian_can_be_pinned_by_its_date() -> None:
    kind = make_kind("debian", "", "", "", "12")
    assert name_release(kind, "20260112") == "20260112-*"
    assert name_release(kind, "20260112-2355") == "20260112-2355"
    assert matches_release("20260112", "20260112-2355")
    assert not matches_release("20260112-2355", "20260112-2356")


@pytest.mark.parametrize(
    ("owner", "name", "text"),
    [
        ("136693071363", "debian-12-amd64-1", "136693071363/debian-12-amd64-1"),
        ("", "debian-12-amd64-1", "ami-1"),
        ("136693071363", "", "ami-1"),
    ],
)
def test_kops_names_an_image_by_its_owner_and_name(owner: str, name: str, text: str) -> None:
    assert image(name, owner).kops_image == text


@pytest.mark.parametrize("family", sorted(SERVERS))
@pytest.mark.parametrize("architecture", ["x86_64", "arm64"])
def test_every_architecture_has_images_of_its_own(family: str, architecture: str) -> None:
    kind = make_kind(family, "", architecture, "", "")
    given = (kind.family, kind.variant, kind.architecture, kind.os_release)
    word = {"x86_64": ("amd64", "x86_64"), "arm64": ("arm64",)}[architecture]
    if family == "flatcar":
        assert parameter(*given) == ""
        assert pattern(*given, "*").startswith("Flatcar-stable-")
        return
    assert any(part in parameter(*given) for part in word)
    assert any(part in pattern(*given, "*") for part in word)


@pytest.mark.parametrize("family", sorted(SERVERS))
def test_the_defaults_of_a_family_are_choices_of_it(family: str) -> None:
    known = SERVERS[family]
    assert known.variant in known.variants
    assert not known.versioned
    assert known.os_release in (known.os_releases or ("",))
    assert known.name == family
