# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe a family of images, and refuse what it does not have."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError

ARCHITECTURES = ("x86_64", "arm64")
_DRIVER_VARIANT = re.compile(r"bottlerocket nvidia-\d+(-fips)?")
"""A variant with a branch of the NVIDIA driver of its own, such as aws-k8s-1.36-nvidia-595
(Bottlerocket, variants)."""


@dataclasses.dataclass(frozen=True)
class Family:
    """A family of images.

    `variants`: the architectures by variant. `owners`: as DescribeImages takes them; where they are
    accounts, only these are believed. `ended`: the ISO date after which nothing is published any
    more, "" while it is maintained. `versioned`: each image is for one Kubernetes version.
    """

    name: str
    title: str
    owners: tuple[str, ...]
    variants: Mapping[str, tuple[str, ...]]
    variant: str = "standard"
    os_releases: tuple[str, ...] = ()
    os_release: str = ""
    ended: str = ""
    successor: str = ""
    versioned: bool = True

    def check(self, variant: str, architecture: str, os_release: str) -> None:
        """Refuse what the family does not have.

        Raises InputError, which names the choices.
        """
        driver = _DRIVER_VARIANT.fullmatch(f"{self.name} {variant}")
        if variant not in self.variants and not driver:
            raise InputError(f"{self.title} has no variant {variant}", _choose(self.variants))
        existing = self.variants.get(variant, ARCHITECTURES)
        if architecture not in existing:
            raise InputError(
                f"{self.title} {variant} does not exist for {architecture}", _choose(existing)
            )
        if os_release and not self.os_releases:
            raise InputError(f"{self.title} takes no os_release", "Leave it out")
        if self.os_releases and os_release not in self.os_releases:
            raise InputError(
                f"{self.title} has no os_release {os_release}", _choose(self.os_releases)
            )


def _choose(choices: Mapping[str, object] | tuple[str, ...]) -> str:
    return f"Choose one of: {', '.join(choices)}"
