# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes versions and releases: reading, skew, pins."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images import releases
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import ImageKind

AL2023 = ImageKind("al2023", "standard", "x86_64", "1.33")
BOTTLEROCKET = ImageKind("bottlerocket", "standard", "x86_64", "1.33")


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("1.33", "1.33"),
        ("v1.33.5-eks-113cf36", "1.33"),
        ("1.33.5", "1.33"),
        ("v1.9.0", "1.9"),
        ("1.33+", "1.33"),
        ("v1.33.1+k3s1", "1.33"),
    ],
)
def test_a_version_is_read_to_its_minor(written: str, minor: str) -> None:
    assert releases.minor_of(written) == minor


@pytest.mark.parametrize("written", ["latest", "1", "", "1.x", "node", "33.1.2.3"])
def test_what_is_no_version_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="not a Kubernetes version"):
        releases.minor_of(written)


def test_minors_are_compared_as_numbers() -> None:
    assert releases.order("1.9") < releases.order("1.31")


def test_nodes_of_one_minor_say_it() -> None:
    assert releases.single_minor(["v1.33.1-eks-1", "v1.33.5-eks-2"], "blue") == "1.33"


def test_nodes_of_several_minors_are_refused_with_their_names() -> None:
    with pytest.raises(RefusedError, match=r"blue run several Kubernetes versions: 1\.9, 1\.31"):
        releases.single_minor(["v1.31.1", "v1.9.1"], "blue")


def test_no_nodes_are_refused() -> None:
    with pytest.raises(RefusedError, match="blue has no nodes"):
        releases.single_minor([], "blue")


@pytest.mark.parametrize(
    ("version", "control_plane", "nodes", "downgrade", "complaint"),
    [
        ("1.34", "1.33", "1.33", False, "newer than the control plane"),
        ("1.34", "1.33", "", True, "newer than the control plane"),
        ("1.32", "1.33", "1.33", False, "older than the nodes"),
        ("1.32", "1.33", "1.33", True, ""),
        ("1.33", "1.33", "1.32", False, ""),
        ("1.33", "", "", False, ""),
        ("1.10", "1.9", "", False, "newer than the control plane"),
    ],
)
def test_skew(
    version: str, control_plane: str, nodes: str, downgrade: bool, complaint: str
) -> None:
    if not complaint:
        releases.check_skew(version, control_plane, nodes, downgrade)
        return
    with pytest.raises(RefusedError, match=complaint):
        releases.check_skew(version, control_plane, nodes, downgrade)


@pytest.mark.parametrize(
    ("kind", "pinned", "in_name"),
    [
        (AL2023, "1.33.5-20260129", "20260129"),
        (AL2023, "20260129", "20260129"),
        (AL2023, "v20260129", "20260129"),
        (BOTTLEROCKET, "1.40.0", "1.40.0-*"),
        (BOTTLEROCKET, "v1.40.0-0a1b2c3d", "1.40.0-0a1b2c3d"),
        (ImageKind("ubuntu", "standard", "x86_64", "1.33", "24.04"), "20260128", "20260128"),
        (ImageKind("windows", "core", "x86_64", "1.33", "2022"), "2026.01.14", "2026.01.14"),
    ],
)
def test_a_pin_fixes_the_end_of_the_name(kind: ImageKind, pinned: str, in_name: str) -> None:
    assert releases.name_release(kind, pinned) == in_name


def test_a_pin_of_another_minor_is_refused() -> None:
    with pytest.raises(InputError, match=r"is for Kubernetes 1\.32, not 1\.33"):
        releases.name_release(AL2023, "1.32.5-20260129")


@pytest.mark.parametrize(
    ("pinned", "found", "matches"),
    [
        ("1.33.5-20260129", "1.33.5-20260129", True),
        ("1.33.4-20260129", "1.33.5-20260129", False),
        ("20260129", "1.33.5-20260129", True),
        ("v20260129", "1.33.5-20260129", True),
        ("1.33.5-20260129", "20260129", True),
        ("20260128", "1.33.5-20260129", False),
        ("1.40.0", "1.40.0-0a1b2c3d", True),
        ("1.40.1", "1.40.0-0a1b2c3d", False),
        ("2026.01.14", "2026.01.14", True),
    ],
)
def test_a_pin_matches_its_release_only(pinned: str, found: str, matches: bool) -> None:
    assert releases.matches_release(pinned, found) is matches


def test_amazon_linux_tells_its_patch_in_the_description() -> None:
    assert (
        releases.release_version(AL2023, "20260129", "AL2023, (k8s: 1.33.5, containerd: 2.1.*)")
        == "1.33.5-20260129"
    )
    assert releases.release_version(AL2023, "20260129", "") == "20260129"
    assert (
        releases.release_version(BOTTLEROCKET, "1.40.0-0a1b2c3d", "(k8s: 1.33.5, x)")
        == "1.40.0-0a1b2c3d"
    )


@pytest.mark.parametrize("written", ["1.3", "1.1", "v1.9"])
def test_an_unquoted_version_is_told_as_that(written: str) -> None:
    with pytest.raises(InputError, match="unquoted") as caught:
        releases.given_minor(written)
    assert f'kubernetes_version: "{written.removeprefix("v")}0"' in str(caught.value)


@pytest.mark.parametrize("written", ["1.30", "1.31.2", "v1.10"])
def test_a_quoted_version_is_taken(written: str) -> None:
    assert releases.given_minor(written) == releases.minor_of(written)
