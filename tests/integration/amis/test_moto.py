# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the modules against moto.

It answers templates, parameters and images correctly.
"""

from __future__ import annotations

import base64
import functools
import gzip
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ansible_collections.nodeops.rotator.tests.integration.amis.conftest import Modules

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAMOTOMOTOMOTOMOTO",
    "AWS_SECRET_ACCESS_KEY": "moto-secret-access-key-that-is-forty-long",
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
}


@pytest.fixture
def moto() -> Iterator[Any]:
    """Run moto for the modules and return a client of its EC2."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOTO_EC2_LOAD_DEFAULT_AMIS", "true")
        # moto's state is the process's, whatever server shows it.
        urllib.request.urlopen(
            urllib.request.Request(f"http://{host}:{port}/moto-api/reset", method="POST")
        ).close()
        for name, value in {**ENVIRONMENT, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}.items():
            patch.setenv(name, value)
        yield boto3.client("ec2")
    server.stop()


@functools.cache
def base_image() -> str:
    """Return an image that moto has always; to list them all takes it seconds."""
    found = boto3.client("ec2").describe_images(Owners=["amazon"])["Images"]
    return str(found[0]["ImageId"])


def own_image(ec2: Any, name: str) -> str:
    """Register an image of the account and return its ID."""
    base = base_image()
    instance = ec2.run_instances(ImageId=base, InstanceType="m5.large", MinCount=1, MaxCount=1)[
        "Instances"
    ][0]["InstanceId"]
    return str(ec2.create_image(InstanceId=instance, Name=name)["ImageId"])


def test_a_golden_image_is_found_and_put_into_a_template(modules: Modules, moto: Any) -> None:
    old, new = own_image(moto, "golden-1"), own_image(moto, "golden-2")
    data = {
        "ImageId": old,
        "InstanceType": "m5.large",
        "KeyName": "ops",
        "UserData": "ZWNobyBoZWxsbwo=",
    }
    template = moto.create_launch_template(LaunchTemplateName="shop", LaunchTemplateData=data)[
        "LaunchTemplate"
    ]

    found = modules(
        "eks_ami_lookup",
        family="custom",
        name_pattern="golden-2",
        compare_to={"launch_template_name": "shop"},
    )
    assert (found["image_id"], found["current"]["image_id"]) == (new, old)

    # moto does not inherit from SourceVersion; where a field is removed the version is sent whole.
    options = {
        "launch_template_name": "shop",
        "image_id": new,
        "overrides": {"KeyName": None},
        "set_default": True,
    }
    _put_into_the_template(modules, moto, template, options)


def _put_into_the_template(
    modules: Modules, moto: Any, template: dict[str, Any], options: dict[str, Any]
) -> None:
    told = modules("launch_template_update", check=True, **options)
    assert told["changed"]
    assert shown(moto, template)["LatestVersionNumber"] == 1
    done = modules("launch_template_update", **options)
    assert (done["version"], done["changes"]) == (2, ["ImageId", "KeyName"])
    stored = moto.describe_launch_template_versions(LaunchTemplateName="shop", Versions=["2"])[
        "LaunchTemplateVersions"
    ][0]
    assert stored["LaunchTemplateData"] == {
        "ImageId": options["image_id"],
        "InstanceType": "m5.large",
        "UserData": "ZWNobyBoZWxsbwo=",
    }
    assert stored["VersionDescription"].startswith(
        "nodeops.rotator: update from 1, default was 1, 20"
    )
    assert shown(moto, template)["DefaultVersionNumber"] == 2
    tags = moto.describe_tags(
        Filters=[{"Name": "resource-id", "Values": [template["LaunchTemplateId"]]}]
    )["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags}["nodeops.rotator/version"] == "2"
    assert not modules("launch_template_update", **options)["changed"]


def shown(ec2: Any, template: dict[str, Any]) -> dict[str, Any]:
    """Return the template as it is now."""
    found: dict[str, Any] = ec2.describe_launch_templates(
        LaunchTemplateIds=[template["LaunchTemplateId"]]
    )["LaunchTemplates"][0]
    return found


def test_a_parameter_that_names_the_image_stays_in_the_template(
    modules: Modules, moto: Any
) -> None:
    image = own_image(moto, "golden-1")
    boto3.client("ssm").put_parameter(Name="/golden", Value=image, Type="String")
    data = {"ImageId": "resolve:ssm:/golden", "InstanceType": "m5.large"}
    moto.create_launch_template(LaunchTemplateName="shop", LaunchTemplateData=data)
    assert not modules("launch_template_update", launch_template_name="shop", image_id=image)[
        "changed"
    ]
    found = modules(
        "eks_ami_lookup",
        family="custom",
        name_pattern="golden-1",
        compare_to={"launch_template_name": "shop"},
    )
    assert (found["update_available"], found["current_image_ids"]) == (False, [image])


def test_missing_resources_fail_in_one_line(modules: Modules, moto: Any) -> None:
    image = own_image(moto, "golden-1")
    assert "There is no launch template red" in modules.refused(
        "launch_template_update", launch_template_name="red", image_id=image
    )
    assert "There is no Auto Scaling group red" in modules.refused(
        "launch_template_update", autoscaling_group_name="red", image_id=image
    )
    missing = "ami-0123456789abcdef0"
    assert f"Image {missing} does not exist" in modules.refused(
        "eks_ami_lookup", compare_to={"image_id": missing}, kubernetes_version="1.33"
    )


def mixed_group(ec2: Any, old: str, own: str) -> None:
    """Make a group `blue` with a mixed instances policy.

    It launches `old` from two templates, the second for m5.xlarge; for m5a.large it names the image
    `own`.
    """
    specs = [template(ec2, name, old) for name in ("blue", "large")]
    policy = {
        "LaunchTemplateSpecification": specs[0],
        "Overrides": [
            {"InstanceType": "m5.large"},
            {"InstanceType": "m5.xlarge", "LaunchTemplateSpecification": specs[1]},
            {"InstanceType": "m5a.large", "ImageId": own},
        ],
    }
    boto3.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="blue",
        MinSize=0,
        MaxSize=2,
        DesiredCapacity=0,
        VPCZoneIdentifier=ec2.describe_subnets()["Subnets"][0]["SubnetId"],
        MixedInstancesPolicy={"LaunchTemplate": policy},
    )


def template(ec2: Any, name: str, image: str) -> dict[str, str]:
    """Make a template and return a specification of its first version."""
    data = {"ImageId": image, "InstanceType": "m5.large"}
    made = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
    return {"LaunchTemplateId": made["LaunchTemplate"]["LaunchTemplateId"], "Version": "1"}


def latest(ec2: Any) -> dict[str, int]:
    """Return the number of the latest version of every template."""
    found = ec2.describe_launch_templates()["LaunchTemplates"]
    return {one["LaunchTemplateName"]: one["LatestVersionNumber"] for one in found}


@pytest.mark.parametrize("check", [False, True])
def test_an_override_with_its_own_image_is_refused(
    modules: Modules, moto: Any, check: bool
) -> None:
    old, new = own_image(moto, "golden-1"), own_image(moto, "golden-2")
    mixed_group(moto, old, own=old)
    options = {"autoscaling_group_name": "blue", "image_id": new, "check": check}
    assert modules.refused("launch_template_update", **options) == (
        f"Cannot update Auto Scaling group blue to image {new}: its mixed instances policy names"
        f" another image for m5a.large ({old}). Remove ImageId from the override, or set it to"
        f" {new}"
    )
    assert latest(moto) == {"blue": 1, "large": 1}


def test_templates_of_overrides_are_updated(modules: Modules, moto: Any) -> None:
    old, new = own_image(moto, "golden-1"), own_image(moto, "golden-2")
    mixed_group(moto, old, own=new)
    assert modules("launch_template_update", autoscaling_group_name="blue", image_id=new)["changed"]
    assert latest(moto) == {"blue": 2, "large": 2}
    group = boto3.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"][0]
    part = group["MixedInstancesPolicy"]["LaunchTemplate"]
    assert part["LaunchTemplateSpecification"]["Version"] == "2"
    assert part["Overrides"][1]["LaunchTemplateSpecification"]["Version"] == "2"
    assert part["Overrides"][2] == {"InstanceType": "m5a.large", "ImageId": new}


def configured_group(ec2: Any, **data: Any) -> None:
    """Make a group `red` that launches from the launch configuration `red`."""
    autoscaling = boto3.client("autoscaling")
    autoscaling.create_launch_configuration(
        LaunchConfigurationName="red", InstanceType="m5.large", **data
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="red",
        MinSize=0,
        MaxSize=2,
        DesiredCapacity=0,
        VPCZoneIdentifier=ec2.describe_subnets()["Subnets"][0]["SubnetId"],
        LaunchConfigurationName="red",
    )


SCRIPT = b"#!/bin/bash\necho hello\n"


@pytest.mark.parametrize("data", [SCRIPT, gzip.compress(SCRIPT)], ids=["text", "gzip"])
@pytest.mark.parametrize("overrides", [{}, {"KeyName": "ops"}], ids=["alone", "overrides"])
def test_a_launch_configurations_user_data_is_copied_byte_for_byte(
    modules: Modules, moto: Any, data: bytes, overrides: dict[str, str]
) -> None:
    old, new = own_image(moto, "golden-1"), own_image(moto, "golden-2")
    moto.create_key_pair(KeyName="ops")
    configured_group(moto, ImageId=old, UserData=data)
    options = {"autoscaling_group_name": "red", "image_id": new, "overrides": overrides}
    assert modules("launch_template_update", **options)["changed"]
    shown = boto3.client("autoscaling").describe_launch_configurations()["LaunchConfigurations"]
    written = {one["LaunchConfigurationName"]: one["UserData"] for one in shown}
    assert {name: base64.b64decode(text) for name, text in written.items()} == {
        "red": data,
        "red-nodeops-1": data,
    }
    assert not modules("launch_template_update", **options)["changed"]


def test_user_data_of_an_override_reaches_a_launch_configuration_as_it_is(
    modules: Modules, moto: Any
) -> None:
    configured_group(moto, ImageId=own_image(moto, "golden-1"), UserData=SCRIPT)
    other = SCRIPT + b"echo more\n"
    for given in (other.decode(), base64.b64encode(other).decode()):
        options = {"autoscaling_group_name": "red", "overrides": {"UserData": given}}
        modules("launch_template_update", **options)
    shown = boto3.client("autoscaling").describe_launch_configurations()["LaunchConfigurations"]
    assert [base64.b64decode(one["UserData"]) for one in shown] == [SCRIPT, other]


def test_data_volumes_keep_their_snapshots_and_keys(modules: Modules, moto: Any) -> None:
    """And what is the old image's own stays behind."""
    old, new = own_image(moto, "golden-1"), own_image(moto, "golden-2")
    (image,) = moto.describe_images(ImageIds=[old])["Images"]
    own = image["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    key = {"Encrypted": True, "KmsKeyId": "alias/nodes", "VolumeType": "gp3", "VolumeSize": 80}
    root = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": own, "VolumeSize": 20}}
    kept = {"DeviceName": "/dev/xvdb", "Ebs": {"SnapshotId": "snap-0123456789abcdef0", **key}}
    data = {"ImageId": old, "InstanceType": "m5.large", "BlockDeviceMappings": [root, kept]}
    moto.create_launch_template(LaunchTemplateName="shop", LaunchTemplateData=data)
    modules("launch_template_update", launch_template_name="shop", image_id=new)
    found = moto.describe_launch_template_versions(LaunchTemplateName="shop", Versions=["2"])
    made = found["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    assert made["ImageId"] == new
    bare = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}}
    assert made["BlockDeviceMappings"] == [bare, kept]
