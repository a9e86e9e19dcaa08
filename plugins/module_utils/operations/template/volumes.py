# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell the volumes of the old image from those of the user."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import Image
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.devices import (
    snapshots,
    without,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami import (
    images,
    parameters,
)


def left_behind(aws: Aws, data: Mapping[str, Any], image: Image) -> tuple[dict[str, Any], str]:
    """Return overrides without the volumes of the image in use, and a warning.

    `data`: of a template's version or a launch configuration. The warning is "" unless the image in
    use is gone, so that it cannot be told whose a snapshot is.
    """
    if not snapshots(data) or data.get("ImageId") == image.id:
        return {}, ""
    old = parameters.resolve_image(aws, str(data.get("ImageId", "")))
    found = images.by_ids(aws, [old] if old else []).get(old)
    own = found.snapshots if found else frozenset()
    dropped = without(data, own, image.root_device_name, image.devices)
    doubtful = snapshots({**data, **dropped}) if found is None else frozenset()
    if not doubtful:
        return dropped, ""
    return dropped, (
        f"Image {old or 'in use'} cannot be read any more. If snapshot {listed(sorted(doubtful))}"
        " was its own, remove it from the block device mappings"
    )
