# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every combination of an image and the types that are to run it."""

from __future__ import annotations

import base64
import datetime
import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.fit import (
    InstanceType,
    check_fit,
    family_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import Image

MADE = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
ARCHITECTURES = ("x86_64", "arm64")
TYPES = {
    "old.large": InstanceType(("i386", "x86_64"), ("legacy-bios",)),
    "new.large": InstanceType(("x86_64",), ("uefi", "legacy-bios")),
    "arm.large": InstanceType(("arm64",), ("uefi",)),
    "odd.large": InstanceType(("x86_64", "arm64")),
}
"""Of the last one no boot modes are known."""
GROUPS = [names for count in range(3) for names in itertools.combinations(TYPES, count)]


def image(architecture: str = "x86_64", boot_mode: str = "", name: str = "golden") -> Image:
    return Image("ami-1", name, architecture, MADE, boot_mode=boot_mode, owner_alias="amazon")


def fits(found: Image, names: tuple[str, ...], user_data: str = "") -> str:
    """Why the image cannot run on these types, "" if it can."""
    try:
        check_fit("Launch template web", found, {name: TYPES[name] for name in names}, user_data)
    except RefusedError as error:
        return error.message
    return ""


@pytest.mark.parametrize(("architecture", "names"), list(itertools.product(ARCHITECTURES, GROUPS)))
def test_every_type_has_to_have_the_architecture(architecture: str, names: tuple[str, ...]) -> None:
    wrong = sorted(name for name in names if architecture not in TYPES[name].architectures)
    found = fits(image(architecture), names)
    assert bool(found) is bool(wrong)
    if wrong:
        assert f"({architecture}): it launches {', '.join(wrong)} (" in found


@pytest.mark.parametrize("boot_mode", ["", "uefi-preferred", "uefi", "legacy-bios"])
@pytest.mark.parametrize(
    "names", [names for names in GROUPS if all("x86_64" in TYPES[n].architectures for n in names)]
)
def test_every_type_has_to_boot_the_image(boot_mode: str, names: tuple[str, ...]) -> None:
    """An image without a boot mode, or that only prefers one, boots everywhere."""
    unable = sorted(
        name
        for name in names
        if boot_mode in ("uefi", "legacy-bios")
        and TYPES[name].boot_modes
        and boot_mode not in TYPES[name].boot_modes
    )
    found = fits(image(boot_mode=boot_mode), names)
    assert bool(found) is bool(unable)
    if unable:
        assert f"(boot mode {boot_mode}): it launches {', '.join(unable)} (" in found


def test_the_architecture_is_told_before_the_boot_mode_and_the_user_data() -> None:
    script = base64.b64encode(b"/etc/eks/bootstrap.sh shop").decode()
    name = "amazon-eks-node-al2023-arm64-standard-1.33-v20260501"
    wrong = image("arm64", "uefi", name)
    assert "(arm64): it launches old.large" in fits(wrong, ("old.large",), script)
    assert "boot mode uefi" in fits(image("x86_64", "uefi", name), ("old.large",), script)
    assert "wants a nodeadm NodeConfig" in fits(image("arm64", "", name), ("arm.large",), script)


@pytest.mark.parametrize(
    ("name", "alias", "platform", "family"),
    [
        ("amazon-eks-node-al2023-x86_64-standard-1.33-v20260501", "amazon", "", "al2023"),
        ("amazon-eks-node-1.32-v20251120", "amazon", "", "al2"),
        ("bottlerocket-aws-k8s-1.32-x86_64-v1.51.0-47438798", "amazon", "", "bottlerocket"),
        ("bottlerocket-aws-k8s-1.32-x86_64-v1.51.0-47438798", "", "", ""),
        ("golden", "amazon", "", ""),
        ("golden", "", "windows", "windows"),
        ("golden", "", "Windows", "windows"),
    ],
)
def test_the_family_of_an_image(name: str, alias: str, platform: str, family: str) -> None:
    found = Image("ami-1", name, "x86_64", MADE, owner_alias=alias, platform=platform)
    assert family_of(found) == family


@pytest.mark.parametrize("names", GROUPS)
def test_the_message_says_what_cannot_take_the_image(names: tuple[str, ...]) -> None:
    with pytest.raises(RefusedError, match="Auto Scaling group blue cannot take ami-1"):
        check_fit(
            "Auto Scaling group blue",
            image("i386-mac"),
            {name: TYPES[name] for name in (*names, "new.large")},
            "",
        )
