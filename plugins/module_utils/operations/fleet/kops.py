# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the instance groups of the kops clusters of a region.

kops tags every Auto Scaling group that it makes with the names of its cluster and its instance
group (kops: docs, labels and tags). The tags decide; the name of a group is never taken apart.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import list_groups
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
    account_of,
    autoscaler_labels,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    KOPS_GROUP_TAG,
    Actor,
    cluster_names,
    kind_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed


@dataclasses.dataclass(frozen=True)
class KopsGroups:
    """What was found.

    `clusters`: the names of all kops clusters. `node_groups`: those asked for, by cluster and name.
    `unnamed`: one sentence for each group that does not say which one cluster it belongs to.
    """

    clusters: frozenset[str]
    node_groups: tuple[NodeGroup, ...]
    unnamed: tuple[str, ...] = ()


def list_kops_groups(
    aws: Aws, region: str, clusters: Collection[str], tags: Mapping[str, str]
) -> KopsGroups:
    """Return the instance groups of these clusters that have all of `tags`.

    `clusters`: empty for all. Calls DescribeAutoScalingGroups.
    """
    doing = f"list the Auto Scaling groups of kops in {region}"
    shown = [
        group
        for group in list_groups(aws, doing, {"tag-key": [KOPS_GROUP_TAG]})
        if kind_of(group.tags).template_owner is Actor.KOPS
    ]
    named = {group.name: cluster_names(group.tags) for group in shown}
    found = [
        _read(region, named[group.name][0], group)
        for group in shown
        if len(named[group.name]) == 1
        and (not clusters or named[group.name][0] in clusters)
        and all(group.tags.get(key) == value for key, value in tags.items())
    ]
    return KopsGroups(
        frozenset(names[0] for names in named.values() if len(names) == 1),
        tuple(sorted(found, key=lambda group: (group.cluster, group.group))),
        tuple(_unnamed(name, names) for name, names in named.items() if len(names) != 1),
    )


def _read(region: str, cluster: str, group: DescribedGroup) -> NodeGroup:
    return NodeGroup(
        cluster=cluster,
        region=region,
        group=group.name,
        zones=tuple(sorted(group.zones)),
        instance_types=group.source.types,
        labels=autoscaler_labels(group.tags),
        tags=group.tags,
        account=account_of(group.arn),
    )


def _unnamed(name: str, clusters: list[str]) -> str:
    what = f"names several clusters ({listed(clusters)})" if clusters else "names no cluster"
    return f"Auto Scaling group {name} of kops {what} by its tags"
