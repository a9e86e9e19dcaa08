# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an image can be launched where it is going to be. Private: may change in any release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images import Image
from ansible_collections.nodeops.rotator.plugins.module_utils.core.userdata import obstacle


def check_fit(what: str, image: Image, types: Mapping[str, Sequence[str]], user_data: str) -> None:
    """Refuse an image that `what` ("Launch template web") could not start nodes from: its instance types (name to the
    architectures that they run) or its base64 user data do not fit."""
    wrong = sorted(kind for kind, can in types.items() if image.architecture not in can)
    if wrong:
        raise RefusedError(
            f"{what} cannot take {image.id} ({image.architecture}): it launches {', '.join(wrong)}"
            f" ({'/'.join(types[wrong[0]])})",
            "Choose an image of that architecture",
        )
    reason = obstacle(user_data, family_of(image))
    if reason:
        raise RefusedError(
            f"{what} cannot take {image.id} ({image.name}): {reason}",
            "Override UserData with what the new family reads, or give it a node group of its own",
        )


def family_of(image: Image) -> str:
    """The family of a published image; "windows" for any Windows image, empty where nobody knows."""
    if image.named:
        return image.named.kind.family
    return "windows" if image.platform.lower() == "windows" else ""
