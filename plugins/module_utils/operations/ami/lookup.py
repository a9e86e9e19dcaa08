# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the image that answers a request, and how far behind it what is in use is."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images import families
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.families import (
    CUSTOM,
    FAMILIES,
    ImageKind,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.family import (
    ARCHITECTURES,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import (
    Image,
    behind_days,
    check_usable,
    choose,
    newest_first,
    show_image,
    update_due,
    warnings_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.releases import (
    matches_release,
    name_release,
    order,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.request import Search
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami import (
    current,
    images,
    parameters,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.current import (
    Connect,
    Current,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.version import (
    VersionSource,
)

SHOWN_CHOICES = 8
"""How many releases an error names."""


@dataclasses.dataclass(frozen=True)
class Found:
    """An image, and the parameter and release version published with it, or ""."""

    image: Image
    parameter: str = ""
    release: str = ""


class Lookup:
    """One lookup, which only reads. `now` is UTC."""

    def __init__(self, aws: Aws, search: Search, now: datetime.datetime, connect: Connect) -> None:
        self._aws, self._search, self._now, self._connect = aws, search, now, connect

    def run(self) -> dict[str, Any]:
        """Return the result of eks_ami_lookup. Raises core.errors."""
        search = self._search
        current = self._current()
        family = search.family or _family_of(current)
        version = VersionSource(
            self._aws, search.eks_cluster, current, self._connect, search.allow_downgrade
        )
        known = FAMILIES.get(family)
        chosen = version.choose(search.kubernetes_version, bool(known and known.versioned))
        kind = self._kind(family, chosen.version, current)
        found = self._custom(kind) if family == CUSTOM else self._published(kind, current)
        check_usable(found.image, kind.architecture)
        result = show_image(found.image, kind, self._now)
        result.update(
            parameter=found.parameter, release_version=found.release or result["release_version"]
        )
        result.update(
            kubernetes_version_source=chosen.source, control_plane_version=version.control_plane
        )
        result.update(self._comparison(found.image, current))
        result["warnings"] = [*version.warnings, *warnings_of(found.image, kind, self._now)]
        if search.releases:
            listed = self._listed(kind) if family != CUSTOM else self._own(kind)
            result["releases"] = [
                show_image(image, kind, self._now) for image in newest_first(listed)
            ]
        return result

    def _current(self) -> Current:
        if self._search.compare_image:
            return current.of_image(self._aws, self._search.compare_image)
        if self._search.compare is not None:
            return current.of_target(self._aws, self._search.compare)
        return Current()

    def _kind(self, family: str, version: str, current: Current) -> ImageKind:
        """Return the kind of image looked for.

        What was not given is taken from what is in use, if that is of the same family.
        """
        search, said = self._search, None
        if current.found and current.found[0].named:
            said = current.found[0].named.kind
        same = said if said and said.family == family else None
        architecture = search.architecture or (
            current.found[0].architecture if current.found else ""
        )
        if family == CUSTOM:
            return ImageKind(CUSTOM, "", architecture or ARCHITECTURES[0], version)
        variant = search.variant or (same.variant if same else "")
        os_release = search.os_release or (same.os_release if same else "")
        return families.make_kind(family, variant, architecture, version, os_release)

    def _published(self, kind: ImageKind, current: Current) -> Found:
        if self._search.release_version:
            return self._pinned(kind)
        parameter, release_parameter = families.parameters(kind)
        if not parameter:
            return self._newest(kind)
        values = parameters.values(
            self._aws, [name for name in (parameter, release_parameter) if name]
        )
        if parameter not in values:
            raise self._unpublished(kind, parameter)
        known = {one.id: one for one in current.found}  # read in this very lookup
        image = known.get(values[parameter]) or images.get(self._aws, values[parameter])
        if image.age_days(self._now) >= self._search.min_age:
            self._choose([image], kind)
            return Found(image, parameter, values.get(release_parameter, ""))
        # What is newer than the recommended image is not recommended yet.
        older = [one for one in self._listed(kind) if one.created_at <= image.created_at]
        return Found(self._choose(older or [image], kind))

    def _newest(self, kind: ImageKind) -> Found:
        """Return the newest image of a family without parameters."""
        listed = self._listed(kind)
        if not listed:
            raise NotFoundError(
                f"No AMI is published for {kind.text()}", "There is none in this region"
            )
        return Found(self._choose(listed, kind))

    def _choose(self, candidates: Sequence[Image], kind: ImageKind) -> Image:
        return choose(
            candidates, self._now, self._search.min_age, self._search.max_age, kind.text()
        )

    def _pinned(self, kind: ImageKind) -> Found:
        wanted = self._search.release_version
        matching = [
            image
            for image in self._listed(kind, name_release(kind, wanted))
            if matches_release(wanted, show_image(image, kind, self._now)["release_version"])
        ]
        if matching:
            return Found(self._choose(matching, kind))
        have = [
            show_image(image, kind, self._now)["release_version"]
            for image in newest_first(self._listed(kind))
        ]
        raise NotFoundError(
            f"There is no release {wanted} of {kind.text()}",
            f"The newest are: {', '.join(have[:SHOWN_CHOICES])}"
            if have
            else "There are none in this region",
        )

    def _listed(self, kind: ImageKind, release: str = "*") -> list[Image]:
        filters = {
            "name": [families.name_pattern(kind, release)],
            "architecture": [kind.architecture],
            "state": ["available"],
        }
        owners = self._search.owners or FAMILIES[kind.family].owners
        return images.search(self._aws, owners, filters, deprecated=release != "*")

    def _unpublished(self, kind: ImageKind, parameter: str) -> NotFoundError:
        """Return the error for a parameter that does not exist.

        It names the Kubernetes versions for which there are images.
        """
        every = self._listed(dataclasses.replace(kind, kubernetes_version="*"))
        minors = {image.named.kind.kubernetes_version for image in every if image.named}
        choices = ", ".join(sorted(minors - {""}, key=order))
        hint = (
            f"There are images for Kubernetes {choices}"
            if choices
            else "There is none in this region"
        )
        return NotFoundError(
            f"No AMI is published for {kind.text()}: there is no parameter {parameter}", hint
        )

    def _own(self, kind: ImageKind) -> list[Image]:
        return images.search(
            self._aws, self._search.owners or ("self",), self._filters(kind), deprecated=False
        )

    def _custom(self, kind: ImageKind) -> Found:
        search = self._search
        if search.release_version:
            raise InputError(
                "release_version is for the published families",
                "Pin a custom image by its name_pattern",
            )
        if not (search.name_pattern or search.tags or search.filters):
            raise InputError(
                "Family custom needs a way to find its images", "Set name_pattern, tags or filters"
            )
        candidates = self._own(kind)
        if not candidates:
            said = "; ".join(
                f"{name} = {' or '.join(values)}" for name, values in self._filters(kind).items()
            )
            owners = ", ".join(search.owners or ("self",))
            raise NotFoundError(
                f"No image of {owners} matches: {said}",
                "Check the filter, the region and the owners",
            )
        return Found(self._choose(candidates, kind))

    def _filters(self, kind: ImageKind) -> dict[str, Sequence[str]]:
        search = self._search
        wanted: dict[str, Sequence[str]] = {
            "state": ["available"],
            "architecture": [kind.architecture],
        }
        if search.name_pattern:
            wanted["name"] = [search.name_pattern]
        wanted.update({f"tag:{key}": [value] for key, value in search.tags.items()})
        return {**wanted, **search.filters}

    def _comparison(self, image: Image, current: Current) -> dict[str, Any]:
        if self._search.compare is None and not self._search.compare_image:
            return {}
        due = bool(current.gone) or update_due(
            image, current.found, bool(self._search.release_version)
        )
        oldest = show_image(current.found[0], None, self._now) if current.found else None
        return {
            "update_available": due,
            "behind_days": behind_days(image, current.found),
            "current": oldest,
            "current_image_ids": list(current.ids),
        }


def _family_of(current: Current) -> str:
    """Return the family of what is in use, al2023 where nothing is.

    Raises InputError for an image that nobody publishes.
    """
    if not current.found:
        return "al2023"
    named = current.found[0].named
    if named is None:
        image = current.found[0]
        raise InputError(
            f"Image {image.id} ({image.name}) is of none of the published families",
            "Set family: custom, and how to find them",
        )
    return named.kind.family
