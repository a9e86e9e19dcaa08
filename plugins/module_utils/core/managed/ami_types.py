# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which images a managed node group takes, by its AMI type.

Source: EKS API reference, amiType of CreateNodegroup.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping


@dataclasses.dataclass(frozen=True)
class AmiType:
    """Images of an AMI type, in the words of core.images.families."""

    family: str
    variant: str
    architecture: str
    os_release: str = ""


_ARCH = {"x86_64": "x86_64", "ARM_64": "arm64"}
AMI_TYPES: Mapping[str, AmiType] = {
    "AL2_x86_64": AmiType("al2", "standard", "x86_64"),
    "AL2_x86_64_GPU": AmiType("al2", "gpu", "x86_64"),
    "AL2_ARM_64": AmiType("al2", "standard", "arm64"),
    "AL2023_x86_64_STANDARD": AmiType("al2023", "standard", "x86_64"),
    "AL2023_ARM_64_STANDARD": AmiType("al2023", "standard", "arm64"),
    "AL2023_x86_64_NEURON": AmiType("al2023", "neuron", "x86_64"),
    "AL2023_x86_64_NVIDIA": AmiType("al2023", "nvidia", "x86_64"),
    "AL2023_ARM_64_NVIDIA": AmiType("al2023", "nvidia", "arm64"),
    **{
        f"BOTTLEROCKET_{word}{suffix}": AmiType("bottlerocket", variant, architecture)
        for word, architecture in _ARCH.items()
        for suffix, variant in {
            "": "standard",
            "_FIPS": "fips",
            "_NVIDIA": "nvidia",
            "_NVIDIA_FIPS": "nvidia-fips",
        }.items()
    },
    **{
        f"WINDOWS_{edition.upper()}_{release}_x86_64": AmiType(
            "windows", edition, "x86_64", release
        )
        for edition in ("core", "full")
        for release in ("2019", "2022", "2025")
    },
}
"""All AMI types but CUSTOM, whose image the launch template names."""
