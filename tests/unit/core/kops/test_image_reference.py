# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How instance groups name images, and the names of twins."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.image_reference import (
    ImageReference,
    read_reference,
    twins,
)

UBUNTU = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-{}-server-20260401"
PARAMETER = "/aws/service/canonical/ubuntu/server/24.04/stable/current/{}/hvm/ebs-gp3/ami-id"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("ami-0123456789abcdef0", {"id": "ami-0123456789abcdef0"}),
        ("ami-0aaa0001", {"id": "ami-0aaa0001"}),
        ("ssm:/a/b", {"parameter": "/a/b"}),
        (f"099720109477/{UBUNTU}", {"owner": "099720109477", "name": UBUNTU}),
        ("amazon/al2023", {"owner": "amazon", "name": "al2023"}),
        ("self/golden image", {"owner": "self", "name": "golden image"}),
    ],
)
def test_a_reference_is_an_id_a_name_or_a_parameter(text: str, fields: dict[str, str]) -> None:
    assert read_reference(text) == ImageReference(text, **fields)


@pytest.mark.parametrize("text", ["", "latest", "ami-xyz", "ssm:", "/name", "owner/", "a b/c"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not how kops names an image"):
        read_reference(text)


@pytest.mark.parametrize(
    ("text", "architecture", "found"),
    [
        (UBUNTU.format("amd64"), "arm64", [UBUNTU.format("arm64")]),
        (UBUNTU.format("arm64"), "x86_64", [UBUNTU.format("amd64"), UBUNTU.format("x86_64")]),
        (f"ssm:{PARAMETER.format('amd64')}", "arm64", [f"ssm:{PARAMETER.format('arm64')}"]),
        ("o/al2023-x86_64-v1", "arm64", ["o/al2023-arm64-v1", "o/al2023-aarch64-v1"]),
        ("o/b-aarch64-v1", "x86_64", ["o/b-x86_64-v1"]),
        (UBUNTU.format("amd64"), "x86_64", []),
        ("o/golden", "arm64", []),
        ("o/camd64x", "arm64", []),
        (UBUNTU.format("amd64"), "i386", []),
    ],
)
def test_a_twin_has_the_name_with_another_architecture(
    text: str, architecture: str, found: list[str]
) -> None:
    assert twins(text, architecture) == found
