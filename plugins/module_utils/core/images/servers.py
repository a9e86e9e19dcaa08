# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain images of operating systems, which kops makes nodes of (nodeup).

They belong to no Kubernetes version. Sources: kops, "Images" (accounts and names); Canonical, "Find
Ubuntu images on AWS"; Debian wiki, "Cloud/AmazonEC2Image"; Amazon Linux 2023 user guide, "Launching
AL2023 using the SSM parameter"; Flatcar publishes no parameters.
"""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.family import (
    ARCHITECTURES,
    Family,
)

_KERNELS = ("kernel-6.1", "kernel-6.12", "kernel-6.18")
UBUNTU_SERVER, DEBIAN, FLATCAR, AL2023_SERVER = (
    Family(
        "ubuntu_server",
        "Ubuntu Server",
        ("099720109477",),
        {"standard": ARCHITECTURES},
        os_releases=("20.04", "22.04", "24.04", "26.04"),
        os_release="24.04",
        versioned=False,
    ),
    Family(
        "debian",
        "Debian",
        ("136693071363",),
        {"standard": ARCHITECTURES},
        os_releases=("11", "12", "13"),
        os_release="13",
        versioned=False,
    ),
    Family(
        "flatcar",
        "Flatcar Container Linux",
        ("075585003325",),
        dict.fromkeys(("stable", "beta", "alpha", "lts"), ARCHITECTURES),
        "stable",
        versioned=False,
    ),
    # The parameter kernel-default moves from one kernel to another, so it is not used.
    Family(
        "al2023_server",
        "Amazon Linux 2023 without EKS",
        ("amazon",),
        dict.fromkeys(_KERNELS, ARCHITECTURES),
        _KERNELS[0],
        versioned=False,
    ),
)
SERVERS: Mapping[str, Family] = {
    family.name: family for family in (UBUNTU_SERVER, DEBIAN, FLATCAR, AL2023_SERVER)
}
_DEBIAN = {"x86_64": "amd64", "arm64": "arm64"}


def volume(os_release: str) -> str:
    """Return the type of the root volume of a release of Ubuntu.

    It became gp3 with 24.04, and with it the names of parameters and images.
    """
    return "gp2" if os_release in ("20.04", "22.04") else "gp3"


def parameter(family: str, variant: str, architecture: str, os_release: str) -> str:
    """Return the public parameter of the newest image, "" where there is none."""
    arch = _DEBIAN[architecture]
    if family == UBUNTU_SERVER.name:
        base = f"/aws/service/canonical/ubuntu/server/{os_release}/stable/current"
        return f"{base}/{arch}/hvm/ebs-{volume(os_release)}/ami-id"
    if family == DEBIAN.name:
        return f"/aws/service/debian/release/{os_release}/latest/{arch}"
    if family == AL2023_SERVER.name:
        return f"/aws/service/ami-amazon-linux-latest/al2023-ami-{variant}-{architecture}"
    return ""


def pattern(family: str, variant: str, architecture: str, os_release: str, release: str) -> str:
    """Return the DescribeImages name filter for images of one kind or release.

    Names of Flatcar do not always say the architecture, so that another filter has to.
    """
    arch = _DEBIAN[architecture]
    if family == UBUNTU_SERVER.name:
        disk = "hvm-ssd-gp3" if volume(os_release) == "gp3" else "hvm-ssd"
        return f"ubuntu/images/{disk}/ubuntu-*-{os_release}-{arch}-server-{release}"
    if family == DEBIAN.name:
        return f"debian-{os_release}-{arch}-{release}"
    if family == AL2023_SERVER.name:
        return f"al2023-ami-{release}-{variant}-{architecture}"
    return f"Flatcar-{variant}-{release}*-hvm"


SERVER_NAMES: Mapping[str, str] = {
    UBUNTU_SERVER.name: (
        r"ubuntu/images/hvm-ssd(?:-gp3)?/ubuntu-[a-z]+-(?P<os>\d+\.\d+)-(?P<arch>amd64|arm64)"
        r"-server-(?P<release>\d+.*)"
    ),
    DEBIAN.name: r"debian-(?P<os>\d+)-(?P<arch>amd64|arm64)-(?P<release>\d+.*)",
    FLATCAR.name: (
        r"Flatcar-(?P<variant>stable|beta|alpha|lts)-(?P<release>\d+\.\d+\.\d+)"
        r"(?:-(?P<arch>amd64|arm64))?-hvm"
    ),
    AL2023_SERVER.name: (
        r"al2023-ami-(?P<release>2023\.\d+\.\d+\.\d+)-(?P<variant>kernel-\d+\.\d+)"
        r"-(?P<arch>x86_64|arm64)"
    ),
}
"""How the names of their images are made, as in core.images.families."""
