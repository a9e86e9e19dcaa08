# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that an image can be launched where it is going to be."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import Image
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.user_data import obstacle


@dataclasses.dataclass(frozen=True)
class InstanceType:
    """What an instance type can run.

    `boot_modes`: "uefi", "legacy-bios"; empty where not known.
    """

    architectures: tuple[str, ...]
    boot_modes: tuple[str, ...] = ()


def check_fit(what: str, image: Image, types: Mapping[str, InstanceType], user_data: str) -> None:
    """Refuse an image that cannot start nodes of these types with this user data.

    `what` ("Launch template web") begins the message; `types` are instance types by name,
    `user_data` is base64. Raises RefusedError.
    """
    wrong = sorted(
        name for name, kind in types.items() if image.architecture not in kind.architectures
    )
    if wrong:
        raise RefusedError(
            f"{what} cannot take {image.id} ({image.architecture}): it launches {', '.join(wrong)}"
            f" ({'/'.join(types[wrong[0]].architectures)})",
            "Choose an image of that architecture",
        )
    unable = sorted(name for name, kind in types.items() if not _boots(image, kind))
    if unable:
        raise RefusedError(
            f"{what} cannot take {image.id} (boot mode {image.boot_mode}): it launches"
            f" {', '.join(unable)}"
            f" ({'/'.join(types[unable[0]].boot_modes)})",
            "Choose an image of that boot mode",
        )
    reason = obstacle(user_data, family_of(image))
    if reason:
        raise RefusedError(
            f"{what} cannot take {image.id} ({image.name}): {reason}",
            "Override UserData with what the new family reads, or give it a node group of its own",
        )


def _boots(image: Image, kind: InstanceType) -> bool:
    """Return whether the instance type can boot the image.

    "uefi-preferred" boots everywhere (EC2 user guide, boot modes).
    """
    return (
        image.boot_mode in ("", "uefi-preferred")
        or not kind.boot_modes
        or image.boot_mode in kind.boot_modes
    )


def family_of(image: Image) -> str:
    """Return the family of a published image, "" if it is not known.

    Any Windows image is of the family "windows".
    """
    if image.named:
        return image.named.kind.family
    return "windows" if image.platform.lower() == "windows" else ""
