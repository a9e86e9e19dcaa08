# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which volumes of a template travel to its new version."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import (
    Scene,
)


def mapped(scene: Scene, *snapshots: str) -> None:
    """Give the group's template a data volume for each of these snapshots."""
    devices = [
        {"DeviceName": f"/dev/xvd{letter}", "Ebs": {"SnapshotId": name, "VolumeSize": 50}}
        for letter, name in zip("bcd", snapshots, strict=False)
    ]
    scene.template = scene.add_template("data", BlockDeviceMappings=devices)
    scene.add_group("$Latest")


def kept(scene: Scene, number: int) -> list[str | None]:
    devices = scene.template.versions[number].data["BlockDeviceMappings"]
    return [device["Ebs"].get("SnapshotId") for device in devices]


def test_data_volumes_keep_their_snapshots(scene: Scene) -> None:
    mapped(scene, "snap-0123456789abcdef0")
    done = scene.update(image_id=scene.new)
    assert kept(scene, done.parts[0].plan.number) == ["snap-0123456789abcdef0"]
    scene.later()
    assert not scene.update(image_id=scene.new).changed
    back = scene.update(rollback=True)
    assert kept(scene, back.parts[0].plan.number) == ["snap-0123456789abcdef0"]


def test_the_old_images_own_volumes_stay_behind(scene: Scene) -> None:
    (image,) = aws_call(scene.account)("ec2", "DescribeImages", {"ImageIds": [scene.old]})["Images"]
    own = image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    mapped(scene, own, "snap-0123456789abcdef0")
    done = scene.update(image_id=scene.new)
    assert kept(scene, done.parts[0].plan.number) == [None, "snap-0123456789abcdef0"]
    assert done.parts[0].plan.changes == ("BlockDeviceMappings", "ImageId")
