# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every combination of the tags that tell a kind, and what each kind allows."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    EKS_CLUSTER_TAG,
    EKS_MANAGED,
    EKS_NODEGROUP_TAG,
    KINDS,
    KOPS_API_SERVER,
    KOPS_BASTION,
    KOPS_CLUSTER_TAG,
    KOPS_CONTROL_PLANE,
    KOPS_GROUP_TAG,
    KOPS_NODE,
    KOPS_ROLE_TAG,
    KOPS_UNKNOWN,
    SELF_MANAGED,
    Actor,
    Kind,
    cluster_names,
    kind_of,
    managed_by_eks,
    not_rotated,
    template_note,
)

ROLES = ("control-plane", "master", "apiserver", "bastion", "node")
COMBINED = [
    (eks, kops, roles)
    for eks, kops in itertools.product((False, True), (False, True))
    for count in range(3)
    for roles in itertools.combinations(ROLES, count)
]


def tags_of(eks: bool, kops: bool, roles: tuple[str, ...]) -> dict[str, str]:
    tags = {"kubernetes.io/cluster/demo": "owned"}
    tags |= {EKS_NODEGROUP_TAG: "web", EKS_CLUSTER_TAG: "demo"} if eks else {}
    tags |= {KOPS_GROUP_TAG: "nodes", KOPS_CLUSTER_TAG: "demo"} if kops else {}
    return tags | {KOPS_ROLE_TAG + role: "1" for role in roles}


def expected(eks: bool, kops: bool, roles: tuple[str, ...]) -> Kind:
    """The kind in words: EKS first, then kops by the role that asks for most care."""
    if eks:
        return EKS_MANAGED
    if not kops:
        return SELF_MANAGED
    if {"control-plane", "master"} & set(roles):
        return KOPS_CONTROL_PLANE
    if "apiserver" in roles:
        return KOPS_API_SERVER
    if "bastion" in roles:
        return KOPS_BASTION
    return KOPS_NODE if roles else KOPS_UNKNOWN


@pytest.mark.parametrize(("eks", "kops", "roles"), COMBINED)
def test_the_kind_of_a_group(eks: bool, kops: bool, roles: tuple[str, ...]) -> None:
    assert kind_of(tags_of(eks, kops, roles)) is expected(eks, kops, roles)


@pytest.mark.parametrize(("eks", "kops", "roles"), COMBINED)
def test_what_eks_replaces_and_what_has_an_unknown_role_is_not_rotated(
    eks: bool, kops: bool, roles: tuple[str, ...]
) -> None:
    tags = tags_of(eks, kops, roles)
    kind = kind_of(tags)
    assert (not_rotated(tags) == "") is (kind not in (EKS_MANAGED, KOPS_UNKNOWN))


@pytest.mark.parametrize(("eks", "kops", "roles"), COMBINED)
def test_who_owns_the_template_is_told_where_it_is_not_we(
    eks: bool, kops: bool, roles: tuple[str, ...]
) -> None:
    tags = tags_of(eks, kops, roles)
    owner = kind_of(tags).template_owner
    assert (template_note(tags) != "") is (owner is Actor.KOPS)
    assert (managed_by_eks(tags) is not None) is (owner is Actor.EKS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_says_by_its_name_who_made_it(kind: Kind) -> None:
    prefix = {Actor.EKS: "eks_", Actor.KOPS: "kops_", Actor.ROTATOR: "self_"}[kind.template_owner]
    assert kind.name.startswith(prefix)


def test_what_each_kind_allows_stands_in_one_table() -> None:
    table = {
        kind.name: (
            kind.replaced_by.value,
            kind.may_surge,
            kind.needs_quorum,
            kind.serves_api,
            kind.carries_pods,
        )
        for kind in KINDS
    }
    assert table == {
        "self_managed": ("rotator", True, False, False, True),
        "eks_managed": ("eks", True, False, False, True),
        "kops_node": ("rotator", True, False, False, True),
        "kops_control_plane": ("rotator", False, True, True, True),
        "kops_apiserver": ("rotator", False, False, True, True),
        "kops_bastion": ("rotator", True, False, False, False),
        "kops_unknown": ("kops", False, False, False, True),
    }


@pytest.mark.parametrize(
    ("tags", "names"),
    [
        ({}, []),
        ({"kubernetes.io/cluster/demo": "owned"}, ["demo"]),
        ({"kubernetes.io/cluster/demo": "shared", "k8s.io/cluster/demo": "x"}, ["demo"]),
        ({"kubernetes.io/cluster/b": "", "k8s.io/cluster/a": ""}, ["a", "b"]),
        ({EKS_CLUSTER_TAG: "demo", KOPS_CLUSTER_TAG: "other"}, ["demo", "other"]),
        ({EKS_CLUSTER_TAG: "", KOPS_CLUSTER_TAG: ""}, []),
        ({"kubernetes.io/cluster/": "owned"}, []),
        ({"x-kubernetes.io/cluster/demo": "owned", "kubernetes.io/clusters/demo": ""}, []),
    ],
)
def test_the_clusters_that_tags_name(tags: dict[str, str], names: list[str]) -> None:
    assert cluster_names(tags) == names


@pytest.mark.parametrize(
    ("tags", "pair"),
    [
        ({EKS_NODEGROUP_TAG: "web", EKS_CLUSTER_TAG: "demo"}, ("demo", "web")),
        ({EKS_NODEGROUP_TAG: "web"}, ("", "web")),
        ({EKS_CLUSTER_TAG: "demo"}, None),
        ({}, None),
    ],
)
def test_a_managed_node_group_is_named_with_its_cluster(
    tags: dict[str, str], pair: tuple[str, str] | None
) -> None:
    assert managed_by_eks(tags) == pair


def test_a_kops_group_without_the_tag_of_its_cluster_says_so_cleanly() -> None:
    why = not_rotated({KOPS_GROUP_TAG: "g", KOPS_ROLE_TAG + "etcd": "1"})
    assert why == "of kops cluster has the unknown role etcd"
