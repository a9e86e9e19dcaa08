# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Families: published parameter paths and names, and what is no choice.

Paths and names are tried both ways.
"""

from __future__ import annotations

import fnmatch

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images import families
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import (
    ImageKind,
    make_kind,
)

EKS = "/aws/service/eks/optimized-ami/1.33"
BOTTLEROCKET = "/aws/service/bottlerocket/aws-k8s-1.33"
WINDOWS = "/aws/service/ami-windows-latest/Windows_Server"
UBUNTU = "/aws/service/canonical/ubuntu/eks"

PATHS = [
    (
        ("al2023", "standard", "x86_64", ""),
        f"{EKS}/amazon-linux-2023/x86_64/standard/recommended/image_id",
    ),
    (
        ("al2023", "standard", "arm64", ""),
        f"{EKS}/amazon-linux-2023/arm64/standard/recommended/image_id",
    ),
    (
        ("al2023", "nvidia", "arm64", ""),
        f"{EKS}/amazon-linux-2023/arm64/nvidia/recommended/image_id",
    ),
    (
        ("al2023", "neuron", "x86_64", ""),
        f"{EKS}/amazon-linux-2023/x86_64/neuron/recommended/image_id",
    ),
    (("al2", "standard", "x86_64", ""), f"{EKS}/amazon-linux-2/recommended/image_id"),
    (("al2", "standard", "arm64", ""), f"{EKS}/amazon-linux-2-arm64/recommended/image_id"),
    (("al2", "gpu", "x86_64", ""), f"{EKS}/amazon-linux-2-gpu/recommended/image_id"),
    (("bottlerocket", "standard", "x86_64", ""), f"{BOTTLEROCKET}/x86_64/latest/image_id"),
    (("bottlerocket", "nvidia", "arm64", ""), f"{BOTTLEROCKET}-nvidia/arm64/latest/image_id"),
    (("bottlerocket", "fips", "x86_64", ""), f"{BOTTLEROCKET}-fips/x86_64/latest/image_id"),
    (
        ("ubuntu", "standard", "x86_64", "22.04"),
        f"{UBUNTU}/22.04/1.33/stable/current/amd64/hvm/ebs-gp2/ami-id",
    ),
    (
        ("ubuntu", "standard", "arm64", "24.04"),
        f"{UBUNTU}/24.04/1.33/stable/current/arm64/hvm/ebs-gp3/ami-id",
    ),
    (
        ("ubuntu", "pro", "x86_64", "22.04"),
        f"{UBUNTU}-pro/22.04/1.33/stable/current/amd64/hvm/ebs-gp2/ami-id",
    ),
    (
        ("bottlerocket", "nvidia-595", "x86_64", ""),
        f"{BOTTLEROCKET}-nvidia-595/x86_64/latest/image_id",
    ),
    (
        ("windows", "core", "x86_64", "2022"),
        f"{WINDOWS}-2022-English-Core-EKS_Optimized-1.33/image_id",
    ),
    (
        ("windows", "full", "x86_64", "2025"),
        f"{WINDOWS}-2025-English-Full-EKS_Optimized-1.33/image_id",
    ),
]
NAMES = [
    (
        "amazon-eks-node-al2023-x86_64-standard-1.33-v20260129",
        ImageKind("al2023", "standard", "x86_64", "1.33"),
        "20260129",
    ),
    (
        "amazon-eks-node-al2023-arm64-nvidia-1.33-v20260129",
        ImageKind("al2023", "nvidia", "arm64", "1.33"),
        "20260129",
    ),
    (
        "amazon-eks-node-al2023-x86_64-nvidia-560-1.31-v20241016",
        ImageKind("al2023", "nvidia", "x86_64", "1.31"),
        "20241016",
    ),
    ("amazon-eks-node-1.32-v20251120", ImageKind("al2", "standard", "x86_64", "1.32"), "20251120"),
    (
        "amazon-eks-arm64-node-1.32-v20251120",
        ImageKind("al2", "standard", "arm64", "1.32"),
        "20251120",
    ),
    ("amazon-eks-gpu-node-1.32-v20251120", ImageKind("al2", "gpu", "x86_64", "1.32"), "20251120"),
    (
        "bottlerocket-aws-k8s-1.32-aarch64-v1.51.0-47438798",
        ImageKind("bottlerocket", "standard", "arm64", "1.32"),
        "1.51.0-47438798",
    ),
    (
        "bottlerocket-aws-k8s-1.35-fips-x86_64-v1.58.0-c5c37032",
        ImageKind("bottlerocket", "fips", "x86_64", "1.35"),
        "1.58.0-c5c37032",
    ),
    (
        "bottlerocket-aws-k8s-1.35-nvidia-fips-x86_64-v1.58.0-c5c37032",
        ImageKind("bottlerocket", "nvidia-fips", "x86_64", "1.35"),
        "1.58.0-c5c37032",
    ),
    (
        "bottlerocket-aws-k8s-1.36-nvidia-595-x86_64-v1.64.0-7f9a1b2c",
        ImageKind("bottlerocket", "nvidia-595", "x86_64", "1.36"),
        "1.64.0-7f9a1b2c",
    ),
    (
        "ubuntu-eks-pro/k8s_1.32/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20250607",
        ImageKind("ubuntu", "pro", "arm64", "1.32", "24.04"),
        "20250607",
    ),
    (
        "ubuntu-eks-pro/k8s_1.29/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20241113",
        ImageKind("ubuntu", "pro", "x86_64", "1.29", "22.04"),
        "20241113",
    ),
    (
        "ubuntu-eks/k8s_1.29/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20241113",
        ImageKind("ubuntu", "standard", "x86_64", "1.29", "22.04"),
        "20241113",
    ),
    (
        "ubuntu-eks/k8s_1.31/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20250101.1",
        ImageKind("ubuntu", "standard", "arm64", "1.31", "24.04"),
        "20250101.1",
    ),
    (
        "Windows_Server-2022-English-Core-EKS_Optimized-1.33-2026.01.14",
        ImageKind("windows", "core", "x86_64", "1.33", "2022"),
        "2026.01.14",
    ),
]


@pytest.mark.parametrize(("kind", "path"), PATHS)
def test_the_recommended_image_is_at_the_documented_parameter(
    kind: tuple[str, str, str, str], path: str
) -> None:
    family, variant, architecture, os_release = kind
    assert (
        families.parameters(ImageKind(family, variant, architecture, "1.33", os_release))[0] == path
    )


@pytest.mark.parametrize(
    ("family", "last"),
    [("al2023", "release_version"), ("al2", "release_version"), ("bottlerocket", "image_version")],
)
def test_the_release_version_is_published_beside_it(family: str, last: str) -> None:
    image, release = families.parameters(ImageKind(family, "standard", "x86_64", "1.33"))
    assert release == image.rsplit("/", 1)[0] + "/" + last


@pytest.mark.parametrize(("name", "kind", "release"), NAMES)
def test_a_published_name_says_what_it_is(name: str, kind: ImageKind, release: str) -> None:
    named = families.read_name(name)
    assert named is not None
    assert (named.kind, named.release) == (kind, release)


@pytest.mark.parametrize(("name", "kind", "release"), NAMES)
def test_the_search_for_a_kind_finds_its_names_and_no_other(
    name: str, kind: ImageKind, release: str
) -> None:
    found = {
        other
        for other, _kind, _release in NAMES
        if fnmatch.fnmatchcase(other, families.name_pattern(kind))
    }
    assert found == {name}
    assert fnmatch.fnmatchcase(name, families.name_pattern(kind, release))
    assert not fnmatch.fnmatchcase(name, families.name_pattern(kind, "0"))


@pytest.mark.parametrize(
    "name", ["golden-node-7", "amazon-eks-node-1.32", "my-amazon-eks-node-1.32-v20251120", ""]
)
def test_any_other_name_says_nothing(name: str) -> None:
    assert families.read_name(name) is None


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        (
            ("gentoo", "", "", ""),
            "no family gentoo. Choose one of: al2023, al2, bottlerocket, ubuntu, windows,"
            " ubuntu_server, debian, flatcar, al2023_server, custom",
        ),
        (("al2023", "gpu", "", ""), "no variant gpu. Choose one of: standard, nvidia, neuron"),
        (
            ("al2023", "neuron", "arm64", ""),
            "neuron does not exist for arm64. Choose one of: x86_64",
        ),
        (("windows", "core", "arm64", ""), "core does not exist for arm64. Choose one of: x86_64"),
        (("ubuntu", "", "", "18.04"), "no os_release 18.04. Choose one of: 20.04, 22.04, 24.04"),
        (("al2023", "", "", "24.04"), "takes no os_release"),
    ],
)
def test_what_does_not_exist_is_refused_with_the_choices(
    asked: tuple[str, str, str, str], complaint: str
) -> None:
    family, variant, architecture, os_release = asked
    with pytest.raises(InputError, match=complaint):
        make_kind(family, variant, architecture, "1.33", os_release)


def test_a_variant_with_a_driver_of_its_own_exists_where_one_is_published() -> None:
    kind = make_kind("bottlerocket", "nvidia-595", "arm64", "1.36", "")
    assert (kind.variant, kind.architecture) == ("nvidia-595", "arm64")
    with pytest.raises(InputError, match="no variant nvidia-560"):
        make_kind("al2023", "nvidia-560", "x86_64", "1.31", "")


def test_what_is_not_said_is_the_familys_own() -> None:
    assert make_kind("al2023", "", "", "1.33", "") == ImageKind(
        "al2023", "standard", "x86_64", "1.33"
    )
    assert make_kind("windows", "", "", "1.33", "") == ImageKind(
        "windows", "core", "x86_64", "1.33", "2022"
    )
    assert make_kind("ubuntu", "", "arm64", "1.33", "") == ImageKind(
        "ubuntu", "standard", "arm64", "1.33", "24.04"
    )
