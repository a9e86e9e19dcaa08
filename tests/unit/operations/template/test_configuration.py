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
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import NODEADM, BuiltAccount


@pytest.fixture
def built() -> BuiltAccount:
    built = BuiltAccount(Behavior.polite())
    data = {
        "LaunchConfigurationName": "red",
        "ImageId": built.old,
        "InstanceType": "m5.large",
        "UserData": base64.b64decode(NODEADM),  # boto3 encodes it
        "SecurityGroups": ["sg-0123456789abcdef0"],
        "MetadataOptions": {"HttpTokens": "required"},
    }
    aws_call(built.account)("autoscaling", "CreateLaunchConfiguration", data)
    built.account.gate.calls.clear()
    build.add_group(built.account, "red", configuration="red", desired=1)
    return built


def update(built: BuiltAccount, dry: bool = False, **wanted: Any) -> ConfigurationOutcome:
    aws = Aws(aws_call(built.account))
    return configuration.update(
        aws, Wanted(**wanted), sources.find(aws, NamedSource(group="red")), dry
    )


def launched(built: BuiltAccount) -> str:
    return built.account.groups["red"].launch_configuration


def test_a_copy_with_the_new_image_takes_its_place(built: BuiltAccount) -> None:
    told = update(built, dry=True, image_id=built.new)
    assert told.changed
    assert built.written() == 0
    assert update(built, image_id=built.new).plan == told.plan
    assert launched(built) == "red-nodeops-1"
    made, source = (
        built.account.launch_configurations[name].data for name in ("red-nodeops-1", "red")
    )
    assert {name: made[name] for name in source} == {**source, "ImageId": built.new}


def test_the_second_run_writes_nothing(built: BuiltAccount) -> None:
    update(built, image_id=built.new)
    before = built.written()
    assert not update(built, image_id=built.new).changed
    assert built.written() == before


def test_a_parameter_is_resolved_since_a_configuration_cannot_name_one(built: BuiltAccount) -> None:
    build.publish(built.account, "/golden", built.new)
    assert update(built, image_id="resolve:ssm:/golden").plan.after["ImageId"] == built.new


def test_back_and_back_again(built: BuiltAccount) -> None:
    update(built, image_id=built.new)
    assert update(built, rollback=True).changed
    assert launched(built) == "red"
    assert not update(built, rollback=True).changed
    assert not update(built, image_id=built.new).plan.create
    assert launched(built) == "red-nodeops-1"


def test_old_copies_are_pruned_but_never_one_in_use(built: BuiltAccount) -> None:
    for date in ("20260502", "20260503", "20260504", "20260505"):
        update(built, image_id=publish_al2023(built.account, "1.33", date)[0].id)
    build.add_group(built.account, "pink", configuration="red-nodeops-2", desired=0)
    newest = publish_al2023(built.account, "1.33", "20260506")[0].id
    assert update(built, image_id=newest, keep=1).prune == ("red-nodeops-1", "red-nodeops-3")
    assert sorted(built.account.launch_configurations) == [
        "red",
        "red-nodeops-2",
        "red-nodeops-4",
        "red-nodeops-5",
    ]


def test_another_architecture_is_refused(built: BuiltAccount) -> None:
    with pytest.raises(
        RefusedError,
        match=r"Launch configuration red cannot take ami-\w+ \(arm64\): it launches m5.large",
    ):
        update(built, image_id=built.arm)
    assert built.written() == 0


def described(built: BuiltAccount) -> str:
    name = launched(built)
    return str(built.account.launch_configurations[name].data["UserData"])


def test_user_data_is_copied_byte_for_byte(built: BuiltAccount) -> None:
    update(built, image_id=built.new)
    assert described(built) == NODEADM


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
def test_user_data_of_overrides_is_encoded_once(
    built: BuiltAccount, given: str, kept: bytes
) -> None:
    update(built, overrides={"UserData": given})
    assert base64.b64decode(described(built)) == kept
    assert not update(built, overrides={"UserData": given}).changed, "the second time"
