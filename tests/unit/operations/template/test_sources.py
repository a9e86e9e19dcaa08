# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a launch source is found by each of its names, and pointed elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
    RefusedError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
    Source,
    Use,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.sources import (
    describe_template,
    find,
    refuse_owned,
    update_group,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    a_described_group,
    refusal,
)

TEMPLATE = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web"}
MANAGED = NamedSource(eks_cluster="demo", eks_nodegroup="ng")
KOPS = NamedSource(kops_cluster="k.example", kops_group="nodes")


def groups(*found: dict[str, Any]) -> Recorded:
    return Recorded(DescribeAutoScalingGroups={"AutoScalingGroups": list(found)})


@pytest.mark.parametrize("version", ["$Latest", "$Default", "3", ""])
@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ({"template_id": "lt-1"}, {"LaunchTemplateIds": ["lt-1"]}),
        ({"template_name": "web"}, {"LaunchTemplateNames": ["web"]}),
        ({"template_id": "lt-1", "template_name": "web"}, {"LaunchTemplateIds": ["lt-1"]}),
    ],
)
def test_a_template_is_found_by_id_or_name(
    named: dict[str, str], asked: dict[str, Any], version: str
) -> None:
    raw = Recorded(DescribeLaunchTemplates={"LaunchTemplates": [TEMPLATE]})
    source = find(Aws(raw), NamedSource(version=version, **named))
    assert source == Source(uses=(Use("lt-1", version or "$Latest"),))
    assert raw.asked("DescribeLaunchTemplates") == [asked]


@pytest.mark.parametrize(
    "answer",
    [
        refusal("InvalidLaunchTemplateName.NotFoundException"),
        refusal("InvalidLaunchTemplateId.NotFound"),
        {"LaunchTemplates": []},
    ],
    ids=["by name", "by id", "empty"],
)
def test_a_template_that_does_not_exist_is_named(answer: Any) -> None:
    with pytest.raises(NotFoundError, match="There is no launch template web"):
        describe_template(Aws(Recorded(DescribeLaunchTemplates=answer)), "", "web")


def test_a_group_is_found_by_its_name() -> None:
    source = find(Aws(groups(a_described_group())), NamedSource(group="blue"))
    assert (source.group, source.pointer) == ("blue", ("lt-1", "2"))
    with pytest.raises(NotFoundError, match="blue"):
        find(Aws(groups()), NamedSource(group="blue"))


def test_a_kops_group_is_found_by_the_tags_of_kops() -> None:
    raw = groups(a_described_group())
    assert find(Aws(raw), KOPS).group == "blue"
    (asked,) = raw.asked("DescribeAutoScalingGroups")
    assert {one["Name"]: one["Values"] for one in asked["Filters"]} == {
        "tag:KubernetesCluster": ["k.example"],
        "tag:kops.k8s.io/instancegroup": ["nodes"],
    }


@pytest.mark.parametrize(
    ("found", "error", "words"),
    [
        ((), NotFoundError, "There is no instance group nodes of kops cluster k.example"),
        (("b", "a"), RefusedError, "More than one Auto Scaling group says it is .*: a, b"),
    ],
)
def test_a_kops_group_is_one_group(
    found: tuple[str, ...], error: type[RotatorError], words: str
) -> None:
    raw = groups(*(a_described_group(AutoScalingGroupName=name) for name in found))
    with pytest.raises(error, match=words):
        find(Aws(raw), KOPS)


NODEGROUP: dict[str, Any] = {
    "launchTemplate": {"id": "lt-1", "version": "4"},
    "instanceTypes": ["m5.large"],
    "subnets": ["subnet-1", "subnet-2"],
    "resources": {"autoScalingGroups": [{"name": "eks-ng-1"}]},
}


@pytest.mark.parametrize(
    ("changes", "group", "types", "subnet"),
    [
        ({}, "eks-ng-1", ("m5.large",), "subnet-1"),
        ({"resources": {}}, "", ("m5.large",), "subnet-1"),
        ({"instanceTypes": None, "subnets": []}, "eks-ng-1", (), ""),
    ],
)
def test_a_managed_node_group_is_found_by_its_template(
    changes: dict[str, Any], group: str, types: tuple[str, ...], subnet: str
) -> None:
    raw = Recorded(DescribeNodegroup={"nodegroup": {**NODEGROUP, **changes}})
    source = find(Aws(raw), MANAGED)
    assert source.uses == (Use("lt-1", "4", types),)
    assert (source.group, source.subnet) == (group, subnet)
    assert source.nodegroup == ("demo", "ng")
    assert "only when EKS updates it" in source.note


def test_a_managed_node_group_without_a_template_is_refused() -> None:
    raw = Recorded(DescribeNodegroup={"nodegroup": {**NODEGROUP, "launchTemplate": None}})
    with pytest.raises(InputError, match="Node group ng has no launch template of its own"):
        find(Aws(raw), MANAGED)


@pytest.mark.parametrize(
    ("named", "owned", "refused"),
    [
        (NamedSource(group="eks-ng-1"), ("demo", "ng"), True),
        (MANAGED, ("demo", "ng"), False),
        (NamedSource(group="blue"), None, False),
    ],
)
def test_a_group_of_eks_has_to_be_named_as_its_node_group(
    named: NamedSource, owned: tuple[str, str] | None, refused: bool
) -> None:
    source = Source(group="eks-ng-1", nodegroup=owned)
    if not refused:
        refuse_owned(source, named)
        return
    with pytest.raises(RefusedError) as caught:
        refuse_owned(source, named)
    assert caught.value.hint == "Name eks_cluster demo and eks_nodegroup ng instead"


def test_a_group_is_pointed_elsewhere_by_its_name() -> None:
    raw = Recorded()
    update_group(Aws(raw), "blue", {"LaunchConfigurationName": "red-2"})
    assert raw.asked("UpdateAutoScalingGroup") == [
        {"AutoScalingGroupName": "blue", "LaunchConfigurationName": "red-2"}
    ]
