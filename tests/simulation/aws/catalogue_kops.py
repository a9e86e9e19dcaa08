# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images that kops clusters are made of, named as by their publishers.

Canonical, "Find Ubuntu images on AWS", with its public SSM parameters.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.build import publish
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import (
    CANONICAL_OWNER,
    add_public_image,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Image

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
