# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Template updates: group kinds, idempotency, check mode, way back, pruning."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
    RefusedError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import clean
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import publish_al2023
from ansible_collections.nodeops.rotator.tests.unit.operations.builders import (
    NODEADM,
    BuiltAccount,
    mixed_policy,
)


@pytest.mark.parametrize(
    ("version", "pointer", "default"),
    [(1, "2", 1), ("$Latest", "$Latest", 1), ("$Default", "$Default", 2)],
)
def test_the_new_image_is_launched_next_and_the_pointer_stays_of_its_kind(
    built: BuiltAccount, version: str | int, pointer: str, default: int
) -> None:
    built.add_group(version)
    outcome = built.update(image_id=built.new, release="1.33.5-20260501", run="night-7")
    assert outcome.changed
    assert outcome.verified
    assert (built.pointer(), built.template.default, built.image(2)) == (
        pointer,
        default,
        built.new,
    )
    assert built.template.versions[2].data == {
        **built.template.versions[1].data,
        "ImageId": built.new,
    }
    description = (
        "nodeops.rotator: update from 1, release 1.33.5-20260501, run night-7, 2026-06-01T12:00:00Z"
    )
    assert built.template.versions[2].description == description
    assert built.template.tags["nodeops.rotator/release"] == "1.33.5-20260501"


@pytest.mark.parametrize("version", [1, "$Latest", "$Default"])
def test_the_second_run_writes_nothing(built: BuiltAccount, version: str | int) -> None:
    built.add_group(version)
    built.update(image_id=built.new)
    built.later()
    before = built.written()
    assert not built.update(image_id=built.new).changed
    assert built.written() == before
    assert len(built.template.versions) == 2


@pytest.mark.parametrize("version", [1, "$Latest", "$Default"])
def test_check_mode_tells_the_truth_and_writes_nothing(
    built: BuiltAccount, version: str | int
) -> None:
    built.add_group(version)
    told = built.update(dry=True, image_id=built.new)
    assert built.written() == 0
    assert len(built.template.versions) == 1
    done = built.update(image_id=built.new)
    assert [part.plan for part in told.parts] == [part.plan for part in done.parts]
    assert told.changed


@pytest.mark.parametrize("version", [1, "$Latest", "$Default"])
def test_rolling_back_and_again(built: BuiltAccount, version: str | int) -> None:
    built.add_group(version)
    built.update(image_id=built.new)
    built.later()
    outcome = built.update(rollback=True)
    pointer = built.pointer()
    number = {"$Latest": built.template.latest, "$Default": built.template.default}.get(
        pointer
    ) or int(pointer)
    assert outcome.changed
    assert built.image(number) == built.old
    built.later()
    assert not built.update(rollback=True).changed


def test_a_template_by_itself_moves_its_default_only_if_asked(built: BuiltAccount) -> None:
    built.update(NamedSource(template_name="blue"), image_id=built.new)
    assert (built.template.latest, built.template.default) == (2, 1)
    built.later()
    built.update(NamedSource(template_id=built.template.id), image_id=built.new, set_default=True)
    assert (built.template.latest, built.template.default) == (2, 2)


def test_removing_a_field_does_not_inherit_it(built: BuiltAccount) -> None:
    built.add_group()
    built.update(overrides={"MetadataOptions": None, "KeyName": "ops"})
    assert built.template.versions[2].data == {
        "ImageId": built.old,
        "InstanceType": "m5.large",
        "UserData": NODEADM,
        "KeyName": "ops",
    }


CHOICES: dict[str, list[Any]] = {
    "KeyName": ["ops", "dev", None],
    "EbsOptimized": [True, False, None],
    "SecurityGroupIds": [["sg-1"], ["sg-1", "sg-2"], [], None],
    "Monitoring": [{"Enabled": True}, {"Enabled": False}, {"Enabled": None}, None],
    "MetadataOptions": [
        {"HttpTokens": "required"},
        {"HttpTokens": None},
        {"HttpPutResponseHopLimit": 2},
        {"HttpEndpoint": "enabled"},
        None,
    ],
    "BlockDeviceMappings": [[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 20}}], [], None],
}


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_merged_is_what_the_new_version_holds(seed: int) -> None:
    dice, built = random.Random(seed), BuiltAccount(Behavior.polite())
    data = {
        name: value
        for name, values in CHOICES.items()
        if (value := dice.choice(values)) not in (None, [], {"Enabled": None}, {"HttpTokens": None})
    }
    built.template = built.add_template("random", **data)
    for _time in range(3):
        overrides = {
            name: dice.choice(values) for name, values in CHOICES.items() if dice.random() < 0.5
        }
        image = dice.choice(["", built.old, built.new])
        told = built.update(
            NamedSource(template_name="random"), dry=True, image_id=image, overrides=overrides
        )
        done = built.update(
            NamedSource(template_name="random"), image_id=image, overrides=overrides
        )
        assert told.parts == done.parts
        assert (
            clean(built.template.versions[built.template.latest].data) == done.parts[0].plan.after
        )
        assert not built.update(
            NamedSource(template_name="random"), image_id=image, overrides=overrides
        ).changed


def test_pinning_warns_of_drift(built: BuiltAccount) -> None:
    built.add_group("$Latest")
    outcome = built.update(image_id=built.new, pin=True)
    assert built.pointer() == "2"
    assert any("will see drift" in warning for warning in outcome.warnings)


@pytest.mark.parametrize(
    ("version", "told"), [("$Latest", ["green"]), ("$Default", ["green", "red"]), (1, ["green"])]
)
def test_other_groups_that_follow_the_template_are_named(
    built: BuiltAccount, version: str | int, told: list[str]
) -> None:
    built.add_group(version)
    for name, pointer in (("green", "$Latest"), ("red", "$Default"), ("grey", "1")):
        build.add_group(built.account, name, built.template, pointer, desired=0)
    warnings = [
        one for one in built.update(image_id=built.new).warnings if "followed by other" in one
    ]
    assert [one.rpartition(": ")[2].split(", ") for one in warnings] == [told]
    built.later()
    assert not built.update(image_id=built.new).warnings


def test_an_alias_stays_while_it_means_the_image(built: BuiltAccount) -> None:
    build.publish(built.account, "/golden", built.new)
    built.template = built.add_template("aliased", ImageId="resolve:ssm:/golden")
    built.add_group()
    assert not built.update(image_id=built.new).changed
    assert built.update(image_id=built.old).parts[0].plan.after["ImageId"] == built.old


def test_an_alias_can_be_written(built: BuiltAccount) -> None:
    build.publish(built.account, "/golden", built.new)
    built.add_group()
    built.update(image_id="resolve:ssm:/golden")
    assert built.image(2) == "resolve:ssm:/golden"
    with pytest.raises(NotFoundError, match="there is no parameter /silver"):
        built.update(image_id="resolve:ssm:/silver")


def test_every_template_of_a_mixed_policy_is_updated(built: BuiltAccount) -> None:
    other = built.add_template("other", UserData="")
    build.add_group(built.account, "blue", mixed=mixed_policy(built, other), desired=1)
    outcome = built.update(image_id=built.new)
    assert [part.name for part in outcome.parts] == ["blue", "other"]
    assert built.image(2) == built.new == built.image(2, other)
    policy = built.account.groups["blue"].mixed or {}
    assert policy["InstancesDistribution"]["OnDemandPercentageAboveBaseCapacity"] == 20
    assert policy["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"] == "2"
    assert policy["LaunchTemplate"]["Overrides"][1]["LaunchTemplateSpecification"]["Version"] == "2"


def test_old_versions_of_ours_are_pruned_but_never_one_in_use(built: BuiltAccount) -> None:
    built.add_group()
    dates = ("20260502", "20260503", "20260504", "20260505")
    for date in dates:
        built.update(image_id=publish_al2023(built.account, "1.33", date)[0].id)
        built.later()
    used = built.template.versions[3]
    build.add_group(built.account, "green", built.template, 3, desired=0)
    told = built.update(dry=True, image_id=built.image(5), keep=1)
    assert told.parts[0].prune == (2,)
    assert told.changed
    assert built.update(image_id=built.image(5), keep=1).parts[0].prune == (2,)
    assert sorted(built.template.versions) == [1, 3, 4, 5]
    assert built.template.versions[3] is used
    built.later()
    assert not built.update(image_id=built.image(5), keep=1).changed


def test_a_version_that_a_node_group_uses_stays(built: BuiltAccount) -> None:
    built.add_group()
    for date in ("20260502", "20260503", "20260504"):
        built.update(image_id=publish_al2023(built.account, "1.33", date)[0].id)
        built.later()
    build.add_group(built.account, "eks-managed", built.template, 1, desired=0)
    cluster = build.add_eks_cluster(built.account, "shop")
    template = {"id": built.template.id, "name": "blue", "version": "2"}
    build.add_nodegroup(
        cluster, "managed", built.account.groups["eks-managed"], "x", template=template
    )
    assert not built.update(image_id=built.image(4), keep=1).changed


def test_a_managed_node_groups_template_is_updated_and_the_group_left_to_eks(
    built: BuiltAccount,
) -> None:
    built.add_group()
    cluster = build.add_eks_cluster(built.account, "shop")
    template = {"id": built.template.id, "name": "blue", "version": "1"}
    build.add_nodegroup(
        cluster, "managed", built.account.groups["blue"], "x", template=template, ami_type="CUSTOM"
    )
    target = NamedSource(eks_cluster="shop", eks_nodegroup="managed")
    outcome = built.update(target, image_id=built.new)
    assert built.image(2) == built.new
    assert built.pointer() == "1"
    assert any("only when EKS updates it" in warning for warning in outcome.warnings)
    assert not built.update(target, image_id=built.new).changed
    with pytest.raises(
        RefusedError,
        match="belongs to managed node group managed of EKS cluster shop. Name eks_cluster",
    ):
        built.update(image_id=built.new)


def test_a_managed_node_group_without_a_template_is_refused(built: BuiltAccount) -> None:
    built.add_group()
    build.add_nodegroup(
        build.add_eks_cluster(built.account, "shop"), "managed", built.account.groups["blue"], "x"
    )
    with pytest.raises(InputError, match="no launch template of its own"):
        built.update(NamedSource(eks_cluster="shop", eks_nodegroup="managed"), image_id=built.new)


def test_a_group_of_kops_is_told_to_change_its_spec_however_it_is_named(
    built: BuiltAccount,
) -> None:
    built.add_group(tags={"kops.k8s.io/instancegroup": "nodes-a"})
    outcome = built.update(NamedSource(group="blue"), image_id=built.new)
    assert any("change spec.image" in warning for warning in outcome.warnings)


def test_a_kops_instance_group_is_found_by_its_tags(built: BuiltAccount) -> None:
    tags = {"KubernetesCluster": "k.example.com", "kops.k8s.io/instancegroup": "nodes-a"}
    built.add_group(tags=tags)
    target = NamedSource(kops_cluster="k.example.com", kops_group="nodes-a")
    outcome = built.update(target, image_id=built.new)
    assert built.pointer() == "2"
    assert any("kops update cluster restores" in warning for warning in outcome.warnings)
    build.add_group(built.account, "twin", built.template, 1, tags=tags, desired=0)
    with pytest.raises(
        RefusedError,
        match="More than one Auto Scaling group says it is instance group nodes-a.*: blue, twin",
    ):
        built.update(target, image_id=built.new)
