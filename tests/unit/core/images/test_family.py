# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a family does not have is refused, with what it has."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.family import Family

PLAIN = Family("plain", "Plain Linux", ("123456789012",), {"standard": ("x86_64", "arm64")})
CHOOSY = Family(
    "choosy",
    "Choosy Linux",
    ("amazon",),
    {"small": ("x86_64",), "large": ("x86_64", "arm64")},
    "small",
    os_releases=("9", "10"),
    os_release="10",
)


@pytest.mark.parametrize(
    ("family", "asked"),
    [
        (PLAIN, ("standard", "x86_64", "")),
        (PLAIN, ("standard", "arm64", "")),
        (CHOOSY, ("small", "x86_64", "9")),
        (CHOOSY, ("large", "arm64", "10")),
    ],
)
def test_what_it_has_passes(family: Family, asked: tuple[str, str, str]) -> None:
    family.check(*asked)


@pytest.mark.parametrize(
    ("family", "asked", "message", "hint"),
    [
        (PLAIN, ("gpu", "x86_64", ""), "Plain Linux has no variant gpu", "standard"),
        (PLAIN, ("standard", "x86_64", "9"), "Plain Linux takes no os_release", ""),
        (PLAIN, ("standard", "riscv", ""), "does not exist for riscv", "x86_64, arm64"),
        (CHOOSY, ("small", "arm64", "9"), "small does not exist for arm64", "x86_64"),
        (CHOOSY, ("large", "arm64", "11"), "has no os_release 11", "9, 10"),
        (CHOOSY, ("large", "arm64", ""), "has no os_release ", "9, 10"),
    ],
)
def test_what_it_does_not_have_is_refused_with_the_choices(
    family: Family, asked: tuple[str, str, str], message: str, hint: str
) -> None:
    with pytest.raises(InputError) as caught:
        family.check(*asked)
    assert message in caught.value.message
    assert caught.value.hint == (f"Choose one of: {hint}" if hint else "Leave it out")


def test_only_bottlerocket_has_variants_of_any_driver() -> None:
    Family("bottlerocket", "B", ("amazon",), {}).check("nvidia-595", "arm64", "")
    with pytest.raises(InputError, match="no variant nvidia-595"):
        PLAIN.check("nvidia-595", "arm64", "")


def test_images_are_for_a_kubernetes_version_unless_it_is_said_otherwise() -> None:
    assert PLAIN.versioned
    assert (PLAIN.ended, PLAIN.successor) == ("", "")
