# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which volumes of a template travel to its new version."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import (
    BuiltAccount,
)


def mapped(built: BuiltAccount, *snapshots: str) -> None:
    """Give the group's template a data volume for each of these snapshots."""
    devices = [
        {"DeviceName": f"/dev/xvd{letter}", "Ebs": {"SnapshotId": name, "VolumeSize": 50}}
        for letter, name in zip("bcd", snapshots, strict=False)
    ]
    built.template = built.add_template("data", BlockDeviceMappings=devices)
    built.add_group("$Latest")


def kept(built: BuiltAccount, number: int) -> list[str | None]:
    devices = built.template.versions[number].data["BlockDeviceMappings"]
    return [device["Ebs"].get("SnapshotId") for device in devices]


def test_data_volumes_keep_their_snapshots(built: BuiltAccount) -> None:
    mapped(built, "snap-0123456789abcdef0")
    done = built.update(image_id=built.new)
    assert kept(built, done.parts[0].plan.number) == ["snap-0123456789abcdef0"]
    built.later()
    assert not built.update(image_id=built.new).changed
    back = built.update(rollback=True)
    assert kept(built, back.parts[0].plan.number) == ["snap-0123456789abcdef0"]


def test_the_old_images_own_volumes_stay_behind(built: BuiltAccount) -> None:
    (image,) = aws_call(built.account)("ec2", "DescribeImages", {"ImageIds": [built.old]})["Images"]
    own = image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    mapped(built, own, "snap-0123456789abcdef0")
    done = built.update(image_id=built.new)
    assert kept(built, done.parts[0].plan.number) == [None, "snap-0123456789abcdef0"]
    assert done.parts[0].plan.changes == ("BlockDeviceMappings", "ImageId")
