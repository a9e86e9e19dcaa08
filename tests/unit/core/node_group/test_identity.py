# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node group as the inventory knows it."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
)

KOPS = {"kops.k8s.io/instancegroup": "nodes"}


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        pytest.param({}, "self_managed", id="no tags"),
        pytest.param({"eks:nodegroup-name": "ng"}, "eks_managed", id="of EKS"),
        pytest.param({**KOPS, "k8s.io/role/node": "1"}, "kops_node", id="kops workers"),
        pytest.param(
            {**KOPS, "k8s.io/role/control-plane": "1"},
            "kops_control_plane",
            id="kops control plane",
        ),
        pytest.param({**KOPS, "k8s.io/role/bastion": "1"}, "kops_bastion", id="kops bastions"),
    ],
)
def test_its_kind_is_read_from_its_tags(tags: dict[str, str], kind: str) -> None:
    assert NodeGroup("shop", "eu-west-1", "blue", tags=tags).kind == kind


def test_what_is_not_known_of_it_is_empty() -> None:
    group = NodeGroup("shop", "eu-west-1", "blue")
    assert (group.nodegroup, group.zones, group.instance_types, group.account) == ("", (), (), "")
    assert (dict(group.labels), dict(group.tags)) == ({}, {})
