# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Image
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.paging import (
    matches,
    paged,
    tag_list,
    tag_pairs,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.ec2_instances import check_id

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account


def _image_view(account: Account, image: Image) -> dict[str, Any]:
    view: dict[str, Any] = {
        "ImageId": image.id,
        "Name": image.name,
        "Description": image.description,
        "Architecture": image.architecture,
        "CreationDate": image.created,
        "OwnerId": image.owner,
        "State": image.state,
        "Public": image.owner != account.id,
        "ImageType": "machine",
        "ImageLocation": f"{image.owner_alias or image.owner}/{image.name}",
        "RootDeviceType": "ebs",
        "RootDeviceName": image.root_device,
        "VirtualizationType": "hvm",
        "Hypervisor": "xen",
        "EnaSupport": True,
        "SriovNetSupport": "simple",
        "BlockDeviceMappings": [
            {
                "DeviceName": image.root_device,
                "Ebs": {
                    "SnapshotId": f"snap-{image.id.removeprefix('ami-')}",
                    "VolumeSize": 20,
                    "VolumeType": "gp3",
                    "DeleteOnTermination": True,
                    "Encrypted": False,
                },
            }
        ],
        "PlatformDetails": "Windows" if image.platform else "Linux/UNIX",
        "Tags": tag_list(image.tags),
    }
    optional = {
        "ImageOwnerAlias": image.owner_alias,
        "Platform": image.platform,
        "DeprecationTime": image.deprecation,
    }
    return {**view, **{name: value for name, value in optional.items() if value}}


_IMAGE_FILTERS: dict[str, Any] = {
    "name": lambda image: [image.name],
    "image-id": lambda image: [image.id],
    "architecture": lambda image: [image.architecture],
    "state": lambda image: [image.state],
    "owner-id": lambda image: [image.owner],
    "owner-alias": lambda image: [image.owner_alias] if image.owner_alias else [],
    "description": lambda image: [image.description],
    "creation-date": lambda image: [image.created],
    "platform": lambda image: [image.platform] if image.platform else [],
    "root-device-type": lambda image: ["ebs"],
    "virtualization-type": lambda image: ["hvm"],
    "image-type": lambda image: ["machine"],
    "is-public": lambda image: [],
}


@operation(
    "ec2",
    "DescribeImages",
    "ImageIds",
    "Owners",
    "Filters",
    "IncludeDeprecated",
    "MaxResults",
    "NextToken",
)
def describe_images(account: Account, params: Params) -> dict[str, Any]:
    """Return images by ID (all must exist), owner and filter.

    An owner is an account ID, self or amazon.
    """
    ids, owners = params.get("ImageIds", []), params.get("Owners", [])
    for name in ids:
        check_id("AMIID", "ami", name)
    missing = [name for name in ids if name not in account.images]
    if missing:
        raise AwsError(
            "InvalidAMIID.NotFound", f"The image id '[{', '.join(missing)}]' does not exist"
        )
    known = {
        **_IMAGE_FILTERS,
        "is-public": lambda image: ["true" if image.owner != account.id else "false"],
    }
    views = {
        image.id: _image_view(account, image)
        for image in ([account.images[name] for name in ids] or account.images.values())
        if _owned(account, image, owners)
        and matches(image, params.get("Filters", ()), known, lambda i: tag_pairs(i.tags))
        and (ids or params.get("IncludeDeprecated") or not _deprecated(account, image))
    }
    return paged(account, params, "Images", views, 1000)


def _owned(account: Account, image: Image, owners: list[str]) -> bool:
    mine = "self" in owners and image.owner == account.id
    return (
        not owners
        or mine
        or image.owner in owners
        or (image.owner_alias != "" and image.owner_alias in owners)
    )


def _deprecated(account: Account, image: Image) -> bool:
    return bool(image.deprecation) and image.deprecation <= account.kernel.utc().strftime(
        "%Y-%m-%dT%H:%M:%S.000Z"
    )
