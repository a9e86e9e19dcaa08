# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A launch template for a type of a group is planned, changed and put back."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from ansible_collections.nodeops.rotator.tests.integration.amis.conftest import Modules
from ansible_collections.nodeops.rotator.tests.simulation.identities import OPERATOR

GROUP = {"autoscaling_group_name": "demo-blue", "eks_cluster": "demo"}


def an_operator(service: str) -> Any:
    """A client of somebody who may do anything."""
    return boto3.Session().client(
        service,
        aws_access_key_id=OPERATOR.access_key,
        aws_secret_access_key=OPERATOR.secret,
    )


def name_own_template(group: Any) -> str:
    """Let an override of the group name a template of its own; return its ID."""
    ec2, autoscaling = (an_operator(name) for name in ("ec2", "autoscaling"))
    spec = group["LaunchTemplate"]
    shown = ec2.describe_launch_template_versions(
        LaunchTemplateId=spec["LaunchTemplateId"], Versions=["1"]
    )
    data = {
        **shown["LaunchTemplateVersions"][0]["LaunchTemplateData"],
        "InstanceType": "m6i.xlarge",
    }
    tags = [{"Key": "kubernetes.io/cluster/demo", "Value": "owned"}]  # our policy asks for it
    made = ec2.create_launch_template(
        LaunchTemplateName="demo-big",
        LaunchTemplateData=data,
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": tags}],
    )
    own = {"LaunchTemplateId": made["LaunchTemplate"]["LaunchTemplateId"], "Version": "1"}
    main = {"LaunchTemplateId": spec["LaunchTemplateId"], "Version": spec["Version"]}
    overrides = [
        {"InstanceType": "m6i.large"},
        {"InstanceType": "m6i.xlarge", "LaunchTemplateSpecification": own},
    ]
    part = {"LaunchTemplateSpecification": main, "Overrides": overrides}
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName="demo-blue", MixedInstancesPolicy={"LaunchTemplate": part}
    )
    return str(own["LaunchTemplateId"])


def shown_group() -> Any:
    """The group as AWS describes it."""
    found = an_operator("autoscaling").describe_auto_scaling_groups(
        AutoScalingGroupNames=["demo-blue"]
    )
    return found["AutoScalingGroups"][0]


def versions(update: dict[str, Any]) -> list[int]:
    """The versions of the two templates after an update."""
    return [part["version"] for part in update["templates"]]


@pytest.mark.usefixtures("world")
def test_every_template_is_planned_changed_and_rolled_back(modules: Modules) -> None:
    own = name_own_template(shown_group())
    image = modules("eks_ami_lookup", eks_cluster="demo")["image_id"]
    update = {**GROUP, "image_id": image}
    planned = modules("launch_template_update", check=True, **update)
    assert versions(planned) == [2, 2]
    plan = modules("asg_node_replace", check=True, planned=planned, **GROUP)
    assert (plan["status"], len(plan["foreseen"]["order"])) == ("planned", 4)
    assert [(way["template"], way["version"]) for way in plan["target"]["overrides"]] == [
        (own, "2")
    ]

    done = modules("launch_template_update", run_id="r1", **update)
    assert versions(done) == [2, 2], "check mode has made none"
    due = modules("asg_node_replace", check=True, run_id="r1", **GROUP)
    assert due["status"] == "planned"
    (way,) = due["target"]["overrides"]
    assert (way["template"], way["version"], way["image_id"]) == (own, "2", image)
    assert way["types"] == ["m6i.xlarge"]

    back = modules("launch_template_update", state="rolled_back", run_id="r1", **GROUP)
    assert (back["changed"], versions(back)) == (True, [3, 1]), "a copy, and the number before"
