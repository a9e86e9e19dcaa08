# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell by its node lease whether a node is dead.

A kubelet renews the Lease of its node in kube-node-lease every ten seconds (Kubernetes: Leases,
node heartbeats). Its Ready condition alone tells less: it changes late, and stays as it is where
nobody judges it.
"""

from __future__ import annotations

import dataclasses
import datetime
from typing import ClassVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease, Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports

NODE_LEASES = "kube-node-lease"
"""The namespace of the leases of nodes."""
BEATS = 40.0
"""Seconds for which reads have to show the same renewTime, since the kubelet sets it by a clock of
its own: the usual duration of a node lease, in which a kubelet that lives renews it four times."""


@dataclasses.dataclass(frozen=True)
class ReadHeartbeat:
    """Read the lease of a node. Returns None if it does not exist."""

    node: str
    service: ClassVar[str] = "kubernetes"

    def apply(self, ports: Ports) -> Lease | None:
        """Send the request."""
        return ports.cluster.read_lease(self.node, NODE_LEASES)


@dataclasses.dataclass(frozen=True)
class Heartbeat:
    """What reads of a node's lease have shown.

    `renewed`: its renewTime as text, "" where there is no lease or it may not be read. `since` and
    `read`: when the first read that showed it began, and the last one, by our clock.
    """

    renewed: str
    since: float
    read: float

    @property
    def unchanged(self) -> float:
        """Return for how many seconds reads have shown the same."""
        return self.read - self.since


def heard(known: Heartbeat | None, renewed: str, now: float) -> Heartbeat:
    """Return what is known after one more read."""
    same = known is not None and known.renewed == renewed
    return Heartbeat(renewed, known.since if known is not None and same else now, now)


def is_dead(node: Node, heartbeat: Heartbeat | None, now: float, timeout: float) -> bool:
    """Return whether the kubelet of this node has been silent for `timeout` seconds.

    `now`: seconds since the epoch. Either our own reads show that, or the node lifecycle controller
    has found it unknown for as long, the kubelet's own clock agrees, and reads do not contradict.
    Where there is no lease to go by, the controller's word counts alone.
    """
    if node.ready is True or heartbeat is None:
        return False
    unknown = node.ready is None and 0 < node.ready_since <= now - timeout
    renewed = _moment(heartbeat.renewed)
    if renewed is None or heartbeat.unchanged < BEATS:
        return unknown and renewed is None
    return heartbeat.unchanged >= timeout or (unknown and now - renewed >= timeout)


def _moment(text: str) -> float | None:
    """Return the seconds since the epoch of a renewTime, None for what is none."""
    try:
        return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
