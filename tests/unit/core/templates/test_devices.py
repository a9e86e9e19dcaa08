# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which snapshots of block device mappings travel to a new template version."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates import devices

ROOT = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-root", "VolumeSize": 20}}
DATA = {"DeviceName": "/dev/xvdb", "Ebs": {"SnapshotId": "snap-data", "VolumeSize": 50}}
PLAIN = {"DeviceName": "/dev/xvdc", "Ebs": {"VolumeSize": 10}}
LOCAL = {"DeviceName": "/dev/xvdd", "VirtualName": "ephemeral0"}


def data(*mappings: dict[str, Any]) -> dict[str, Any]:
    return {"ImageId": "ami-1", "BlockDeviceMappings": list(mappings)}


def test_snapshots_are_read_from_ebs_mappings_only() -> None:
    assert devices.snapshots(data(ROOT, DATA, PLAIN, LOCAL)) == {"snap-root", "snap-data"}
    assert devices.snapshots({}) == devices.snapshots(data(PLAIN)) == frozenset()


def test_mappings_with_a_snapshot_have_to_be_given() -> None:
    assert devices.explicit(data(DATA, PLAIN)) == {"BlockDeviceMappings": [DATA, PLAIN]}
    assert devices.explicit(data(PLAIN, LOCAL)) == {}


def left(given: dict[str, Any], *own: str, root: str = "/dev/xvda") -> Any:
    """Return the mappings without those of the old image, None if it has none there."""
    found = devices.without(given, own, root, {"/dev/xvda", "/dev/xvdb"})
    return found.get("BlockDeviceMappings")


def test_devices_are_read_by_name() -> None:
    assert devices.names(data(ROOT, LOCAL)) == {"/dev/xvda", "/dev/xvdd"}
    assert devices.names({}) == frozenset()


def test_the_old_images_own_snapshots_do_not_travel() -> None:
    given = data(ROOT, DATA, LOCAL)
    bare = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}}
    assert left(given, "snap-root") == [bare, DATA, LOCAL]
    assert given == data(ROOT, DATA, LOCAL), "what was read stays as it is"


def test_nothing_changes_where_the_old_image_has_none_of_them() -> None:
    assert left(data(DATA, PLAIN, LOCAL), "snap-root") is None
    assert left({}, "snap-root") is None


def test_a_snapshot_of_the_root_device_is_always_an_images_own() -> None:
    assert left(data(ROOT, DATA)) == [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}}, DATA]


def test_what_is_said_about_an_encrypted_volume_stays() -> None:
    said = {"Encrypted": True, "KmsKeyId": "alias/nodes", "VolumeType": "gp3"}
    given = {"DeviceName": "/dev/xvdb", "Ebs": {"SnapshotId": "snap-old", **said}}
    assert left(data(given), "snap-old") == [{"DeviceName": "/dev/xvdb", "Ebs": said}]
    assert left(data(given)) is None


def test_a_volume_that_only_the_old_image_has_is_left_out() -> None:
    """Without size and snapshot, EC2 would refuse to launch it."""
    only = {"DeviceName": "/dev/xvdf", "Ebs": {"SnapshotId": "snap-old"}}
    assert left(data(only, PLAIN), "snap-old") == [PLAIN]
    sized = {"DeviceName": "/dev/xvdf", "Ebs": {"SnapshotId": "snap-old", "VolumeSize": 5}}
    assert left(data(sized), "snap-old") == [{"DeviceName": "/dev/xvdf", "Ebs": {"VolumeSize": 5}}]
