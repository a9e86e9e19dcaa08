# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images are launched only where they can be."""

from __future__ import annotations

import base64
import datetime

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.fit import (
    InstanceType,
    check_fit,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import Image

MADE = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
M5 = InstanceType(("x86_64",), ("uefi", "legacy-bios"))
OLD = InstanceType(("i386", "x86_64"), ("legacy-bios",))
SCRIPT = base64.b64encode(b"#!/bin/bash\n/etc/eks/bootstrap.sh shop\n").decode()


def image(architecture: str = "x86_64", boot_mode: str = "", platform: str = "") -> Image:
    return Image("ami-1", "golden", architecture, MADE, boot_mode=boot_mode, platform=platform)


@pytest.mark.parametrize(
    ("found", "types", "user_data"),
    [
        (image(), {"m5.large": M5, "t2.large": OLD}, SCRIPT),
        (image(boot_mode="uefi-preferred"), {"t2.large": OLD}, ""),
        (image(boot_mode="uefi"), {"m5.large": M5}, ""),
        (image(boot_mode="uefi"), {"new.large": InstanceType(("x86_64",))}, ""),
        (image("arm64"), {}, ""),
    ],
)
def test_what_fits_passes(found: Image, types: dict[str, InstanceType], user_data: str) -> None:
    check_fit("Launch template web", found, types, user_data)


@pytest.mark.parametrize(
    ("found", "user_data", "complaint"),
    [
        (
            image("arm64"),
            "",
            r"Launch template web cannot take ami-1 \(arm64\): it launches m5.large, t2.large"
            r" \(x86_64\)",
        ),
        (
            image(boot_mode="uefi"),
            "",
            r"cannot take ami-1 \(boot mode uefi\): it launches t2.large \(legacy-bios\)",
        ),
        (
            image(platform="windows"),
            SCRIPT,
            "its user data is for bootstrap.sh, and windows wants PowerShell",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(
    found: Image, user_data: str, complaint: str
) -> None:
    with pytest.raises(RefusedError, match=complaint):
        check_fit("Launch template web", found, {"m5.large": M5, "t2.large": OLD}, user_data)
