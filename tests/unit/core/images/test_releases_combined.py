# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions that may follow each other, and pins that fit what they name."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import (
    ImageKind,
    name_pattern,
    read_name,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.releases import (
    check_skew,
    given_minor,
    matches_release,
    minor_of,
    name_release,
    order,
    release_version,
    single_minor,
)

MINORS = ("1.8", "1.9", "1.10", "1.29", "1.31", "2.0")
"""In their order."""


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(MINORS, 2)))
def test_minors_come_in_the_order_of_their_numbers(one: str, other: str) -> None:
    assert order(one) < order(other)


@pytest.mark.parametrize(
    ("version", "control_plane", "nodes", "downgrade"),
    list(itertools.product(MINORS[1:4], (*MINORS[1:4], ""), (*MINORS[1:4], ""), (False, True))),
)
def test_a_kubelet_is_never_newer_than_the_api_server_nor_older_than_it_was(
    version: str, control_plane: str, nodes: str, downgrade: bool
) -> None:
    place = MINORS.index(version)
    too_new = bool(control_plane) and place > MINORS.index(control_plane)
    too_old = bool(nodes) and place < MINORS.index(nodes) and not downgrade
    if not too_new and not too_old:
        check_skew(version, control_plane, nodes, downgrade)
        return
    words = "newer than the control plane" if too_new else "older than the nodes"
    with pytest.raises(RefusedError, match=words):
        check_skew(version, control_plane, nodes, downgrade)


@pytest.mark.parametrize("suffix", ["", ".4", ".4-eks-113cf36", ".4+k3s1", "+", "-beta.1"])
@pytest.mark.parametrize("prefix", ["", "v", " "])
@pytest.mark.parametrize("minor", MINORS)
def test_a_version_is_read_in_every_way_it_is_written(minor: str, prefix: str, suffix: str) -> None:
    assert minor_of(f"{prefix}{minor}{suffix}") == minor


@pytest.mark.parametrize("minor", MINORS)
def test_only_versions_that_eks_has_had_are_taken(minor: str) -> None:
    if minor in ("1.8", "1.9"):
        with pytest.raises(InputError, match=f"YAML reads {minor}0 as {minor}"):
            given_minor(minor)
        return
    assert given_minor(minor) == minor


@pytest.mark.parametrize(
    "versions", [("v1.31.1",), ("v1.31.1", "v1.31.9-eks-1"), ("1.31", "v1.31.0+x", "1.31.2")]
)
def test_nodes_that_differ_in_the_patch_run_one_version(versions: tuple[str, ...]) -> None:
    assert single_minor(versions, "blue") == "1.31"


def test_several_versions_are_told_in_their_order() -> None:
    with pytest.raises(RefusedError) as caught:
        single_minor(["v1.31.0", "v1.9.0", "v1.10.4", "v1.9.3"], "blue")
    assert "1.9, 1.10, 1.31" in caught.value.message


PUBLISHED = [
    ("amazon-eks-node-al2023-x86_64-standard-1.33-v20260129", "(k8s: 1.33.5, containerd: 2.1.*)"),
    ("amazon-eks-node-1.32-v20251120", "EKS node (k8s: 1.32.9, containerd: 1.7.*)"),
    ("bottlerocket-aws-k8s-1.33-x86_64-v1.40.0-0a1b2c3d", ""),
    ("ubuntu-eks/k8s_1.33/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260128", ""),
    ("Windows_Server-2022-English-Core-EKS_Optimized-1.33-2026.01.14", ""),
]


def published(name: str, description: str) -> tuple[ImageKind, str, str]:
    """Kind, release in the name, and release version of a published image."""
    named = read_name(name)
    assert named is not None
    return named.kind, named.release, release_version(named.kind, named.release, description)


@pytest.mark.parametrize(("name", "description"), PUBLISHED)
def test_the_release_version_that_is_shown_finds_its_image_again(
    name: str, description: str
) -> None:
    """What a result tells can be given as release_version, with or without a v."""
    kind, release, version = published(name, description)
    for pinned in (version, f"v{version}", f" {version} "):
        assert name_pattern(kind, name_release(kind, pinned)) == name_pattern(kind, release)
        assert matches_release(pinned, version)


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(PUBLISHED, 2)))
def test_no_release_matches_that_of_another_family(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert not matches_release(published(*one)[2], published(*other)[2])


@pytest.mark.parametrize(
    ("pinned", "found", "matches"),
    [
        ("1.40.0", "1.40.0-0a1b2c3d", True),
        ("v1.40.0", "1.40.0-0a1b2c3d", True),
        ("1.40", "1.40.0-0a1b2c3d", False),
        ("1.4", "1.40.0-0a1b2c3d", False),
        ("0a1b2c3d", "1.40.0-0a1b2c3d", True),
        ("1.40.0-0a1b2c3e", "1.40.0-0a1b2c3d", False),
        ("2026012", "1.33.5-20260129", False),
        ("1.33.5-20260129", "v1.33.5-20260129", True),
        ("2026.01.1", "2026.01.14", False),
    ],
)
def test_a_pin_means_whole_parts_of_a_release(pinned: str, found: str, matches: bool) -> None:
    assert matches_release(pinned, found) is matches


@pytest.mark.parametrize("family", ["al2023", "al2"])
@pytest.mark.parametrize(
    ("pinned", "minor"), [("1.32.9-20251120", "1.32"), ("1.31.0-20251120", "1.31")]
)
def test_a_release_fixes_the_minor_of_amazon_linux(family: str, pinned: str, minor: str) -> None:
    kind = ImageKind(family, "standard", "x86_64", "1.32")
    if minor == "1.32":
        assert name_release(kind, pinned) == "20251120"
        return
    with pytest.raises(InputError, match=rf"is for Kubernetes {minor}, not 1\.32"):
        name_release(kind, pinned)
