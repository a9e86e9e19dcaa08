# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of node groups, and what each allows: the one place that decides it.

A kind is read from the tags of the group's Auto Scaling group. EKS tags the group behind a managed
node group with `eks:nodegroup-name` (EKS user guide, managed node groups); kops tags every group
with `KubernetesCluster`, `kops.k8s.io/instancegroup` and `k8s.io/role/<role>` (kops: docs, labels
and tags; `master` is the older name of `control-plane`, and kops sets both). A role that is not
known here, or none at all, is never read as that of workers.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping, Sequence

EKS_NODEGROUP_TAG = "eks:nodegroup-name"
EKS_CLUSTER_TAG = "eks:cluster-name"
KOPS_CLUSTER_TAG = "KubernetesCluster"
KOPS_GROUP_TAG = "kops.k8s.io/instancegroup"
KOPS_ROLE_TAG = "k8s.io/role/"
OWNER_TAGS = ("kubernetes.io/cluster/", "k8s.io/cluster/")
"""Prefixes of the tag that names a self-managed group's cluster, today's and the older one."""


UNKNOWN_ROLE = "unknown"


def cluster_names(tags: Mapping[str, str]) -> list[str]:
    """Return the clusters that the tags of an Auto Scaling group name, sorted."""
    named = {
        key.removeprefix(prefix) for key in tags for prefix in OWNER_TAGS if key.startswith(prefix)
    }
    named |= {tags.get(EKS_CLUSTER_TAG, ""), tags.get(KOPS_CLUSTER_TAG, "")}
    return sorted(named - {""})


class Actor(enum.Enum):
    """Who does a thing for a node group."""

    ROTATOR = "rotator"
    EKS = "eks"
    KOPS = "kops"


@dataclasses.dataclass(frozen=True)
class Kind:
    """What one kind of node group allows.

    `name`: as inventory and results show it. `replaced_by`: who replaces the nodes.
    `template_owner`: who writes the launch template. `may_surge`: whether nodes may be launched
    above the group's size. `needs_quorum`: whether its nodes run etcd, so that a quorum guards
    every replacement. `serves_api`: whether its nodes run API servers of the cluster; then they go
    one at a time in the whole cluster, each while every other one is whole. `carries_pods`: whether
    its instances are nodes of the cluster. `role`: of an instance group of kops, which is also its
    inventory group; "" elsewhere.
    """

    name: str
    role: str = ""
    replaced_by: Actor = Actor.ROTATOR
    template_owner: Actor = Actor.ROTATOR
    may_surge: bool = True
    needs_quorum: bool = False
    serves_api: bool = False
    carries_pods: bool = True

    @property
    def inventory_group(self) -> str:
        """Return the inventory group of its node groups: kops for all that kops makes."""
        return self.template_owner.value if self.template_owner is Actor.KOPS else self.name


SELF_MANAGED = Kind("self_managed")
EKS_MANAGED = Kind("eks_managed", replaced_by=Actor.EKS, template_owner=Actor.EKS)
KOPS_NODE = Kind("kops_node", "node", template_owner=Actor.KOPS)
KOPS_CONTROL_PLANE = Kind(
    "kops_control_plane",
    "control_plane",
    template_owner=Actor.KOPS,
    may_surge=False,
    needs_quorum=True,
    serves_api=True,
)
KOPS_API_SERVER = Kind(
    "kops_apiserver", "apiserver", template_owner=Actor.KOPS, may_surge=False, serves_api=True
)
KOPS_BASTION = Kind("kops_bastion", "bastion", template_owner=Actor.KOPS, carries_pods=False)
KOPS_UNKNOWN = Kind(
    "kops_unknown",
    UNKNOWN_ROLE,
    replaced_by=Actor.KOPS,
    template_owner=Actor.KOPS,
    may_surge=False,
)
KINDS = (
    SELF_MANAGED,
    EKS_MANAGED,
    KOPS_NODE,
    KOPS_CONTROL_PLANE,
    KOPS_API_SERVER,
    KOPS_BASTION,
    KOPS_UNKNOWN,
)

_KOPS_ROLES: Mapping[str, Kind] = {
    "control-plane": KOPS_CONTROL_PLANE,
    "master": KOPS_CONTROL_PLANE,
    "apiserver": KOPS_API_SERVER,
    "bastion": KOPS_BASTION,
    "node": KOPS_NODE,
}
"""Kinds by kops role, the one that asks for most care first: a group may carry several roles."""


def kops_roles(tags: Mapping[str, str]) -> list[str]:
    """Return the roles that the tags of an Auto Scaling group of kops name, sorted."""
    return sorted(key.removeprefix(KOPS_ROLE_TAG) for key in tags if key.startswith(KOPS_ROLE_TAG))


def kind_of(tags: Mapping[str, str]) -> Kind:
    """Return the kind of the node group whose Auto Scaling group carries these tags."""
    if EKS_NODEGROUP_TAG in tags:
        return EKS_MANAGED
    if KOPS_GROUP_TAG not in tags:
        return SELF_MANAGED
    roles = kops_roles(tags)
    if not roles or set(roles) - set(_KOPS_ROLES):
        return KOPS_UNKNOWN
    return next(kind for role, kind in _KOPS_ROLES.items() if role in roles)


def managed_by_eks(tags: Mapping[str, str]) -> tuple[str, str] | None:
    """Return EKS cluster and name of the managed node group, None if it is not one."""
    if kind_of(tags).template_owner is not Actor.EKS:
        return None
    return tags.get(EKS_CLUSTER_TAG, ""), tags[EKS_NODEGROUP_TAG]


def replaced_by_eks(tags: Mapping[str, str]) -> bool:
    """Return whether EKS replaces the nodes of the group with these tags."""
    return kind_of(tags).replaced_by is Actor.EKS


def template_note(tags: Mapping[str, str]) -> str:
    """Return what has to be done besides a change of the template, "" for nothing."""
    if kind_of(tags).template_owner is Actor.KOPS:
        return (
            "kops update cluster restores what the instance group's spec says: change spec.image"
            " there as well"
        )
    return ""


def not_rotated(tags: Mapping[str, str]) -> str:
    """Return why a rotation leaves such a group alone, "" if it may be rotated.

    It is the end of a sentence about the group. Managed node groups are updated by EKS, what has an
    unknown role by nobody.
    """
    kind = kind_of(tags)
    if kind.replaced_by is Actor.EKS:
        return f"belongs to the EKS managed node group {tags[EKS_NODEGROUP_TAG]}"
    if kind is KOPS_UNKNOWN:
        cluster = f"kops cluster {tags.get(KOPS_CLUSTER_TAG, '')}".rstrip()
        return f"of {cluster} has {_role_words(kops_roles(tags))}"
    return ""


def _role_words(roles: Sequence[str]) -> str:
    """Return what is wrong with roles: there are none, or unknown ones."""
    unknown = [role for role in roles if role not in _KOPS_ROLES]
    return f"the unknown role {', '.join(unknown)}" if unknown else "no tag of a role"
