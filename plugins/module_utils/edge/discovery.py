# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the node groups of several regions with an inventory plugin's clients."""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    AccessError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.access import (
    ACCESS_GRACE,
    Grace,
)
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
    tell: Callable[[str], None] = lambda text: None,
) -> Discovery:
    """Return the node groups with all of `tags` of these clusters (none: all).

    What is denied is asked for again for a while, and `tell` is told so. A Region that the account
    has not opted in to answers as if the credentials were bad. Such an answer is therefore put down
    to the Region if it comes twice and another one lets us in, and then does not hide the others.
    Raises core.errors, NotFoundError for a cluster that is nowhere.
    """
    grace = Grace(tell=lambda error: tell(_denied(error)))
    parts: list[Discovery] = []
    unread: dict[str, RotatorError] = {}
    for region in regions:
        read = functools.partial(_read, plugin, region, clusters, tags, cluster_types)
        attempt = _MayBeClosed(read, NOT_OPTED_IN if len(regions) > 1 else ())
        found = grace.asked(attempt.answer, attempt.denied)
        if isinstance(found, Discovery):
            parts.append(found)
        else:
            unread[region] = found
    if unread and len(unread) == len(regions):
        raise next(iter(unread.values()))
    there = frozenset(name for part in parts for name in part.clusters)
    if missing := unknown_clusters(clusters, there, regions):
        raise missing
    groups = tuple(group for part in parts for group in part.node_groups)
    return Discovery(there, groups, unread, tuple(one for part in parts for one in part.unnamed))


def _denied(error: AccessError) -> str:
    return f"Not let in yet, asked again for {ACCESS_GRACE:.0f} s at most: {error.message}"


class _MayBeClosed:
    """Reads a Region that may be closed to us: its second answer that it is counts.

    `codes`: with which it says so.
    """

    def __init__(self, read: Callable[[], Discovery], codes: Collection[str]) -> None:
        self._read, self._codes, self._closed = read, codes, 0

    def answer(self) -> Discovery | AccessError:
        """Return what the Region has, or the error that says that it is closed."""
        try:
            return self._read()
        except AccessError as error:
            if error.code not in self._codes:
                raise
            self._closed += 1
            return error

    def denied(self, answer: Discovery | AccessError) -> AccessError | None:
        """Return the error if the Region has said so only once."""
        return answer if isinstance(answer, AccessError) and self._closed == 1 else None


def _read(
    plugin: Any,
    region: str,
    clusters: Sequence[str],
    tags: Mapping[str, str],
    cluster_types: Collection[str],
) -> Discovery:
    """Return what a Region has, read with credentials that are taken anew."""
    aws = Aws(RawAws(Region(plugin, region)))
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
