# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What prevents a template update: one line each, and nothing changed.

Also what may happen in between.
"""

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
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import (
    BuiltAccount,
    mixed_policy,
)


def test_types_of_another_architecture_are_refused(built: BuiltAccount) -> None:
    built.add_group()
    with pytest.raises(
        RefusedError, match=r"blue cannot take ami-\w+ \(arm64\): it launches m5.large \(x86_64\)"
    ):
        built.update(image_id=built.arm)
    other = built.add_template("other")
    policy = mixed_policy(built, other)
    policy["LaunchTemplate"]["Overrides"][0]["InstanceType"] = "m6g.large"
    build.add_group(built.account, "mixed", mixed=policy, desired=0)
    with pytest.raises(RefusedError, match=r"it launches m6g.large \(arm64\)"):
        built.update(NamedSource(group="mixed"), image_id=built.new)
    assert built.written() == 0


def test_neither_way_leaves_an_override_on_its_own_image(built: BuiltAccount) -> None:
    policy = mixed_policy(built, built.add_template("other"))
    build.add_group(built.account, "blue", mixed=policy, desired=0)
    built.update(image_id=built.new)
    written = built.written()
    mixed = built.account.groups["blue"].mixed or {}
    mixed["LaunchTemplate"]["Overrides"][0]["ImageId"] = built.old
    built.later()
    for wanted in ({"image_id": built.new}, {"rollback": True}):
        with pytest.raises(RefusedError, match=rf"another image for m6i.large \({built.old}\)"):
            built.update(**wanted)
    assert built.written() == written
    assert built.update(overrides={"KeyName": "ops"}).changed, "no image is wanted"


def test_a_family_that_cannot_read_the_user_data_is_refused(built: BuiltAccount) -> None:
    built.add_group()
    bottlerocket = publish_bottlerocket(built.account, "1.33", BOTTLEROCKET_RELEASES[-1])[0].id
    with pytest.raises(
        RefusedError, match="user data is nodeadm, and Bottlerocket reads settings in TOML only"
    ):
        built.update(image_id=bottlerocket)
    assert built.written() == 0
    toml = base64.b64encode(b'[settings.kubernetes]\ncluster-name = "x"\n').decode()
    assert built.update(image_id=bottlerocket, overrides={"UserData": toml}).changed


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
def test_what_does_not_exist_is_named(
    built: BuiltAccount, target: NamedSource, complaint: str
) -> None:
    with pytest.raises(NotFoundError, match=complaint.replace(". .*", ".*")):
        built.update(target, image_id=built.new)


@pytest.mark.parametrize(
    ("image_id", "kind", "complaint"),
    [
        ("ami-0123456789abcdef0", NotFoundError, "does not exist in this region, or is not shared"),
        ("golden", InputError, "'golden' is not a valid image ID"),
    ],
)
def test_an_image_that_cannot_be_is_refused(
    built: BuiltAccount, image_id: str, kind: type[RotatorError], complaint: str
) -> None:
    built.add_group()
    with pytest.raises(kind, match=complaint):
        built.update(image_id=image_id)


def test_an_override_that_ec2_does_not_know_is_one_line(built: BuiltAccount) -> None:
    built.add_group()
    with pytest.raises(
        InputError, match='Unknown parameter in LaunchTemplateData: "InstanceTyp"'
    ) as caught:
        built.update(overrides={"InstanceTyp": "m5.large"})
    assert "\n" not in str(caught.value)


def test_an_image_for_a_node_group_whose_ami_eks_chooses_is_refused(built: BuiltAccount) -> None:
    own = build.add_template(built.account, "own", [{"InstanceType": "m5.large"}])
    built.add_group(desired=0)
    template = {"id": own.id, "name": "own", "version": "1"}
    build.add_nodegroup(
        build.add_eks_cluster(built.account, "shop"),
        "managed",
        built.account.groups["blue"],
        "x",
        template=template,
    )
    target = NamedSource(eks_cluster="shop", eks_nodegroup="managed")
    with pytest.raises(
        RefusedError, match="own names no image: node group managed gets its AMI from EKS"
    ):
        built.update(target, image_id=built.new)
    assert built.update(target, overrides={"KeyName": "k"}).changed


@pytest.mark.parametrize("actor", ["stranger", "expired"])
def test_credentials_that_are_none_are_said_to_be_so(built: BuiltAccount, actor: str) -> None:
    built.add_group()
    built.account.credentials["expired"] = Credential(
        "arn:aws:iam::123456789012:user/x", expires=-1.0
    )
    with pytest.raises(
        CredentialsError, match="Give AWS credentials as for amazon.aws .* and renew expired ones"
    ):
        built.update(actor=actor, image_id=built.new)


def test_the_quota_of_versions_is_told_with_the_way_out(built: BuiltAccount) -> None:
    built.add_group()
    message = "You've reached the limit on the number of launch template versions"
    built.account.gate.faults.append(
        Fault("ec2:CreateLaunchTemplateVersion", "MaxTemplateVersionLimitExceeded", message)
    )
    with pytest.raises(
        RefusedError, match="reached the limit.*Set keep_versions, or delete old versions"
    ):
        built.update(image_id=built.new)


def test_no_permission_names_the_action(built: BuiltAccount) -> None:
    built.add_group()
    built.account.denied.append(("reader", "ec2:CreateLaunchTemplateVersion"))
    with pytest.raises(
        ForbiddenError, match="Allow CreateLaunchTemplateVersion in the caller's IAM policy"
    ):
        built.update(actor="reader", image_id=built.new)
    assert built.pointer() == "1"


def test_without_permission_to_launch_it_is_a_warning(built: BuiltAccount) -> None:
    built.add_group()
    built.account.denied.append(("reader", "ec2:RunInstances"))
    outcome = built.update(actor="reader", image_id=built.new)
    assert outcome.verified is False
    assert any("Not verified" in warning for warning in outcome.warnings)
    assert built.pointer() == "2"


def test_a_launch_that_ec2_would_refuse_changes_nothing(built: BuiltAccount) -> None:
    built.add_group()
    built.account.gate.faults.append(
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
        built.update(image_id=built.new)
    assert built.written() == 0


def test_tags_are_a_courtesy(built: BuiltAccount) -> None:
    built.add_group()
    built.account.denied.append(("writer", "ec2:CreateTags"))
    outcome = built.update(actor="writer", image_id=built.new)
    assert built.pointer() == "2"
    assert any("CreateTags" in warning for warning in outcome.warnings)


def test_what_vanishes_between_reading_and_writing_is_read_again(built: BuiltAccount) -> None:
    built.add_group()
    fault = Fault(
        "ec2:CreateLaunchTemplateVersion",
        "InvalidLaunchTemplateId.VersionNotFound",
        "gone",
        times=2,
    )
    built.account.gate.faults.append(fault)
    assert built.update(image_id=built.new).changed
    assert built.pointer() == "2"


def test_what_stays_gone_ends_in_one_line(built: BuiltAccount) -> None:
    built.add_group()
    built.account.gate.faults.append(
        Fault(
            "ec2:CreateLaunchTemplateVersion", "InvalidLaunchTemplateId.NotFound", "gone", times=-1
        )
    )
    with pytest.raises(NotFoundError, match="create a version of launch template"):
        built.update(image_id=built.new)


def test_a_lost_answer_leaves_nothing_twice(built: BuiltAccount) -> None:
    built.add_group()
    built.account.gate.faults.append(
        Fault("autoscaling:UpdateAutoScalingGroup", "ServiceUnavailable")
    )
    with pytest.raises(RotatorError):
        built.update(image_id=built.new)
    built.later()
    assert built.update(image_id=built.new).parts[0].plan.create is False
    assert built.pointer() == "2"
    assert len(built.template.versions) == 2


def test_somebody_elses_version_in_between_is_told(built: BuiltAccount) -> None:
    built.add_group("$Latest")
    params = {
        "LaunchTemplateId": built.template.id,
        "SourceVersion": "1",
        "LaunchTemplateData": {"KeyName": "k"},
    }

    def interfere(call: Call) -> None:
        if call.operation == "CreateLaunchTemplateVersion":
            built.account.gate.judges.remove(interfere)
            built.account.call("ec2", "CreateLaunchTemplateVersion", params)

    built.account.gate.judges.append(interfere)
    outcome = built.update(image_id=built.new)
    assert outcome.parts[0].plan.number == 3
    assert any(
        "version 3 is made from 1 and lacks what is in 2" in warning for warning in outcome.warnings
    )
