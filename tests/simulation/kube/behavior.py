# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say how slow and how rude the cluster is, in one frozen object.

All durations are seconds.
"""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Behavior:
    """Habits of one simulated cluster. Where Kubernetes has a default, it is used.

    Pods differ from these by annotations (in a template or on the pod itself):
    `world.nodeops/start-seconds`, `world.nodeops/ready-seconds` and `world.nodeops/stop-seconds`
    take a number; the last also takes "grace" (the containers use up their whole grace period) and
    "never" (the kubelet does not answer: the pod stays Terminating); `ready-seconds` takes "never"
    too. `world.nodeops/run-seconds` is how long a Job's pod runs.
    """

    controller_delay: float = 0.1
    """How long a controller takes to act on what it saw."""
    scheduler_delay: float = 0.05
    scheduler_retry: float = 10.0
    """A pod that fitted nowhere is looked at again after this long even if nothing changed."""
    pod_start: float = 2.0
    """From binding to Running, once the volumes are attached."""
    pod_ready: float = 3.0
    """From Running to Ready."""
    pod_stop: float = 1.0
    """How long containers take to stop; never longer than the pod's grace period."""
    job_run: float = 30.0
    mirror_delay: float = 1.0
    """How soon a kubelet puts a deleted mirror pod back."""
    pdb_lag: float = 0.5
    """By how much a PodDisruptionBudget's status trails its pods and its own spec."""
    disrupted_timeout: float = 120.0
    """How long the budget controller believes an eviction that was granted and not followed by a
    deletion."""
    heartbeats: bool = False
    """Whether each kubelet's Lease is written every `heartbeat_period`; if not, a reader is shown a
    fresh renewTime."""
    heartbeat_period: float = 10.0
    node_ready: float = 20.0
    """From registration to Ready, where the caller of node_joins does not say."""
    node_monitor_grace: float = 40.0
    """Silence after which a node's Ready becomes Unknown (kube-controller-manager
    --node-monitor-grace-period)."""
    toleration_seconds: int = 300
    """tolerationSeconds that admission gives every pod for not-ready and unreachable nodes."""
    cloud_period: float = 5.0
    """How often the cloud controller asks whether a NotReady node's instance still exists
    (--node-monitor-period)."""
    pod_gc: float = 40.0
    """How long a node may be missing before its pods are removed by force (podgc quarantineTime).
    """
    pod_gc_period: float = 20.0
    """How often the pod garbage collector looks (podgc gcCheckPeriod)."""
    volume_attach: float = 2.0
    volume_detach: float = 5.0
    """From the end of a volume's last pod on a node to the end of its VolumeAttachment."""
    volume_force_detach: float = 360.0
    """The same, when the kubelet did not confirm the unmount (attach-detach controller,
    maxWaitForUnmountDuration)."""
    watch_history: int = 1000
    """Changes per resource that a watch can start from; older is 410 Expired."""
    watch_close_interval: float | None = None
    """Every watch is closed after this long at the latest; None: only by its own timeoutSeconds (or
    1800)."""
    watch_list: bool | None = True
    """Whether lists can be streamed (feature gate WatchList); None: as is usual in the server's
    version. A server without it refuses sendInitialEvents."""
    bookmark_interval: float = 60.0
    continue_expiry: float = 300.0
    """How long a continue token of a paged list can be used (etcd compacts every five minutes)."""

    @classmethod
    def polite(cls) -> Behavior:
        """Everything at once: for tests of rules in which time plays no part."""
        quick = (
            "controller_delay",
            "scheduler_delay",
            "pod_start",
            "pod_ready",
            "pod_stop",
            "pdb_lag",
            "node_ready",
        )
        zeros: dict[str, Any] = dict.fromkeys(
            (*quick, "volume_attach", "volume_detach", "mirror_delay"), 0.0
        )
        return cls(**zeros)
