# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Specifications of instance groups, as kops prints them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.instance_group import (
    InstanceGroup,
    parse_cluster,
    parse_groups,
)

PRINTED = (
    '{"kind":"InstanceGroup","apiVersion":"kops.k8s.io/v1alpha2","metadata":{"name":'
    '"nodes-eu-west-1a","creationTimestamp":"2026-11-25T23:06:40Z","labels":'
    '{"kops.k8s.io/cluster":"blue.example.com"}},"spec":{"role":"Node","image":'
    '"099720109477/ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20251001","minSize":2,'
    '"maxSize":2,"machineType":"t3.medium","subnets":["eu-west-1a"],"nodeLabels":'
    '{"kops.k8s.io/instancegroup":"nodes-eu-west-1a"}}}\n'
)


def group(**spec: Any) -> InstanceGroup:
    """Return an instance group of workers with this specification."""
    whole = {"metadata": {"name": "nodes"}, "spec": {"role": "Node", **spec}}
    return InstanceGroup({"kind": "InstanceGroup", **whole})


def labelled(**labels: str) -> InstanceGroup:
    names = {f"nodeops.rotator/{name.replace('_', '-')}": text for name, text in labels.items()}
    return InstanceGroup({"metadata": {"name": "nodes", "labels": names}, "spec": {}})


def test_one_object_is_read() -> None:
    (found,) = parse_groups(PRINTED, "read it")
    assert (found.name, found.role) == ("nodes-eu-west-1a", "Node")
    assert found.image.endswith("server-20251001")
    assert found.machine_types == ("t3.medium",)
    assert not found.skips
    assert not found.is_karpenter


def test_a_list_of_objects_is_read() -> None:
    found = parse_groups(f"[{PRINTED},{PRINTED}]", "read it")
    assert [one.name for one in found] == ["nodes-eu-west-1a"] * 2
    assert parse_groups("[]", "read it") == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NAME ROLE",
        "null",
        '{"kind":"Cluster"}',
        '{"kind":"InstanceGroup","spec":{}}',
        '{"kind":"InstanceGroup","metadata":{"name":""},"spec":{}}',
        '{"kind":"InstanceGroup","metadata":{"name":"x"}}',
        f'[{PRINTED}, "x"]',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(RefusedError, match="Cannot read it: kops printed no instance group"):
        parse_groups(text, "read it")


def test_another_image_keeps_every_other_field() -> None:
    (found,) = parse_groups(PRINTED, "read it")
    changed = found.with_image("ami-0123456789abcdef0")
    wanted = json.loads(PRINTED)
    wanted["spec"]["image"] = "ami-0123456789abcdef0"
    assert json.loads(changed.dumped()) == wanted
    assert found.image.endswith("server-20251001")


def test_no_image_takes_the_field_away() -> None:
    whole = {"metadata": {"name": "nodes"}, "spec": {"image": "ami-1", "minSize": 1}}
    assert InstanceGroup(whole).with_image("").spec == {"minSize": 1}
    assert InstanceGroup({**whole, "spec": {"minSize": 1}}).with_image("").spec == {"minSize": 1}


def test_the_image_may_be_missing() -> None:
    assert group().image == ""


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("Node", "nodes.blue.example.com"),
        ("Master", "nodes.masters.blue.example.com"),
        ("ControlPlane", "nodes.masters.blue.example.com"),
        ("APIServer", "nodes.blue.example.com"),
        ("Bastion", "nodes.blue.example.com"),
    ],
)
def test_the_launch_template_has_the_name_that_kops_gives_it(role: str, name: str) -> None:
    assert group(role=role).template("blue.example.com") == name


@pytest.mark.parametrize(
    ("text", "skips"),
    [("", True), ("true", True), ("yes", True), ("1", True), ("false", False), ("NO", False)],
)
def test_a_label_asks_to_leave_the_image(text: str, skips: bool) -> None:
    assert labelled(skip_image=text).skips is skips


def test_other_labels_do_not() -> None:
    assert not labelled(other="true").skips
    assert not InstanceGroup({"metadata": {"name": "x", "labels": None}, "spec": {}}).skips


def test_instance_types_are_those_of_the_policy_too() -> None:
    policy = {"instances": ["m6i.large", "m5.large"]}
    found = group(machineType="m5.large", mixedInstancesPolicy=policy)
    assert found.machine_types == ("m5.large", "m6i.large")


@pytest.mark.parametrize(("manager", "karpenter"), [("Karpenter", True), ("CloudGroup", False)])
def test_a_group_of_karpenter_is_recognized(manager: str, karpenter: bool) -> None:
    assert group(manager=manager).is_karpenter is karpenter


def test_its_own_settings_of_a_rolling_update_are_read() -> None:
    assert group(rollingUpdate={"maxSurge": 2}).rolling_update == {"maxSurge": 2}
    assert group().rolling_update == {}


CLUSTER = {"kind": "Cluster", "metadata": {"name": "blue"}, "spec": {"kubernetesVersion": "1.33.5"}}


@pytest.mark.parametrize("shown", [CLUSTER, [CLUSTER]])
def test_a_cluster_is_read_alone_or_as_a_list_of_one(shown: Any) -> None:
    assert parse_cluster(json.dumps(shown), "blue", "read it") == CLUSTER["spec"]


@pytest.mark.parametrize(
    "shown",
    [
        [],
        [CLUSTER, CLUSTER],
        {**CLUSTER, "kind": "InstanceGroup"},
        {**CLUSTER, "metadata": {"name": "blue-2"}},
        {"kind": "Cluster", "metadata": {"name": "blue"}},
        "No clusters found",
        None,
    ],
)
def test_anything_else_is_no_cluster(shown: Any) -> None:
    with pytest.raises(RefusedError, match="Cannot read it: kops printed no such cluster"):
        parse_cluster(json.dumps(shown), "blue", "read it")
    with pytest.raises(RefusedError):
        parse_cluster("no JSON", "blue", "read it")
