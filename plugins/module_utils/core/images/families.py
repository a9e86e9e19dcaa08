# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Families of node images: where each is published, how its images are named.

Sources of the Systems Manager parameters: EKS user guide, "Retrieve recommended Amazon Linux AMI
IDs", "Retrieve recommended Bottlerocket AMI IDs" and "Retrieve recommended Microsoft Windows AMI
IDs"; Canonical, "Find Ubuntu images on AWS" (EKS). Of the names: the release notes of the same
projects. Images that are for no Kubernetes version are in core.images.servers.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images import servers
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.family import (
    ARCHITECTURES,
    Family,
)

_BOTH = ARCHITECTURES
_X86 = ("x86_64",)


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family(
            "al2023",
            "Amazon Linux 2023",
            ("amazon",),
            {"standard": _BOTH, "nvidia": _BOTH, "neuron": _X86},
        ),
        # EKS user guide, "AMI deprecation FAQs": no AL2 images after 2025-11-26, none for
        # Kubernetes 1.33 and later.
        Family(
            "al2",
            "Amazon Linux 2",
            ("amazon",),
            {"standard": _BOTH, "gpu": _X86},
            ended="2025-11-26",
            successor="al2023 or bottlerocket",
        ),
        Family(
            "bottlerocket",
            "Bottlerocket",
            ("amazon",),
            {"standard": _BOTH, "nvidia": _BOTH, "fips": _BOTH, "nvidia-fips": _BOTH},
        ),
        Family(
            "ubuntu",
            "Ubuntu for EKS",
            ("099720109477",),
            {"standard": _BOTH, "pro": _BOTH},
            os_releases=("20.04", "22.04", "24.04"),
            os_release="24.04",
        ),
        Family(
            "windows",
            "Windows Server",
            ("amazon",),
            {"core": _X86, "full": _X86},
            "core",
            os_releases=("2019", "2022", "2025"),
            os_release="2022",
        ),
        *servers.SERVERS.values(),
    )
}
"""Every family but `custom`, which is whatever its owner says."""
CUSTOM = "custom"
CHOICES = (*FAMILIES, CUSTOM)


@dataclasses.dataclass(frozen=True)
class ImageKind:
    """What is known of an image but its release.

    `kubernetes_version` is major.minor ("1.31").
    """

    family: str
    variant: str
    architecture: str
    kubernetes_version: str
    os_release: str = ""

    def text(self) -> str:
        """Return it for people: "al2023 standard x86_64 for Kubernetes 1.31"."""
        words = [self.family, self.os_release, self.variant, self.architecture]
        suffix = f" for Kubernetes {self.kubernetes_version}" if self.kubernetes_version else ""
        return " ".join(word for word in words if word) + suffix


@dataclasses.dataclass(frozen=True)
class Named:
    """What the name of an image says.

    `release`: the part that differs between releases, without a "v".
    """

    kind: ImageKind
    release: str


def make_kind(
    family: str, variant: str, architecture: str, kubernetes_version: str, os_release: str
) -> ImageKind:
    """Return the kind of image, with the family's defaults for what is empty.

    An image that belongs to no Kubernetes version gets none. Raises InputError, which names the
    choices, for what does not exist.
    """
    known = _known(family)
    variant = variant or known.variant
    architecture = architecture or ARCHITECTURES[0]
    os_release = os_release or known.os_release
    known.check(variant, architecture, os_release)
    version = kubernetes_version if known.versioned else ""
    return ImageKind(family, variant, architecture, version, os_release)


def _known(family: str) -> Family:
    if family not in FAMILIES:
        raise InputError(f"There is no family {family}", f"Choose one of: {', '.join(CHOICES)}")
    return FAMILIES[family]


def parameters(kind: ImageKind) -> tuple[str, str]:
    """Return the public parameters of the recommended image: ID and release version.

    They are "" where they are not published.
    """
    if kind.family in servers.SERVERS:
        return servers.parameter(kind.family, kind.variant, kind.architecture, kind.os_release), ""
    version, arch = kind.kubernetes_version, kind.architecture
    if kind.family == "al2023":
        sort = f"amazon-linux-2023/{arch}/{kind.variant}"
        base = f"/aws/service/eks/optimized-ami/{version}/{sort}/recommended"
        return f"{base}/image_id", f"{base}/release_version"
    if kind.family == "al2":
        suffix = "-gpu" if kind.variant == "gpu" else "-arm64" if arch == "arm64" else ""
        base = f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2{suffix}/recommended"
        return f"{base}/image_id", f"{base}/release_version"
    if kind.family == "bottlerocket":
        base = f"/aws/service/bottlerocket/aws-k8s-{version}{_flavour(kind)}/{arch}/latest"
        return f"{base}/image_id", f"{base}/image_version"
    if kind.family == "ubuntu":
        product = f"/aws/service/canonical/ubuntu/{_PRODUCT[kind.variant]}"
        base = f"{product}/{kind.os_release}/{version}/stable/current"
        return f"{base}/{_DEBIAN[arch]}/hvm/ebs-{servers.volume(kind.os_release)}/ami-id", ""
    option = kind.variant.capitalize()
    name = f"Windows_Server-{kind.os_release}-English-{option}-EKS_Optimized-{version}"
    return f"/aws/service/ami-windows-latest/{name}/image_id", ""


_PRODUCT = {"standard": "eks", "pro": "eks-pro"}
_DEBIAN = {"x86_64": "amd64", "arm64": "arm64"}
_KERNEL = {"x86_64": "x86_64", "arm64": "aarch64"}


def _flavour(kind: ImageKind) -> str:
    return "" if kind.variant == "standard" else f"-{kind.variant}"


def name_pattern(kind: ImageKind, release: str = "*") -> str:
    """Return the DescribeImages name filter for images of this kind.

    `release` narrows it to one release (see Named.release).
    """
    if kind.family in servers.SERVERS:
        return servers.pattern(
            kind.family, kind.variant, kind.architecture, kind.os_release, release
        )
    version, arch = kind.kubernetes_version, kind.architecture
    if kind.family == "al2023":
        # Images of 2024 have the branch of the NVIDIA driver in their names: nvidia-560.
        variant = "nvidia*" if kind.variant == "nvidia" else kind.variant
        return f"amazon-eks-node-al2023-{arch}-{variant}-{version}-v{release}"
    if kind.family == "al2":
        prefix = "gpu-" if kind.variant == "gpu" else "arm64-" if arch == "arm64" else ""
        return f"amazon-eks-{prefix}node-{version}-v{release}"
    if kind.family == "bottlerocket":
        return f"bottlerocket-aws-k8s-{version}{_flavour(kind)}-{_KERNEL[arch]}-v{release}"
    if kind.family == "ubuntu":
        disk = "hvm-ssd-gp3" if servers.volume(kind.os_release) == "gp3" else "hvm-ssd"
        tail = f"ubuntu-*-{kind.os_release}-{_DEBIAN[arch]}-server-{release}"
        return f"ubuntu-{_PRODUCT[kind.variant]}/k8s_{version}/images/{disk}/{tail}"
    option = kind.variant.capitalize()
    return f"Windows_Server-{kind.os_release}-English-{option}-EKS_Optimized-{version}-{release}"


_MINOR = r"(?P<version>\d+\.\d+)"
_NAMES = {
    "al2023": (
        r"amazon-eks-node-al2023-(?P<arch>x86_64|arm64)-(?P<variant>[a-z]+)"
        rf"(?:-\d+)?-{_MINOR}-v(?P<release>\d+.*)"
    ),
    "al2": rf"amazon-eks-(?:(?P<variant>gpu|arm64)-)?node-{_MINOR}-v(?P<release>\d+.*)",
    "bottlerocket": (
        rf"bottlerocket-aws-k8s-{_MINOR}(?:-(?P<variant>nvidia(?:-\d+)?(?:-fips)?|fips))?"
        r"-(?P<arch>x86_64|aarch64)-v(?P<release>\d+.*)"
    ),
    "ubuntu": (
        rf"ubuntu-eks(?:-(?P<variant>pro))?/k8s_{_MINOR}/images/hvm-ssd(?:-gp3)?"
        r"/ubuntu-[a-z]+-(?P<os>\d+\.\d+)-(?P<arch>amd64|arm64)-server-(?P<release>\d+.*)"
    ),
    "windows": (
        r"Windows_Server-(?P<os>\d+)-English-(?P<variant>Core|Full)"
        rf"-EKS_Optimized-{_MINOR}-(?P<release>\d+.*)"
    ),
    **servers.SERVER_NAMES,
}
_ARCHITECTURE = {"amd64": "x86_64", "aarch64": "arm64"}


def read_name(name: str) -> Named | None:
    """Return what the name of a published image says, None for any other name.

    Anybody can give an image such a name. The caller checks the owner.
    """
    for family, pattern in _NAMES.items():
        match = re.fullmatch(pattern, name)
        if match:
            return _named(family, {key: value or "" for key, value in match.groupdict().items()})
    return None


def _named(family: str, said: Mapping[str, str]) -> Named:
    variant, arch = said.get("variant", "").lower(), said.get("arch", "")
    if family == "al2" and variant == "arm64":
        variant, arch = "", "arm64"
    architecture = _ARCHITECTURE.get(arch, arch) or "x86_64"
    kind = ImageKind(
        family,
        variant or FAMILIES[family].variant,
        architecture,
        said.get("version", ""),
        said.get("os", ""),
    )
    return Named(kind, said["release"])
