# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node group as the inventory knows it."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
    account_of,
    autoscaler_labels,
)

KOPS = {"kops.k8s.io/instancegroup": "nodes"}


@pytest.mark.parametrize(
    ("tags", "kind", "role", "name"),
    [
        pytest.param({}, "self_managed", "", "", id="no tags"),
        pytest.param({"eks:nodegroup-name": "ng"}, "eks_managed", "", "", id="of EKS"),
        pytest.param({**KOPS, "k8s.io/role/node": "1"}, "kops", "node", "nodes", id="workers"),
        pytest.param(
            {**KOPS, "k8s.io/role/control-plane": "1"},
            "kops",
            "control_plane",
            "nodes",
            id="control plane",
        ),
        pytest.param(
            {**KOPS, "k8s.io/role/bastion": "1"}, "kops", "bastion", "nodes", id="bastions"
        ),
        pytest.param({**KOPS, "k8s.io/role/etcd": "1"}, "kops", "unknown", "nodes", id="etcd"),
    ],
)
def test_what_it_is_is_read_from_its_tags(
    tags: dict[str, str], kind: str, role: str, name: str
) -> None:
    group = NodeGroup("shop", "eu-west-1", "blue", tags=tags)
    assert (group.kind, group.role, group.instance_group) == (kind, role, name)


@pytest.mark.parametrize(
    ("arn", "account"),
    [("arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:x", "123456789012"), ("", "")],
)
def test_the_account_is_part_of_the_arn(arn: str, account: str) -> None:
    assert account_of(arn) == account


def test_labels_are_those_that_the_autoscaler_is_told() -> None:
    prefix = "k8s.io/cluster-autoscaler/node-template/"
    tags = {f"{prefix}label/role": "web", f"{prefix}taint/x": "y:NoSchedule", "role": "no"}
    assert autoscaler_labels(tags) == {"role": "web"}


def test_what_is_not_known_of_it_is_empty() -> None:
    group = NodeGroup("shop", "eu-west-1", "blue")
    assert (group.nodegroup, group.zones, group.instance_types, group.account) == ("", (), (), "")
    assert (dict(group.labels), dict(group.tags)) == ({}, {})
