# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that kops clusters are made of, named as by their publishers.

Canonical, "Find Ubuntu images on AWS"; Debian wiki, "Cloud/AmazonEC2Image"; Amazon Linux 2023 user
guide, with their public SSM parameters. Flatcar has none.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.build import publish
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import (
    CANONICAL_OWNER,
    add_public_image,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Image

DEBIAN_OWNER, FLATCAR_OWNER, AMAZON_OWNER = "136693071363", "075585003325", "137112412989"
UBUNTU = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-{word}-server-{date}"


def publish_ubuntu_server(account: Account, date: str, current: bool = True) -> list[Image]:
    """Release Canonical's Ubuntu 24.04 server images of `date` (YYYYMMDD).

    The first is for x86_64, the second for arm64. `current`: the newest so far.
    """
    made = []
    for architecture, word in (("x86_64", "amd64"), ("arm64", "arm64")):
        name = UBUNTU.format(word=word, date=date)
        image = add_public_image(account, name, architecture, date, CANONICAL_OWNER)
        base = "/aws/service/canonical/ubuntu/server/24.04/stable"
        for step in [date] + ["current"] * current:
            publish(account, f"{base}/{step}/{word}/hvm/ebs-gp3/ami-id", image.id)
        made.append(image)
    return made


def publish_debian(account: Account, date: str) -> Image:
    """Release Debian 12 of `date` (YYYYMMDD) for x86_64, the newest so far."""
    name = f"debian-12-amd64-{date}-2355"
    image = add_public_image(account, name, "x86_64", date, DEBIAN_OWNER)
    image.owner_alias = ""
    publish(account, "/aws/service/debian/release/12/latest/amd64", image.id)
    return image


def publish_flatcar(account: Account, version: str, date: str) -> Image:
    """Release Flatcar stable for x86_64."""
    name = f"Flatcar-stable-{version}-hvm"
    image = add_public_image(account, name, "x86_64", date, FLATCAR_OWNER)
    image.owner_alias = ""
    return image


def publish_amazon_linux(account: Account, date: str, kernel: str = "kernel-6.1") -> Image:
    """Release plain Amazon Linux 2023 with a kernel for x86_64, the newest so far."""
    name = f"al2023-ami-2023.10.{date}.0-{kernel}-x86_64"
    image = add_public_image(account, name, "x86_64", date, AMAZON_OWNER)
    folder = "/aws/service/ami-amazon-linux-latest"
    publish(account, f"{folder}/al2023-ami-{kernel}-x86_64", image.id)
    return image
