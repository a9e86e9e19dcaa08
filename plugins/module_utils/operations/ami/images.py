# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read images and instance types from EC2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.instances import (
    describe_instances,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.fit import InstanceType
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import (
    Image,
    parse_image,
)

Filters = Mapping[str, Sequence[str]]
"""DescribeImages filters: name to values."""
TYPES_PER_CALL = 100
"""DescribeInstanceTypes takes at most so many names (EC2 API reference)."""


def search(aws: Aws, owners: Sequence[str], filters: Filters, deprecated: bool) -> list[Image]:
    """Return the images of `owners` that pass the filters.

    No owners: anybody's. `deprecated`: deprecated images of others too.
    """
    shown = aws.pages(
        "search images",
        "ec2",
        "DescribeImages",
        "Images",
        Owners=list(owners) or None,
        Filters=[{"Name": name, "Values": list(values)} for name, values in filters.items()],
        IncludeDeprecated=deprecated,
    )
    return [parse_image(one) for one in shown]


def by_ids(aws: Aws, ids: Iterable[str]) -> dict[str, Image]:
    """Return images by ID, without those that do not exist or are not shared with us.

    Asked for by filter, because a call by IDs fails if one is missing.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    return {image.id: image for image in search(aws, (), {"image-id": wanted}, deprecated=True)}


def get(aws: Aws, image_id: str) -> Image:
    """Return one image. Raises NotFoundError."""
    found = by_ids(aws, [image_id])
    if image_id not in found:
        raise NotFoundError(
            f"Image {image_id} does not exist in this region, or is not shared with this account",
            "Check the id, the region and the image's launch permissions",
        )
    return found[image_id]


def instance_types(aws: Aws, types: Iterable[str]) -> dict[str, InstanceType]:
    """Return what instance types can run, by name.

    Raises RotatorError for a type that does not exist.
    """
    wanted, found = sorted(set(types)), {}
    for start in range(0, len(wanted), TYPES_PER_CALL):
        names = wanted[start : start + TYPES_PER_CALL]
        doing = f"describe instance types {', '.join(names[:3])}"
        for shown in aws.pages(
            doing, "ec2", "DescribeInstanceTypes", "InstanceTypes", InstanceTypes=names
        ):
            can_run = tuple(shown["ProcessorInfo"]["SupportedArchitectures"])
            found[shown["InstanceType"]] = InstanceType(
                can_run, tuple(shown.get("SupportedBootModes", ()))
            )
    return found


def of_instances(aws: Aws, ids: Iterable[str]) -> list[str]:
    """Return the image IDs of instances that have not ended, each once, sorted.

    Instances that do not exist are left out.
    """
    wanted = sorted(set(ids))
    found: set[str] = set()
    for one in describe_instances(aws, "describe instances", "instance-id", wanted):
        if one["State"]["Name"] not in ("terminated", "shutting-down"):
            found.add(one["ImageId"])
    return sorted(found)
