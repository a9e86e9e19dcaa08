# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the release notes of an image are."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.notes import (
    release_notes,
)


@pytest.mark.parametrize(
    ("family", "release", "page"),
    [
        ("al2023", "1.33.5-20251114", "github.com/awslabs/amazon-eks-ami/releases/tag/v20251114"),
        ("al2", "1.30.14-20250819", "github.com/awslabs/amazon-eks-ami/releases/tag/v20250819"),
        (
            "bottlerocket",
            "1.51.0-47438798",
            "github.com/bottlerocket-os/bottlerocket/releases/tag/v1.51.0",
        ),
        ("bottlerocket", "1.51.0", "github.com/bottlerocket-os/bottlerocket/releases/tag/v1.51.0"),
        (
            "windows",
            "1.33-2025.11.14",
            "docs.aws.amazon.com/eks/latest/userguide/eks-ami-versions-windows.html",
        ),
    ],
)
def test_a_release_has_a_page(family: str, release: str, page: str) -> None:
    assert release_notes(family, release) == f"https://{page}"


@pytest.mark.parametrize(
    ("family", "release"),
    [
        ("ubuntu", "20251114"),
        ("custom", "1.33.5-20251114"),
        ("al2023", ""),
        ("al2023", "20251114"),
        ("al2023", "1.33.5-20251114/../x"),
        ("bottlerocket", "latest"),
        ("windows", ""),
        ("", ""),
    ],
)
def test_no_page_is_guessed(family: str, release: str) -> None:
    assert release_notes(family, release) == ""
