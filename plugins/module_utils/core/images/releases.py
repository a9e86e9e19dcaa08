# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes versions and image releases: reading, comparing, choosing."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import ImageKind

OF_NODES: Literal["nodes"] = "nodes"
OF_CONTROL_PLANE: Literal["control_plane"] = "control_plane"
_FIRST_OF_EKS = (1, 10)
_VERSION = re.compile(r"v?(?P<major>\d+)\.(?P<minor>\d+)(?:\.\d+)?(?:[+-].*)?")


def minor_of(version: str) -> str:
    """Return major.minor of a version: "1.31" for "v1.31.2-eks-94953ac".

    Raises InputError.
    """
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        raise InputError(
            f"{version!r} is not a Kubernetes version",
            f"Write it as 1.31 (quoted), or {OF_NODES} or {OF_CONTROL_PLANE}",
        )
    return f"{match['major']}.{match['minor']}"


def given_minor(version: str) -> str:
    """Return major.minor of the version that an option names.

    YAML reads an unquoted 1.30 as the number 1.3. Amazon EKS began with 1.10, so that a minor of
    one digit is taken for that. Raises InputError.
    """
    minor = minor_of(version)
    if order(minor) < _FIRST_OF_EKS:
        raise InputError(
            f"There is no image for Kubernetes {minor}: unquoted, YAML reads {minor}0 as {minor}",
            f'Write the version in quotes: kubernetes_version: "{minor}0"',
        )
    return minor


def order(minor: str) -> tuple[int, ...]:
    """Return a key that sorts versions as numbers: 1.9 before 1.31."""
    return tuple(int(part) for part in minor.split("."))


def single_minor(versions: Iterable[str], whose: str) -> str:
    """Return the one minor version that kubelets run.

    `whose` names the nodes. Raises RefusedError when there are several or none.
    """
    minors = sorted({minor_of(version) for version in versions}, key=order)
    if not minors:
        raise RefusedError(
            f"{whose} has no nodes to take the Kubernetes version from", "Set kubernetes_version"
        )
    if len(minors) > 1:
        raise RefusedError(
            f"The nodes of {whose} run several Kubernetes versions: {', '.join(minors)}",
            "Set kubernetes_version to the one that is meant",
        )
    return minors[0]


VersionOrigin = Literal["given", "nodes", "image", "nodegroup", "control_plane", "none"]


@dataclasses.dataclass(frozen=True)
class Chosen:
    """A minor version to look for, and where it comes from.

    `source`: "given", "nodes", "image" (the name of what the node group runs), "nodegroup" (EKS's
    record of it) or "control_plane"; "none" with an empty version where no version is needed.
    """

    version: str
    source: VersionOrigin


def check_skew(version: str, control_plane: str, nodes: str, allow_downgrade: bool) -> None:
    """Refuse versions that Kubernetes does not support, and a step back.

    A kubelet must not be newer than the API server (Kubernetes: version skew policy). An empty
    `control_plane` or `nodes` is not known and not compared.
    """
    if control_plane and order(version) > order(control_plane):
        raise RefusedError(
            f"Kubernetes {version} is newer than the control plane ({control_plane})",
            "Upgrade the control plane first",
        )
    if nodes and order(version) < order(nodes) and not allow_downgrade:
        raise RefusedError(
            f"Kubernetes {version} is older than the nodes ({nodes})",
            "Set allow_downgrade if that is meant",
        )


def name_release(kind: ImageKind, pinned: str) -> str:
    """Return the part of an image's name that a release version fixes.

    It is a DescribeImages filter value. Amazon Linux: "1.31.2-20241121", "20241121" or "v20241121",
    as in the name's date. Bottlerocket: "1.28.0" or "1.28.0-e89d48cb", with or without "v". Ubuntu:
    the serial "20241113". Debian: "20241113-1827", or the date alone. Windows: the date
    "2024.11.12". Flatcar and plain Amazon Linux 2023: the version. Raises InputError for a release
    of another Kubernetes minor.
    """
    release = pinned.strip().removeprefix("v")
    if kind.family in ("al2023", "al2"):
        full = re.fullmatch(r"(?P<version>\d+\.\d+)\.\d+-(?P<date>\d{8}.*)", release)
        if full and full["version"] != kind.kubernetes_version:
            raise InputError(
                f"Release {pinned} is for Kubernetes {full['version']}, not"
                f" {kind.kubernetes_version}",
                "Give a release_version of that minor, or its date alone",
            )
        return full["date"] if full else release
    if kind.family == "bottlerocket" and re.fullmatch(r"\d+\.\d+\.\d+", release):
        return release + "-*"
    if kind.family == "debian" and re.fullmatch(r"\d{8}", release):
        return release + "-*"
    return release


def release_version(kind: ImageKind, release: str, description: str) -> str:
    """Return the release version that EKS would give an image.

    `release` is that of its name. Amazon Linux writes the Kubernetes patch into the description
    only: "... (k8s: 1.31.2, containerd: 1.7.*)".
    """
    if kind.family in ("al2023", "al2"):
        match = re.search(r"\(k8s: (\d+\.\d+\.\d+)", description)
        return f"{match[1]}-{release}" if match else release
    return release


def matches_release(pinned: str, found: str) -> bool:
    """Return whether release version `found` is the one meant by `pinned`.

    A patch version that is given must agree with one that is known.
    """
    wanted, have = pinned.strip().removeprefix("v"), found.removeprefix("v")
    if "-" in wanted and "-" in have:
        return wanted == have
    return wanted in (have, have.split("-")[0], have.split("-")[-1]) or have in wanted.split("-")
