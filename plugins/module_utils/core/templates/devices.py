# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide which snapshots in block device mappings stay, and which go."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import Any

DEVICES = "BlockDeviceMappings"


def snapshots(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the snapshot IDs in the block device mappings of a template or an image."""
    ebs = (device.get("Ebs") or {} for device in data.get(DEVICES) or ())
    return frozenset(one["SnapshotId"] for one in ebs if one.get("SnapshotId"))


def names(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the device names in the block device mappings of a template or an image."""
    return frozenset(str(device.get("DeviceName", "")) for device in data.get(DEVICES) or ())


def explicit(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a new version does not inherit.

    EC2 ignores snapshots of the source's block device mappings "unless they are explicitly
    included" (EC2 API reference, CreateLaunchTemplateVersion, SourceVersion).
    """
    return {DEVICES: data[DEVICES]} if snapshots(data) else {}


def without(
    data: Mapping[str, Any], own: Collection[str], root: str, devices: Collection[str]
) -> dict[str, Any]:
    """Return overrides that drop volumes of the old image, {} if there are none.

    A mapping that repeats the old image's own snapshot would start the new image from the old root
    or data volume. `own`: snapshots of the old image. `root` and `devices`: the root device of the
    new image, whose snapshot is always the image's own, and all its devices. A mapping that says
    nothing else is left out where the new image has no such device: EC2 wants a size or a snapshot.
    """
    kept, found = [], False
    for device in copy.deepcopy(list(data.get(DEVICES) or ())):
        ebs, name = device.get("Ebs") or {}, device.get("DeviceName", "")
        if ebs.get("SnapshotId") and (name == root or ebs["SnapshotId"] in own):
            found = True
            del ebs["SnapshotId"]
            if name not in devices and not ebs.get("VolumeSize"):
                continue
        kept.append(device)
    return {DEVICES: kept} if found else {}
