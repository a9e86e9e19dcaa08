# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release of the first ring is that of all rings."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.pins import (
    key,
    pins,
    release,
)


def image(family: str, version: str = "", **more: str) -> dict[str, str]:
    """What a lookup returns of an image."""
    return {
        "family": family,
        "release_version": version,
        "os_release": "",
        "architecture": "x86_64",
        "kubernetes_version": "1.33",
        "name": f"{family}-name",
        **more,
    }


@pytest.mark.parametrize(
    ("found", "name", "what"),
    [
        (image("al2023", "1.33.1-20260501"), "al2023", "20260501"),
        (image("al2023", "1.34.0-20260501", kubernetes_version="1.34"), "al2023", "20260501"),
        (image("al2023", "1.33.1-20260501", architecture="arm64"), "al2023", "20260501"),
        (image("al2", "1.32.3-20251101"), "al2", "20251101"),
        (image("bottlerocket", "1.40.0"), "bottlerocket", "1.40.0"),
        (image("ubuntu", "20260501", os_release="24.04"), "ubuntu/24.04/1.33", "20260501"),
        (image("windows", "2026.05.12", os_release="2022"), "windows/2022", "2026.05.12"),
        (image("custom"), "custom/x86_64", "custom-name"),
        (image("custom", architecture="arm64"), "custom/arm64", "custom-name"),
        ({}, "", ""),
    ],
)
def test_images_of_one_key_get_one_release(found: dict[str, str], name: str, what: str) -> None:
    assert (key(found), release(found)) == (name, what)


def test_the_first_release_of_a_family_is_pinned() -> None:
    first, later = image("al2023", "1.33.1-20260501"), image("al2023", "1.33.1-20260601")
    assert pins({}, [first, later, image("bottlerocket", "1.40.0")]) == {
        "al2023": "20260501",
        "bottlerocket": "1.40.0",
    }


def test_what_was_pinned_before_stays() -> None:
    given = {"al2023": "20260401"}
    assert pins(given, [image("al2023", "1.33.1-20260501")]) == given
    assert given == {"al2023": "20260401"}


@pytest.mark.parametrize("nothing", [{}, image("al2023"), {"msg": "No.", "family": ""}])
def test_what_was_not_found_pins_nothing(nothing: dict[str, str]) -> None:
    assert pins({}, [nothing]) == {}
