# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the way of a template update: one line each, and nothing changed; and what may
happen in between."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    CredentialsError,
    ForbiddenError,
    InputError,
    NotFoundError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import (
    BOTTLEROCKET_RELEASES,
    publish_bottlerocket,
)
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import Credential
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call, Fault
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import Scene, mixed_policy


def test_types_of_another_architecture_are_refused(scene: Scene) -> None:
    scene.add_group()
    with pytest.raises(
        RefusedError, match=r"blue cannot take ami-\w+ \(arm64\): it launches m5.large \(x86_64\)"
    ):
        scene.update(image_id=scene.arm)
    other = scene.add_template("other")
    policy = mixed_policy(scene, other)
    policy["LaunchTemplate"]["Overrides"][0]["InstanceType"] = "m6g.large"
    build.add_group(scene.account, "mixed", mixed=policy, desired=0)
    with pytest.raises(RefusedError, match=r"it launches m6g.large \(arm64\)"):
        scene.update(NamedSource(group="mixed"), image_id=scene.new)
    assert scene.written() == 0


def test_neither_way_leaves_an_override_on_its_own_image(scene: Scene) -> None:
    policy = mixed_policy(scene, scene.add_template("other"))
    build.add_group(scene.account, "blue", mixed=policy, desired=0)
    scene.update(image_id=scene.new)
    written = scene.written()
    mixed = scene.account.groups["blue"].mixed or {}
    mixed["LaunchTemplate"]["Overrides"][0]["ImageId"] = scene.old
    scene.later()
    for wanted in ({"image_id": scene.new}, {"rollback": True}):
        with pytest.raises(RefusedError, match=rf"another image for m6i.large \({scene.old}\)"):
            scene.update(**wanted)
    assert scene.written() == written
    assert scene.update(overrides={"KeyName": "ops"}).changed, "no image is wanted"


def test_a_family_that_cannot_read_the_user_data_is_refused(scene: Scene) -> None:
    scene.add_group()
    bottlerocket = publish_bottlerocket(scene.account, "1.33", BOTTLEROCKET_RELEASES[-1])[0].id
    with pytest.raises(
        RefusedError, match="user data is nodeadm, and Bottlerocket reads settings in TOML only"
    ):
        scene.update(image_id=bottlerocket)
    assert scene.written() == 0
    toml = base64.b64encode(b'[settings.kubernetes]\ncluster-name = "x"\n').decode()
    assert scene.update(image_id=bottlerocket, overrides={"UserData": toml}).changed


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        (
            NamedSource(group="red"),
            "There is no Auto Scaling group red. Check the name, the region and the account",
        ),
        (NamedSource(template_name="red"), "There is no launch template red. Check the name"),
        (
            NamedSource(template_id="lt-0123456789abcdef0"),
            "There is no launch template lt-0123456789abcdef0",
        ),
        (NamedSource(template_name="blue", version="9"), "The launch template has no version 9"),
        (
            NamedSource(kops_cluster="k", kops_group="nodes"),
            "There is no instance group nodes of kops cluster k",
        ),
        (
            NamedSource(eks_cluster="shop", eks_nodegroup="red"),
            "No cluster found for name: shop. .*Check the name",
        ),
    ],
)
def test_what_does_not_exist_is_named(scene: Scene, target: NamedSource, complaint: str) -> None:
    with pytest.raises(NotFoundError, match=complaint.replace(". .*", ".*")):
        scene.update(target, image_id=scene.new)


@pytest.mark.parametrize(
    ("image_id", "kind", "complaint"),
    [
        ("ami-0123456789abcdef0", NotFoundError, "does not exist in this region, or is not shared"),
        ("golden", InputError, "'golden' is not a valid image ID"),
    ],
)
def test_an_image_that_cannot_be_is_refused(
    scene: Scene, image_id: str, kind: type[RotatorError], complaint: str
) -> None:
    scene.add_group()
    with pytest.raises(kind, match=complaint):
        scene.update(image_id=image_id)


def test_an_override_that_ec2_does_not_know_is_one_line(scene: Scene) -> None:
    scene.add_group()
    with pytest.raises(
        InputError, match='Unknown parameter in LaunchTemplateData: "InstanceTyp"'
    ) as caught:
        scene.update(overrides={"InstanceTyp": "m5.large"})
    assert "\n" not in str(caught.value)


def test_an_image_for_a_node_group_whose_ami_eks_chooses_is_refused(scene: Scene) -> None:
    own = build.add_template(scene.account, "own", [{"InstanceType": "m5.large"}])
    scene.add_group(desired=0)
    template = {"id": own.id, "name": "own", "version": "1"}
    build.add_nodegroup(
        build.add_eks_cluster(scene.account, "shop"),
        "managed",
        scene.account.groups["blue"],
        "x",
        template=template,
    )
    target = NamedSource(eks_cluster="shop", eks_nodegroup="managed")
    with pytest.raises(
        RefusedError, match="own names no image: node group managed gets its AMI from EKS"
    ):
        scene.update(target, image_id=scene.new)
    assert scene.update(target, overrides={"KeyName": "k"}).changed


@pytest.mark.parametrize("actor", ["stranger", "expired"])
def test_credentials_that_are_none_are_said_to_be_so(scene: Scene, actor: str) -> None:
    scene.add_group()
    scene.account.credentials["expired"] = Credential(
        "arn:aws:iam::123456789012:user/x", expires=-1.0
    )
    with pytest.raises(
        CredentialsError, match="Give AWS credentials as for amazon.aws .* and renew expired ones"
    ):
        scene.update(actor=actor, image_id=scene.new)


def test_the_quota_of_versions_is_told_with_the_way_out(scene: Scene) -> None:
    scene.add_group()
    message = "You've reached the limit on the number of launch template versions"
    scene.account.gate.faults.append(
        Fault("ec2:CreateLaunchTemplateVersion", "MaxTemplateVersionLimitExceeded", message)
    )
    with pytest.raises(
        RefusedError, match="reached the limit.*Set keep_versions, or delete old versions"
    ):
        scene.update(image_id=scene.new)


def test_no_permission_names_the_action(scene: Scene) -> None:
    scene.add_group()
    scene.account.denied.append(("reader", "ec2:CreateLaunchTemplateVersion"))
    with pytest.raises(
        ForbiddenError, match="Allow CreateLaunchTemplateVersion in the caller's IAM policy"
    ):
        scene.update(actor="reader", image_id=scene.new)
    assert scene.pointer() == "1"


def test_without_permission_to_launch_it_is_a_warning(scene: Scene) -> None:
    scene.add_group()
    scene.account.denied.append(("reader", "ec2:RunInstances"))
    outcome = scene.update(actor="reader", image_id=scene.new)
    assert outcome.verified is False
    assert any("Not verified" in warning for warning in outcome.warnings)
    assert scene.pointer() == "2"


def test_a_launch_that_ec2_would_refuse_changes_nothing(scene: Scene) -> None:
    scene.add_group()
    scene.account.gate.faults.append(
        Fault(
            "ec2:RunInstances",
            "InvalidParameterCombination",
            "The security group is of another VPC",
        )
    )
    with pytest.raises(
        RefusedError,
        match=r"launch an instance from launch template blue \(dry run\): The security group",
    ):
        scene.update(image_id=scene.new)
    assert scene.written() == 0


def test_tags_are_a_courtesy(scene: Scene) -> None:
    scene.add_group()
    scene.account.denied.append(("writer", "ec2:CreateTags"))
    outcome = scene.update(actor="writer", image_id=scene.new)
    assert scene.pointer() == "2"
    assert any("CreateTags" in warning for warning in outcome.warnings)


def test_what_vanishes_between_reading_and_writing_is_read_again(scene: Scene) -> None:
    scene.add_group()
    fault = Fault(
        "ec2:CreateLaunchTemplateVersion",
        "InvalidLaunchTemplateId.VersionNotFound",
        "gone",
        times=2,
    )
    scene.account.gate.faults.append(fault)
    assert scene.update(image_id=scene.new).changed
    assert scene.pointer() == "2"


def test_what_stays_gone_ends_in_one_line(scene: Scene) -> None:
    scene.add_group()
    scene.account.gate.faults.append(
        Fault(
            "ec2:CreateLaunchTemplateVersion", "InvalidLaunchTemplateId.NotFound", "gone", times=-1
        )
    )
    with pytest.raises(NotFoundError, match="create a version of launch template"):
        scene.update(image_id=scene.new)


def test_a_lost_answer_leaves_nothing_twice(scene: Scene) -> None:
    scene.add_group()
    scene.account.gate.faults.append(
        Fault("autoscaling:UpdateAutoScalingGroup", "ServiceUnavailable")
    )
    with pytest.raises(RotatorError):
        scene.update(image_id=scene.new)
    scene.later()
    assert scene.update(image_id=scene.new).parts[0].plan.create is False
    assert scene.pointer() == "2"
    assert len(scene.template.versions) == 2


def test_somebody_elses_version_in_between_is_told(scene: Scene) -> None:
    scene.add_group("$Latest")
    params = {
        "LaunchTemplateId": scene.template.id,
        "SourceVersion": "1",
        "LaunchTemplateData": {"KeyName": "k"},
    }

    def interfere(call: Call) -> None:
        if call.operation == "CreateLaunchTemplateVersion":
            scene.account.gate.judges.remove(interfere)
            scene.account.call("ec2", "CreateLaunchTemplateVersion", params)

    scene.account.gate.judges.append(interfere)
    outcome = scene.update(image_id=scene.new)
    assert outcome.parts[0].plan.number == 3
    assert any(
        "version 3 is made from 1 and lacks what is in 2" in warning for warning in outcome.warnings
    )
