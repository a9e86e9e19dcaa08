# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each kind of node group is recognized by, and what it allows."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group import kinds
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import Kind

KOPS = {"KubernetesCluster": "prod.example.com", "kops.k8s.io/instancegroup": "nodes-a"}
EKS = {"eks:nodegroup-name": "blue", "eks:cluster-name": "prod"}


def roles(*names: str) -> dict[str, str]:
    return KOPS | {f"k8s.io/role/{name}": "1" for name in names}


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({}, kinds.SELF_MANAGED),
        ({"kubernetes.io/cluster/prod": "owned"}, kinds.SELF_MANAGED),
        ({"KubernetesCluster": "prod"}, kinds.SELF_MANAGED),
        (EKS, kinds.EKS_MANAGED),
        (KOPS, kinds.KOPS_UNKNOWN),
        (roles("node"), kinds.KOPS_NODE),
        (roles("control-plane"), kinds.KOPS_CONTROL_PLANE),
        (roles("master"), kinds.KOPS_CONTROL_PLANE),
        (roles("node", "master"), kinds.KOPS_CONTROL_PLANE),
        (roles("master", "control-plane"), kinds.KOPS_CONTROL_PLANE),
        (roles("apiserver"), kinds.KOPS_API_SERVER),
        (roles("bastion"), kinds.KOPS_BASTION),
        (roles("spaceship"), kinds.KOPS_UNKNOWN),
        (roles("node", "etcd"), kinds.KOPS_UNKNOWN),
        (roles("scheduler"), kinds.KOPS_UNKNOWN),
    ],
)
def test_a_kind_is_read_from_the_tags(tags: dict[str, str], kind: Kind) -> None:
    assert kinds.kind_of(tags) is kind


def test_every_kind_has_its_own_name() -> None:
    names = [kind.name for kind in kinds.KINDS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", [kind for kind in kinds.KINDS if kind.serves_api])
def test_what_serves_the_api_never_surges(kind: Kind) -> None:
    assert not kind.may_surge


@pytest.mark.parametrize(
    ("tags", "why"),
    [
        ({}, ""),
        (roles("node"), ""),
        (roles("apiserver"), ""),
        (EKS, "belongs to the EKS managed node group blue"),
        (roles("master"), ""),
        (roles("control-plane", "master"), ""),
        (roles("bastion"), ""),
        (KOPS, "of kops cluster prod.example.com has no tag of a role"),
        (roles("node", "etcd"), "of kops cluster prod.example.com has the unknown role etcd"),
    ],
)
def test_why_a_rotation_leaves_a_group_alone(tags: dict[str, str], why: str) -> None:
    assert kinds.not_rotated(tags) == why


@pytest.mark.parametrize("tags", [{}, EKS])
def test_only_kops_writes_the_template_again(tags: dict[str, str]) -> None:
    assert kinds.template_note(tags) == ""
    assert "kops update cluster restores" in kinds.template_note(KOPS)


@pytest.mark.parametrize(
    ("tags", "group", "role"),
    [
        ({}, "self_managed", ""),
        (EKS, "eks_managed", ""),
        (KOPS, "kops", "unknown"),
        (roles("master", "control-plane"), "kops", "control_plane"),
        (roles("apiserver"), "kops", "apiserver"),
        (roles("bastion"), "kops", "bastion"),
        (roles("node"), "kops", "node"),
    ],
)
def test_the_inventory_groups_kops_by_its_roles(
    tags: dict[str, str], group: str, role: str
) -> None:
    kind = kinds.kind_of(tags)
    assert (kind.inventory_group, kind.role) == (group, role)


def test_the_roles_of_a_group_are_those_that_its_tags_name() -> None:
    assert kinds.kops_roles(roles("master", "control-plane")) == ["control-plane", "master"]
    assert kinds.kops_roles(KOPS) == []


@pytest.mark.parametrize(("tags", "owner"), [({}, None), (KOPS, None), (EKS, ("prod", "blue"))])
def test_only_groups_with_the_tags_of_eks_are_managed_by_it(
    tags: dict[str, str], owner: tuple[str, str] | None
) -> None:
    assert kinds.managed_by_eks(tags) == owner


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (EKS, True),
        ({"eks:cluster-name": "prod"}, False),
        ({"kubernetes.io/cluster/prod": "owned"}, False),
        ({"kops.k8s.io/instancegroup": "nodes-a", "k8s.io/role/node": "1"}, False),
        ({**EKS, "kops.k8s.io/instancegroup": "nodes-a"}, True),
        ({}, False),
    ],
)
def test_eks_replaces_the_nodes_of_its_managed_node_groups_alone(
    tags: dict[str, str], expected: bool
) -> None:
    assert kinds.replaced_by_eks(tags) is expected
