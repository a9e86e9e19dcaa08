# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read how an instance group names its image, and find the name of a twin.

kops takes the ID of an image, owner/name, or ssm: and the name of a Systems Manager parameter
(kops: docs, instance groups, image).
"""

from __future__ import annotations

import dataclasses
import re

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError

SSM = "ssm:"
_ID = re.compile(r"ami-[0-9a-f]{8,17}")
_NAMED = re.compile(r"(?P<owner>[A-Za-z0-9.-]+)/(?P<name>\S.*)")
_WORD = re.compile(r"(?<![A-Za-z0-9])(amd64|x86_64|arm64|aarch64)(?![A-Za-z0-9])")
_TWINS = {
    "arm64": {"amd64": ("arm64",), "x86_64": ("arm64", "aarch64")},
    "x86_64": {"arm64": ("amd64", "x86_64"), "aarch64": ("x86_64",)},
}
"""How publishers spell architectures in names: by architecture as EC2 calls it."""


@dataclasses.dataclass(frozen=True)
class ImageReference:
    """An image as an instance group names it.

    Either `id`, or `owner` and `name`, or `parameter`.
    """

    text: str
    id: str = ""
    owner: str = ""
    name: str = ""
    parameter: str = ""


def read_reference(text: str) -> ImageReference:
    """Return what a text names. Raises InputError if it is none of the three."""
    if _ID.fullmatch(text):
        return ImageReference(text, id=text)
    if text.startswith(SSM) and len(text) > len(SSM):
        return ImageReference(text, parameter=text.removeprefix(SSM))
    match = _NAMED.fullmatch(text)
    if match is None:
        raise InputError(
            f"{text!r} is not how kops names an image",
            "Give an ID as in ami-0123456789abcdef0, owner/name, or ssm:<parameter>",
        )
    return ImageReference(text, owner=match["owner"], name=match["name"])


def twins(text: str, architecture: str) -> list[str]:
    """Return the texts by which the same image for another architecture may be named.

    It is a name of an image, owner/name or a parameter. [] if it names no other architecture.
    """
    found = _WORD.search(text)
    spellings = _TWINS.get(architecture, {}).get(found[1], ()) if found else ()
    return [_WORD.sub(word, text) for word in spellings]
