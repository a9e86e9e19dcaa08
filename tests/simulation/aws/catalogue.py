# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public SSM parameters of EKS node images, and the images that they name.

Paths: EKS user guide, "Retrieve recommended Amazon Linux AMI IDs", "... Bottlerocket AMI IDs", "...
Windows AMI IDs"; Canonical, "Find Ubuntu images on AWS". Names, dates, kubelet patches and commit
hashes are those of published releases; image IDs are derived from the names. A scenario publishes
newer releases with the functions below.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json

from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.build import publish
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Image

EKS_OWNER, BOTTLEROCKET_OWNER = "602401143452", "092701018921"
WINDOWS_OWNER, CANONICAL_OWNER = "801119661308", "099720109477"
ARCHITECTURES = ("x86_64", "arm64")

# Kubernetes version to kubelet patch, of the releases of amazon-eks-ami below.
PATCHES = {"1.31": "1.31.13", "1.32": "1.32.9", "1.33": "1.33.5", "1.34": "1.34.2"}
AL2023_RELEASES = ("20251120", "20251217", "20260129")
AL2_RELEASES = ("20251103", "20251120")
# Amazon Linux 2 images end with Kubernetes 1.32.
AL2_VERSIONS = ("1.31", "1.32")


@dataclasses.dataclass(frozen=True)
class Bottlerocket:
    """A Bottlerocket release: version with commit, date and Kubernetes versions."""

    version: str
    date: str
    kubernetes: tuple[str, ...]


BOTTLEROCKET_RELEASES = (
    Bottlerocket("1.42.0-5ed15786", "20250625", ("1.31", "1.32", "1.33")),
    Bottlerocket("1.46.0-431fe75a", "20250828", ("1.31", "1.32", "1.33")),
    Bottlerocket("1.58.0-c5c37032", "20260430", ("1.31", "1.32", "1.33", "1.34")),
)


def image_id(name: str) -> str:
    """Return the ID of the image of this name: the same in every World."""
    return "ami-" + hashlib.sha256(name.encode()).hexdigest()[:17]


def add_public_image(
    account: Account,
    name: str,
    architecture: str,
    date: str,
    owner: str,
    description: str = "",
    platform: str = "",
) -> Image:
    """Add a public image built on `date` (YYYYMMDD).

    It is deprecated two years later, as AWS's own images are.
    """
    day = datetime.datetime.strptime(date, "%Y%m%d")
    form = "%Y-%m-%dT17:09:14.000Z"
    image = Image(
        image_id(name),
        name,
        architecture,
        owner,
        day.strftime(form),
        description,
        owner_alias="" if owner == CANONICAL_OWNER else "amazon",
        platform=platform,
        deprecation=day.replace(year=day.year + 2).strftime(form),
    )
    account.images[image.id] = image
    return image


def _amazon_linux(
    account: Account, path: str, image: Image, release_version: str, recommended: bool
) -> None:
    """Publish the parameters of one image; `recommended` if it is the newest."""
    values = {"image_id": image.id, "image_name": image.name, "release_version": release_version}
    for base in [f"{path}/{image.name}"] + [f"{path}/recommended"] * recommended:
        publish(
            account,
            base,
            json.dumps({"schema_version": "2", **values}, separators=(",", ":")),
            _at(account, image),
        )
        for name, value in values.items():
            publish(account, f"{base}/{name}", value, _at(account, image))


def _at(account: Account, image: Image) -> float:
    """Return when the image was built, in seconds of the World's clock."""
    built = datetime.datetime.fromisoformat(image.created.replace("Z", "+00:00"))
    return (built - account.kernel.utc(0.0)).total_seconds()


def publish_al2023(
    account: Account,
    kubernetes: str,
    date: str,
    patch: str = "",
    variants: tuple[str, ...] = ("standard", "nvidia", "neuron"),
    recommended: bool = True,
) -> list[Image]:
    """Release Amazon Linux 2023 images for a Kubernetes version; return them.

    There is one image per variant and architecture (neuron: x86_64 only); the first is the standard
    one for x86_64. `patch` is the kubelet's version.
    """
    patch, made = patch or PATCHES[kubernetes], []
    for variant in variants:
        for architecture in ARCHITECTURES if variant != "neuron" else ("x86_64",):
            name = f"amazon-eks-node-al2023-{architecture}-{variant}-{kubernetes}-v{date}"
            parts = f"(k8s: {patch}, containerd: 2.1.*)"
            text = f"EKS-optimized Kubernetes node based on Amazon Linux 2023, {parts}"
            image = add_public_image(account, name, architecture, date, EKS_OWNER, text)
            base = f"/aws/service/eks/optimized-ami/{kubernetes}/amazon-linux-2023"
            path = f"{base}/{architecture}/{variant}"
            _amazon_linux(account, path, image, f"{patch}-{date}", recommended)
            made.append(image)
    return made


def publish_al2(
    account: Account, kubernetes: str, date: str, patch: str = "", recommended: bool = True
) -> list[Image]:
    """Release Amazon Linux 2 images: x86_64, arm64 and GPU."""
    patch, made = patch or PATCHES[kubernetes], []
    kinds = (
        ("amazon-linux-2", "node", "x86_64"),
        ("amazon-linux-2-arm64", "arm64-node", "arm64"),
        ("amazon-linux-2-gpu", "gpu-node", "x86_64"),
    )
    for folder, word, architecture in kinds:
        name = f"amazon-eks-{word}-{kubernetes}-v{date}"
        text = (
            f"EKS Kubernetes Worker AMI with AmazonLinux2 image, (k8s: {patch}, containerd: 1.7.*)"
        )
        image = add_public_image(account, name, architecture, date, EKS_OWNER, text)
        path = f"/aws/service/eks/optimized-ami/{kubernetes}/{folder}"
        _amazon_linux(account, path, image, f"{patch}-{date}", recommended)
        made.append(image)
    return made


def publish_bottlerocket(
    account: Account,
    kubernetes: str,
    release: Bottlerocket,
    variants: tuple[str, ...] = ("", "-nvidia", "-fips"),
    latest: bool = True,
) -> list[Image]:
    """Release Bottlerocket images.

    The parameters exist by full version, by bare version and as `latest`. Paths say arm64 where
    names say aarch64.
    """
    bare, made = release.version.partition("-")[0], []
    for variant in variants:
        for architecture in ARCHITECTURES:
            machine = "aarch64" if architecture == "arm64" else architecture
            name = f"bottlerocket-aws-k8s-{kubernetes}{variant}-{machine}-v{release.version}"
            image = add_public_image(account, name, architecture, release.date, BOTTLEROCKET_OWNER)
            base = f"/aws/service/bottlerocket/aws-k8s-{kubernetes}{variant}/{architecture}"
            for step in [release.version, bare] + ["latest"] * latest:
                publish(account, f"{base}/{step}/image_id", image.id, _at(account, image))
                publish(
                    account, f"{base}/{step}/image_version", release.version, _at(account, image)
                )
            made.append(image)
    return made


def publish_windows(account: Account, kubernetes: str, date: str) -> list[Image]:
    """Release Windows Server 2022 images, Core and Full; only the newest exists."""
    made = []
    for edition in ("Core", "Full"):
        stem = f"Windows_Server-2022-English-{edition}-EKS_Optimized-{kubernetes}"
        dotted = f"{date[:4]}.{date[4:6]}.{date[6:]}"
        image = add_public_image(
            account, f"{stem}-{dotted}", "x86_64", date, WINDOWS_OWNER, platform="windows"
        )
        publish(
            account,
            f"/aws/service/ami-windows-latest/{stem}/image_id",
            image.id,
            _at(account, image),
        )
        made.append(image)
    return made


def publish_ubuntu(account: Account, kubernetes: str, date: str) -> list[Image]:
    """Release Canonical's Ubuntu 24.04 images."""
    made = []
    for architecture, word in (("x86_64", "amd64"), ("arm64", "arm64")):
        folder = f"ubuntu-eks/k8s_{kubernetes}/images/hvm-ssd-gp3"
        name = f"{folder}/ubuntu-noble-24.04-{word}-server-{date}"
        image = add_public_image(account, name, architecture, date, CANONICAL_OWNER)
        base = f"/aws/service/canonical/ubuntu/eks/24.04/{kubernetes}/stable"
        for step in (date, "current"):
            publish(
                account, f"{base}/{step}/{word}/hvm/ebs-gp3/ami-id", image.id, _at(account, image)
            )
        made.append(image)
    return made


def publish_catalogue(account: Account, versions: tuple[str, ...] = tuple(PATCHES)) -> None:
    """Publish all images that exist at the start, for these Kubernetes versions."""
    for kubernetes in versions:
        for date in AL2023_RELEASES:
            publish_al2023(account, kubernetes, date)
        for date in AL2_RELEASES if kubernetes in AL2_VERSIONS else ():
            publish_al2(account, kubernetes, date)
        for release in BOTTLEROCKET_RELEASES:
            if kubernetes in release.kubernetes:
                publish_bottlerocket(account, kubernetes, release)
        publish_windows(account, kubernetes, "20260114")
        publish_ubuntu(account, kubernetes, "20260128")
