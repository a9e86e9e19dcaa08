# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell whether the DNS records of a cluster's API servers name the right nodes.

Where no load balancer takes the requests, dns-controller keeps records with the addresses of the
nodes whose API server asks for it by an annotation (kops: dns-controller). A record that names a
node that has gone sends clients to nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Optional

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    API_SERVER,
    DNS_CONTROLLER,
    Components,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node

Records = Mapping[str, Optional[frozenset[str]]]
"""By name, the addresses in its record; None where that cannot be told: an alias of a load
balancer, a name of nobody's zone."""


def kept_names(components: Components) -> tuple[str, ...]:
    """Return the names whose records dns-controller keeps for API servers, sorted."""
    if all(pod.app != DNS_CONTROLLER for pod in components.pods):
        return ()
    servers = (pod for pod in components.pods if pod.app == API_SERVER)
    return tuple(sorted({name for pod in servers for name in pod.dns_names}))


def why_not_named(node: Node, others: Iterable[Node], records: Records) -> str:
    """Return which record does not say yet that this node has come, "" for none.

    It is what a new node waits for. `others`: the other nodes that run API servers; a record may
    name nobody else.
    """
    known = node.addresses.union(*(one.addresses for one in others))
    for name, found in sorted(records.items()):
        if found is None:
            continue
        if not found & node.addresses:
            return f"DNS record {name} to name it"
        if stale := sorted(found - known):
            return f"DNS record {name} to name {stale[0]} no longer"
    return ""


def untold(records: Records) -> tuple[str, ...]:
    """Return the names of which it cannot be told whom they name, sorted."""
    return tuple(sorted(name for name, found in records.items() if found is None))
