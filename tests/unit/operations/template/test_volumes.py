# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which volumes of a template travel to its new version."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Wanted
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami import images
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    configuration,
    sources,
    volumes,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.aws.build import add_group
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import (
    BuiltAccount,
)


def mapped(built: BuiltAccount, *snapshots: str, letters: str = "bcd") -> None:
    """Give the group's template a volume for each of these snapshots."""
    devices = [
        {"DeviceName": f"/dev/xvd{letter}", "Ebs": {"SnapshotId": name, "VolumeSize": 50}}
        for letter, name in zip(letters, snapshots, strict=False)
    ]
    built.template = built.add_template("data", BlockDeviceMappings=devices)
    built.add_group("$Latest")


def own_snapshot(built: BuiltAccount) -> str:
    """Return the snapshot of the old image's root device."""
    (image,) = aws_call(built.account)("ec2", "DescribeImages", {"ImageIds": [built.old]})["Images"]
    return str(image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"])


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
    mapped(built, own_snapshot(built), "snap-0123456789abcdef0")
    done = built.update(image_id=built.new)
    assert kept(built, done.parts[0].plan.number) == [None, "snap-0123456789abcdef0"]
    assert done.parts[0].plan.changes == ("BlockDeviceMappings", "ImageId")


def test_an_image_that_is_gone_leaves_a_doubt_about_its_volumes(built: BuiltAccount) -> None:
    mapped(built, "snap-0123456789abcdef0")
    del built.account.images[built.old]
    done = built.update(image_id=built.new)
    assert kept(built, done.parts[0].plan.number) == ["snap-0123456789abcdef0"]
    assert done.warnings == (
        f"Image {built.old} cannot be read any more. If snapshot snap-0123456789abcdef0 was its"
        " own, remove it from the block device mappings",
    )


def test_the_root_volume_is_an_images_own_whatever_is_known_of_it(built: BuiltAccount) -> None:
    mapped(built, "snap-0123456789abcdef0", letters="a")
    del built.account.images[built.old]
    done = built.update(image_id=built.new)
    assert kept(built, done.parts[0].plan.number) == [None]
    assert done.warnings == ()


def test_a_launch_configuration_leaves_them_behind_too(built: BuiltAccount) -> None:
    call = aws_call(built.account)
    own, theirs = own_snapshot(built), "snap-0123456789abcdef0"
    devices = [
        {"DeviceName": "/dev/xvdb", "Ebs": {"SnapshotId": own, "VolumeSize": 30}},
        {"DeviceName": "/dev/xvdc", "Ebs": {"SnapshotId": theirs, "VolumeSize": 50}},
    ]
    data = {"ImageId": built.old, "InstanceType": "m5.large", "BlockDeviceMappings": devices}
    call("autoscaling", "CreateLaunchConfiguration", {"LaunchConfigurationName": "red", **data})
    add_group(built.account, "red", configuration="red", desired=0)
    aws = Aws(call)
    source = sources.find(aws, NamedSource(group="red"))
    done = configuration.update(aws, Wanted(image_id=built.new), source, dry=False)
    assert done.plan.changes == ("BlockDeviceMappings", "ImageId")
    made = built.account.launch_configurations["red-nodeops-1"].data["BlockDeviceMappings"]
    assert [device["Ebs"].get("SnapshotId") for device in made] == [None, theirs]
    built.later()
    source = sources.find(aws, NamedSource(group="red"))
    assert not configuration.update(aws, Wanted(image_id=built.new), source, dry=False).changed
    replaced = {"BlockDeviceMappings": devices[1:]}
    wanted = Wanted(image_id=built.old, overrides=replaced)
    plan = configuration.update(aws, wanted, source, dry=True).plan
    assert plan.after["BlockDeviceMappings"] == devices[1:], "what is said stands"


def test_whoever_launches_the_image_already_keeps_every_volume(built: BuiltAccount) -> None:
    aws = Aws(aws_call(built.account))
    image = images.get(aws, built.old)
    devices = [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": own_snapshot(built)}}]
    data = {"ImageId": built.old, "BlockDeviceMappings": devices}
    assert volumes.left_behind(aws, data, image) == ({}, "")
    assert volumes.left_behind(aws, {"ImageId": built.new}, image) == ({}, "")
