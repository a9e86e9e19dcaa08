# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the images that instance groups name, and their twins."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import (
    Image,
    check_usable,
    newest_first,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.image_reference import (
    read_reference,
    twins,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import ALIAS
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami import (
    images,
    parameters,
)


def find_image(aws: Aws, text: str) -> Image:
    """Return the image that an instance group means by a text.

    Of several of a name it is the newest. Raises InputError and NotFoundError.
    """
    named = read_reference(text)
    if named.parameter:
        return images.get(aws, parameters.resolve_image(aws, ALIAS + named.parameter))
    if named.id:
        return images.get(aws, named.id)
    found = images.search(aws, [named.owner], {"name": [named.name]}, deprecated=True)
    if not found:
        raise NotFoundError(
            f"There is no image {named.name} of {named.owner}",
            "Check the name, its owner, the region, and whether it is shared with this account",
        )
    return newest_first(found)[0]


def fitting_image(aws: Aws, text: str, types: Sequence[str], group: str) -> tuple[str, Image]:
    """Return the wanted image, or its twin for these instance types.

    Returns the text by which the instance group names it, and the image. Raises RefusedError if
    there is no twin. `group`: the instance group, for people.
    """
    image = find_image(aws, text)
    known = images.instance_types(aws, types)
    common = [set(one.architectures) for one in known.values()]
    needed = set.intersection(*common) if common else {image.architecture}
    if image.architecture in needed:
        check_usable(image, "")
        return text, image
    named = read_reference(text)
    for architecture in sorted(needed):
        source = f"{image.owner}/{image.name}" if named.id else text
        for other in twins(source, architecture):
            found = _if_there(aws, other)
            if found is not None and found.architecture == architecture:
                check_usable(found, architecture)
                return (found.id if named.id else other), found
    raise RefusedError(
        f"Image {text} is {image.architecture}, instance group {group} launches"
        f" {', '.join(types)} ({'/'.join(sorted(needed)) or 'different architectures'}), and there"
        " is no image of the same name for that",
        "Name an image of that architecture for this instance group",
    )


def _if_there(aws: Aws, text: str) -> Image | None:
    try:
        return find_image(aws, text)
    except NotFoundError:
        return None


def name_of(aws: Aws, image_id: str) -> str:
    """Return owner/name of an image, its ID if EC2 does not show it any more."""
    found = images.by_ids(aws, [image_id]).get(image_id)
    return f"{found.owner}/{found.name}" if found and found.name else image_id
