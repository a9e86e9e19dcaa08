# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The node groups of several regions, found with the AWS clients of an inventory plugin. Private to
nodeops.rotator."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.identity import (
    NodeGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.aws import RawAws
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.fleet.discover import (
    list_clusters,
    list_node_groups,
    unknown_clusters,
)


class Region:
    """A plugin's AWS clients for one region, in the shape that RawAws takes."""

    def __init__(self, plugin: Any, name: str) -> None:
        """`plugin` is one of amazon.aws's plugin base classes."""
        self._plugin, self._name = plugin, name

    def client(self, service: str, **more: Any) -> Any:
        """A boto3 client."""
        return self._plugin.client(service, region=self._name, **more)


@dataclasses.dataclass(frozen=True)
class Discovery:
    """What is there: the names of all clusters of the regions, and the node groups that were asked
    for."""

    clusters: frozenset[str]
    node_groups: tuple[NodeGroup, ...]


def discover(
    plugin: Any, regions: Sequence[str], clusters: Sequence[str], tags: Mapping[str, str]
) -> Discovery:
    """The node groups with all of `tags` of the named clusters (none named: all). Raises
    core.errors, NotFoundError for a cluster that is nowhere."""
    there: set[str] = set()
    found: list[NodeGroup] = []
    for region in regions:
        aws = Aws(RawAws(Region(plugin, region)))
        names = list_clusters(aws, region)
        there.update(names)
        found += list_node_groups(
            aws, region, [name for name in names if name in (clusters or names)], tags
        )
    if error := unknown_clusters(clusters, there, regions):
        raise error
    return Discovery(frozenset(there), tuple(found))
