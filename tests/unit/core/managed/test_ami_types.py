# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each AMI type has its images among the families that are looked up."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import make_kind
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.ami_types import (
    AMI_TYPES,
    AmiType,
)


@pytest.mark.parametrize("name", sorted(AMI_TYPES))
def test_every_ami_type_is_a_kind_of_image(name: str) -> None:
    kind = AMI_TYPES[name]
    made = make_kind(kind.family, kind.variant, kind.architecture, "1.33", kind.os_release)
    assert (made.family, made.architecture) == (kind.family, kind.architecture)
    assert ("ARM_64" in name) is (kind.architecture == "arm64")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("AL2023_ARM_64_NVIDIA", AmiType("al2023", "nvidia", "arm64")),
        ("BOTTLEROCKET_x86_64_NVIDIA_FIPS", AmiType("bottlerocket", "nvidia-fips", "x86_64")),
        ("WINDOWS_FULL_2019_x86_64", AmiType("windows", "full", "x86_64", "2019")),
    ],
)
def test_an_ami_type_says_which_images(name: str, expected: AmiType) -> None:
    assert AMI_TYPES[name] == expected
