# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the node groups of several regions with an inventory plugin's clients."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.fleet.discover import (
    list_clusters,
    list_node_groups,
    unknown_clusters,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.fleet.kops import (
    KopsGroups,
    list_kops_groups,
)

EKS, KOPS = "eks", "kops"
CLUSTER_TYPES = (EKS, KOPS)
"""Types of clusters that are looked for."""
NOT_OPTED_IN = frozenset(
    ("AuthFailure", "InvalidClientTokenId", "OptInRequired", "UnrecognizedClientException")
)
"""Codes with which a Region answers that the account has not opted in to. Credentials that have
expired are refused by other codes."""


class Region:
    """A plugin's AWS clients for one region, in the shape that RawAws takes."""

    params: Mapping[str, Any] = types.MappingProxyType({})
    """A plugin has no aws_config."""

    def __init__(self, plugin: Any, name: str) -> None:
        """`plugin` is one of amazon.aws's plugin base classes."""
        self._plugin, self._name = plugin, name

    def client(self, service: str, **more: Any) -> Any:
        """Return a boto3 client."""
        return self._plugin.client(service, region=self._name, **more)


@dataclasses.dataclass(frozen=True)
class Discovery:
    """What was found.

    `clusters`: the names of all clusters of the regions. `node_groups`: those asked for. `unread`:
    what kept a region from being read, by region. `unnamed`: see KopsGroups.
    """

    clusters: frozenset[str]
    node_groups: tuple[NodeGroup, ...]
    unread: Mapping[str, RotatorError] = dataclasses.field(default_factory=dict)
    unnamed: tuple[str, ...] = ()


def discover(
    plugin: Any,
    regions: Sequence[str],
    clusters: Sequence[str],
    tags: Mapping[str, str],
    cluster_types: Collection[str] = CLUSTER_TYPES,
) -> Discovery:
    """Return the node groups with all of `tags` of these clusters (none: all).

    A Region that the account has not opted in to answers as if the credentials were bad. Such an
    answer is therefore put down to the Region if another one lets us in, and then does not hide the
    others. Raises core.errors, NotFoundError for a cluster that is nowhere.
    """
    parts: list[Discovery] = []
    unread: dict[str, RotatorError] = {}
    for region in regions:
        aws = Aws(RawAws(Region(plugin, region)))
        try:
            parts.append(_read(aws, region, clusters, tags, cluster_types))
        except RotatorError as error:
            if error.code not in NOT_OPTED_IN:
                raise
            unread[region] = error
    if unread and len(unread) == len(regions):
        raise next(iter(unread.values()))
    there = frozenset(name for part in parts for name in part.clusters)
    if missing := unknown_clusters(clusters, there, regions):
        raise missing
    groups = tuple(group for part in parts for group in part.node_groups)
    return Discovery(there, groups, unread, tuple(one for part in parts for one in part.unnamed))


def _read(
    aws: Aws,
    region: str,
    clusters: Sequence[str],
    tags: Mapping[str, str],
    cluster_types: Collection[str],
) -> Discovery:
    names: list[str] = []
    found: list[NodeGroup] = []
    kops = KopsGroups(frozenset(), ())
    if EKS in cluster_types:
        names = list_clusters(aws, region)
        wanted = [name for name in names if name in (clusters or names)]
        found = list_node_groups(aws, region, wanted, tags)
    if KOPS in cluster_types:
        kops = list_kops_groups(aws, region, clusters, tags)
    return Discovery(kops.clusters | set(names), (*found, *kops.node_groups), unnamed=kops.unnamed)
