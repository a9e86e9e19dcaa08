# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups with a launch configuration, on the simulated account."""

from __future__ import annotations

import base64
import gzip
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Wanted
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    configuration,
    sources,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.outcome import (
    ConfigurationOutcome,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import publish_al2023
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import NODEADM, Scene


@pytest.fixture
def scene() -> Scene:
    scene = Scene(Behavior.polite())
    data = {
        "LaunchConfigurationName": "red",
        "ImageId": scene.old,
        "InstanceType": "m5.large",
        "UserData": base64.b64decode(NODEADM),  # boto3 encodes it
        "SecurityGroups": ["sg-0123456789abcdef0"],
        "MetadataOptions": {"HttpTokens": "required"},
    }
    aws_call(scene.account)("autoscaling", "CreateLaunchConfiguration", data)
    scene.account.gate.calls.clear()
    build.add_group(scene.account, "red", configuration="red", desired=1)
    return scene


def update(scene: Scene, dry: bool = False, **wanted: Any) -> ConfigurationOutcome:
    aws = Aws(aws_call(scene.account))
    return configuration.update(
        aws, Wanted(**wanted), sources.find(aws, NamedSource(group="red")), dry
    )


def launched(scene: Scene) -> str:
    return scene.account.groups["red"].launch_configuration


def test_a_copy_with_the_new_image_takes_its_place(scene: Scene) -> None:
    told = update(scene, dry=True, image_id=scene.new)
    assert told.changed
    assert scene.written() == 0
    assert update(scene, image_id=scene.new).plan == told.plan
    assert launched(scene) == "red-nodeops-1"
    made, source = (
        scene.account.launch_configurations[name].data for name in ("red-nodeops-1", "red")
    )
    assert {name: made[name] for name in source} == {**source, "ImageId": scene.new}


def test_the_second_run_writes_nothing(scene: Scene) -> None:
    update(scene, image_id=scene.new)
    before = scene.written()
    assert not update(scene, image_id=scene.new).changed
    assert scene.written() == before


def test_a_parameter_is_resolved_since_a_configuration_cannot_name_one(scene: Scene) -> None:
    build.publish(scene.account, "/golden", scene.new)
    assert update(scene, image_id="resolve:ssm:/golden").plan.after["ImageId"] == scene.new


def test_back_and_back_again(scene: Scene) -> None:
    update(scene, image_id=scene.new)
    assert update(scene, rollback=True).changed
    assert launched(scene) == "red"
    assert not update(scene, rollback=True).changed
    assert not update(scene, image_id=scene.new).plan.create
    assert launched(scene) == "red-nodeops-1"


def test_old_copies_are_pruned_but_never_one_in_use(scene: Scene) -> None:
    for date in ("20260502", "20260503", "20260504", "20260505"):
        update(scene, image_id=publish_al2023(scene.account, "1.33", date)[0].id)
    build.add_group(scene.account, "pink", configuration="red-nodeops-2", desired=0)
    newest = publish_al2023(scene.account, "1.33", "20260506")[0].id
    assert update(scene, image_id=newest, keep=1).prune == ("red-nodeops-1", "red-nodeops-3")
    assert sorted(scene.account.launch_configurations) == [
        "red",
        "red-nodeops-2",
        "red-nodeops-4",
        "red-nodeops-5",
    ]


def test_another_architecture_is_refused(scene: Scene) -> None:
    with pytest.raises(
        RefusedError,
        match=r"Launch configuration red cannot take ami-\w+ \(arm64\): it launches m5.large",
    ):
        update(scene, image_id=scene.arm)
    assert scene.written() == 0


def described(scene: Scene) -> str:
    name = launched(scene)
    return str(scene.account.launch_configurations[name].data["UserData"])


def test_user_data_is_copied_byte_for_byte(scene: Scene) -> None:
    update(scene, image_id=scene.new)
    assert described(scene) == NODEADM


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("#!/bin/bash\n", b"#!/bin/bash\n"),
        (base64.b64encode(b"#!/bin/bash\n").decode(), b"#!/bin/bash\n"),
        (
            base64.b64encode(gzip.compress(b"#!/bin/bash\n", mtime=0)).decode(),
            gzip.compress(b"#!/bin/bash\n", mtime=0),
        ),
    ],
    ids=["text", "base64", "gzip"],
)
def test_user_data_of_overrides_is_encoded_once(scene: Scene, given: str, kept: bytes) -> None:
    update(scene, overrides={"UserData": given})
    assert base64.b64decode(described(scene)) == kept
    assert not update(scene, overrides={"UserData": given}).changed, "the second time"
