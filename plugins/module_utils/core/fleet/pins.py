# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pin the release of the first ring for the rest of the line.

A release is published in several variants, for several Kubernetes versions and Regions, under one
name. What no earlier ring had is pinned by the first node group that has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import CUSTOM

DATED = ("al2023", "al2")
"""Families whose release is a Kubernetes version and a date; the date is the same for all."""
BY_VERSION = ("ubuntu",)
"""Families that have a release of their own for each Kubernetes version."""


def key(found: Mapping[str, str]) -> str:
    """Return what an image is pinned as, for the fields that eks_ami_lookup returns.

    Images of one key get one release. "" if no image was looked up.
    """
    family = found.get("family", "")
    parts = [family, found.get("os_release", "")]
    if family in BY_VERSION:
        parts.append(found.get("kubernetes_version", ""))
    if family == CUSTOM:
        parts.append(found.get("architecture", ""))
    return "/".join(part for part in parts if part)


def release(found: Mapping[str, str]) -> str:
    """Return the release of an image, in the notation that holds for all of its key.

    Images of one's own have no releases, but names.
    """
    if found.get("family") == CUSTOM:
        return found.get("name", "")
    version = found.get("release_version", "")
    return version.rpartition("-")[2] if found.get("family") in DATED else version


def pins(given: Mapping[str, str], looked_up: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the release of each key: those given, then of what was looked up first."""
    found = dict(given)
    for image in looked_up:
        if key(image) and release(image):
            found.setdefault(key(image), release(image))
    return found
