# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Name the page on which the publisher of an image says what is new in a release.

Sources: the tags of awslabs/amazon-eks-ami are v and the date of the release, those of
bottlerocket-os/bottlerocket v and the version; the EKS user guide, "Retrieve Windows AMI version
information", lists all releases. Canonical has no page for a release of its images for EKS.
"""

from __future__ import annotations

import re

_EKS_AMI = "https://github.com/awslabs/amazon-eks-ami/releases/tag/v"
_BOTTLEROCKET = "https://github.com/bottlerocket-os/bottlerocket/releases/tag/v"
_WINDOWS = "https://docs.aws.amazon.com/eks/latest/userguide/eks-ami-versions-windows.html"
_DATED = re.compile(r"\d+\.\d+(?:\.\d+)?-(\d{8})")
_NUMBERED = re.compile(r"(\d+\.\d+\.\d+)(?:-[0-9a-f]+)?")


def release_notes(family: str, release: str) -> str:
    """Return the address of the release notes, "" where there is no lasting page.

    `release`: in the notation of its publisher, as eks_ami_lookup returns it.
    """
    if family == "windows":
        return _WINDOWS if release else ""
    if family in ("al2023", "al2") and (dated := _DATED.fullmatch(release)):
        return _EKS_AMI + dated[1]
    if family == "bottlerocket" and (numbered := _NUMBERED.fullmatch(release)):
        return _BOTTLEROCKET + numbered[1]
    return ""
