# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and variables of the inventory hosts that node groups are."""

from __future__ import annotations

import collections
import hashlib
import re
import types
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible.inventory.group import to_safe_group_name

from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
)

ALL = "node_groups"
UNFIT = re.compile(r"[\s:,\[\]&!]+")
"""Characters with a meaning in host patterns."""


def make_variables(node_group: NodeGroup) -> dict[str, Any]:
    """Return the variables of a host."""
    return {
        **_variables_of_type(node_group),
        "cluster_name": node_group.cluster,
        "region": node_group.region,
        "aws_account_id": node_group.account,
        "autoscaling_group_name": node_group.group,
        "node_group_kind": node_group.kind,
        "zones": list(node_group.zones),
        "instance_types": list(node_group.instance_types),
        "node_group_labels": dict(node_group.labels),
        "node_group_tags": dict(node_group.tags),
    }


def _variables_of_type(node_group: NodeGroup) -> dict[str, Any]:
    """Return the variables that only clusters of its type have."""
    if not node_group.role:
        managed = (
            {"eks_nodegroup": node_group.nodegroup, "eks_ami_type": node_group.ami_type}
            if node_group.nodegroup
            else {}
        )
        return {"eks_cluster": node_group.cluster, **managed}
    return {
        "kops_cluster": node_group.cluster,
        "kops_instance_group": node_group.instance_group,
        "node_group_role": node_group.role,
    }


def cluster_group(node_group: NodeGroup) -> str:
    """Return the inventory group of a node group's cluster."""
    return f"cluster_{node_group.cluster}"


def name_hosts(
    found: Iterable[NodeGroup],
    present: Mapping[str, Mapping[str, Any]] = types.MappingProxyType({}),
    groups: Collection[str] = (),
) -> list[tuple[str, NodeGroup]]:
    """Return each node group with a host name that nothing else in the inventory has.

    `present` are the hosts of other inventory files with their variables, `groups` the names of
    the groups. A name that is not unique gets the region appended, then the cluster, the Auto
    Scaling group, the account, and in the end a hash. A node group that was found twice is one.
    """
    every = list({_identity(node_group): node_group for node_group in found}.values())
    levels = [0] * len(every)
    taken = {name for node_group in every for name in _groups(node_group)} | {"all", "ungrouped"}
    while True:
        names = [_name(*pair) for pair in zip(every, levels, strict=True)]
        count = collections.Counter(names)
        alike = [
            index
            for index, (name, node_group) in enumerate(zip(names, every, strict=True))
            if count[name] > 1
            or name in taken
            or name in groups
            or (name in present and not _same(present[name], node_group))
        ]
        if not alike:
            return list(zip(names, every, strict=True))
        for index in alike:
            levels[index] += 1


def _same(variables: Mapping[str, Any], node_group: NodeGroup) -> bool:
    """Return whether a host of another file is this node group.

    Its variables may say less than all, but nothing else.
    """
    ours = make_variables(node_group)
    names = ("autoscaling_group_name", "region", "aws_account_id")
    return all(str(variables.get(name, ours[name])) == ours[name] for name in names)


def _identity(node_group: NodeGroup) -> tuple[str, ...]:
    """Return what no two node groups have in common."""
    return (
        node_group.account,
        node_group.region,
        node_group.cluster,
        node_group.nodegroup,
        node_group.group,
    )


def _groups(node_group: NodeGroup) -> tuple[str, ...]:
    cluster = cluster_group(node_group)
    safe = to_safe_group_name(cluster, force=True, silent=True)
    return (ALL, node_group.kind, node_group.role, cluster, safe)


def _name(node_group: NodeGroup, level: int) -> str:
    parts = (
        _plain_name(node_group),
        node_group.region,
        UNFIT.sub("_", node_group.cluster),
        UNFIT.sub("_", node_group.group),
        node_group.account,
        hashlib.sha256("/".join(_identity(node_group)).encode()).hexdigest()[:8],
    )
    return ".".join(part for part in parts[: level + 1] if part)


def _plain_name(node_group: NodeGroup) -> str:
    name = (
        f"{node_group.cluster}-{node_group.nodegroup}" if node_group.nodegroup else node_group.group
    )
    return UNFIT.sub("_", name)
