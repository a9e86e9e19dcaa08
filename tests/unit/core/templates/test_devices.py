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


def test_the_old_images_own_snapshots_do_not_travel() -> None:
    given = data(ROOT, DATA, LOCAL)
    kept = devices.without(given, {"snap-root"})
    assert kept == {
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}},
            DATA,
            LOCAL,
        ]
    }
    assert given == data(ROOT, DATA, LOCAL), "what was read stays as it is"


def test_nothing_changes_where_the_old_image_has_none_of_them() -> None:
    assert devices.without(data(DATA), {"snap-root"}) == {}
    assert devices.without({}, {"snap-root"}) == {}
