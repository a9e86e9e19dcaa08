# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read images as EC2 describes them, and judge them."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import (
    CUSTOM,
    FAMILIES,
    ImageKind,
    Named,
    read_name,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.releases import (
    release_version,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.devices import (
    names,
    snapshots,
)

CANONICAL = ("099720109477", "513442679011", "837727238323")
"""Canonical's accounts: commercial, GovCloud, China (Canonical, "Find Ubuntu images on AWS")."""
AMAZON = ("amazon",)
"""Owners of the families that AWS publishes: several accounts with one alias."""


@dataclasses.dataclass(frozen=True)
class Image:
    """An AMI as DescribeImages shows it.

    Dates are UTC; `deprecated_at` is None if no date is set. `devices` and `snapshots`: of its
    block device mappings.
    """

    id: str
    name: str
    architecture: str
    created_at: datetime.datetime
    state: str = "available"
    owner: str = ""
    owner_alias: str = ""
    description: str = ""
    platform: str = ""
    boot_mode: str = ""
    root_device_name: str = ""
    root_device_type: str = "ebs"
    deprecated_at: datetime.datetime | None = None
    devices: frozenset[str] = frozenset()
    snapshots: frozenset[str] = frozenset()

    @property
    def named(self) -> Named | None:
        """Return what the name says, None if the owner is not the family's publisher."""
        said = read_name(self.name)
        if said is None:
            return None
        owners = FAMILIES[said.kind.family].owners
        if owners == AMAZON:
            return said if self.owner_alias == "amazon" else None
        return said if self.owner in (CANONICAL if owners[0] in CANONICAL else owners) else None

    @property
    def kops_image(self) -> str:
        """Return its name for kops: owner and name, or its ID where one is missing."""
        return f"{self.owner}/{self.name}" if self.owner and self.name else self.id

    def age_days(self, now: datetime.datetime) -> int:
        """Return the whole days since its creation."""
        return max(0, (now - self.created_at).days)


def parse_image(shown: Mapping[str, Any]) -> Image:
    """Return the image that an element of DescribeImages describes."""
    deprecation = shown.get("DeprecationTime")
    return Image(
        id=shown["ImageId"],
        name=shown.get("Name", ""),
        architecture=shown.get("Architecture", ""),
        created_at=parse_time(shown["CreationDate"]),
        state=shown.get("State", ""),
        owner=shown.get("OwnerId", ""),
        owner_alias=shown.get("ImageOwnerAlias", ""),
        description=shown.get("Description", ""),
        platform=shown.get("Platform", ""),
        boot_mode=shown.get("BootMode", ""),
        root_device_name=shown.get("RootDeviceName", ""),
        root_device_type=shown.get("RootDeviceType", ""),
        deprecated_at=parse_time(deprecation) if deprecation else None,
        devices=names(shown),
        snapshots=snapshots(shown),
    )


def parse_time(text: str) -> datetime.datetime:
    """Return the moment that EC2 writes as 2026-05-06T07:08:09.000Z."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def show_time(moment: datetime.datetime | None) -> str | None:
    """Return a moment as results show it, in seconds; None stays None."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def check_usable(image: Image, architecture: str) -> None:
    """Refuse an image that no node could be launched from."""
    if image.state != "available":
        raise RefusedError(
            f"Image {image.id} ({image.name}) is {image.state}, not available",
            "Choose another release",
        )
    if architecture and image.architecture != architecture:
        raise RefusedError(
            f"Image {image.id} ({image.name}) is {image.architecture}, not {architecture}"
        )
    if image.root_device_type == "instance-store":
        raise RefusedError(
            f"Image {image.id} ({image.name}) has a root device of type"
            f" {image.root_device_type}, not ebs"
        )


def warnings_of(image: Image, kind: ImageKind | None, now: datetime.datetime) -> list[str]:
    """Return what a person should know before using the image."""
    found = []
    if image.deprecated_at and image.deprecated_at <= now:
        found.append(
            f"Image {image.id} ({image.name}) is deprecated since {show_time(image.deprecated_at)}"
        )
    family = FAMILIES.get(kind.family) if kind else None
    if family and family.ended and now.date().isoformat() >= family.ended:
        found.append(
            f"{family.title} has ended: no images after {family.ended}. Move the node group to"
            f" {family.successor}"
        )
    return found


def newest_first(images: Iterable[Image]) -> list[Image]:
    """Sort by creation, newest first; by name where moments are equal."""
    return sorted(images, key=lambda image: (image.created_at, image.name, image.id), reverse=True)


def choose(
    images: Sequence[Image], now: datetime.datetime, min_age: int, max_age: int | None, what: str
) -> Image:
    """Return the newest image that is between `min_age` and `max_age` days old.

    `what` names the search in errors. Raises RefusedError when all are too young or the newest is
    too old.
    """
    ripe = [image for image in newest_first(images) if image.age_days(now) >= min_age]
    if not ripe:
        youngest = newest_first(images)[0]
        raise RefusedError(
            f"Every image of {what} is younger than min_age ({min_age} days); the newest,"
            f" {youngest.name}, is"
            f" {youngest.age_days(now)} days old",
            "Wait, or lower min_age",
        )
    chosen = ripe[0]
    if max_age is not None and chosen.age_days(now) > max_age:
        raise RefusedError(
            f"The newest image of {what}, {chosen.name}, is {chosen.age_days(now)} days old;"
            f" max_age is {max_age}",
            "Raise max_age, or publish a newer image",
        )
    return chosen


def show_image(image: Image, kind: ImageKind | None, now: datetime.datetime) -> dict[str, Any]:
    """Return an image as results show it.

    Without `kind`, and for `custom`, its name tells family and release, where it can be trusted.
    """
    named = image.named
    seen = named.kind if named and (kind is None or kind.family != CUSTOM) else kind
    release = release_version(seen, named.release, image.description) if seen and named else ""
    return {
        "image_id": image.id,
        "name": image.name,
        "kops_image": image.kops_image,
        "family": seen.family if seen else CUSTOM,
        "variant": seen.variant if seen else "",
        "architecture": image.architecture,
        "kubernetes_version": seen.kubernetes_version if seen else "",
        "os_release": seen.os_release if seen else "",
        "release_version": release,
        "creation_date": show_time(image.created_at),
        "age_days": image.age_days(now),
        "deprecation_time": show_time(image.deprecated_at),
        "description": image.description,
        "state": image.state,
        "owner_id": image.owner,
        "boot_mode": image.boot_mode,
        "root_device_name": image.root_device_name,
        "root_device_type": image.root_device_type,
    }


def update_due(found: Image, current: Sequence[Image], pinned: bool) -> bool:
    """Return whether something in `current` should become `found`.

    If the release is pinned, everything else should; otherwise what is older, since an answer held
    back by min_age must not read as a step back, and what is of another kind, however new it is:
    the images of two Kubernetes minors, or of two families, are published minutes or weeks apart.
    """
    others = [image for image in current if image.id != found.id]
    return any(
        pinned or image.created_at < found.created_at or _kind(image) != _kind(found)
        for image in others
    )


def _kind(image: Image) -> ImageKind | None:
    """Return the kind of an image by its name, None for one that nobody publishes.

    Not of which architecture: a node group may have nodes of several.
    """
    return dataclasses.replace(image.named.kind, architecture="") if image.named else None


def behind_days(found: Image, current: Sequence[Image]) -> int:
    """Return how many days the oldest of `current` is older than `found`, at least 0."""
    return max([0, *((found.created_at - image.created_at).days for image in current)])
