# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a whole cluster once, and how long its API server takes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.health import ClusterLook
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.watch import (
    BUDGETS,
    DAEMONSETS,
    NODES,
    Feed,
)

WORKLOADS = ("deployments", "statefulsets")


def read_cluster(kube: KubeClient, clock: Callable[[], float] = time.monotonic) -> ClusterLook:
    """Return what cluster_health_info judges.

    Raises core.errors; what may not be read is an error, never taken for fine.
    """
    took: list[float] = []

    def timed(read: Callable[..., Any], *given: Any) -> Any:
        began = clock()
        answer = read(*given)
        took.append(clock() - began)
        return answer

    health = timed(kube.readiness)
    feeds = (NODES, Feed("pods"), DAEMONSETS, BUDGETS, *map(Feed, WORKLOADS))
    read = {feed: tuple(timed(kube.records, feed)) for feed in feeds}
    return ClusterLook(
        nodes=read[NODES],
        pods=read[Feed("pods")],
        workloads=tuple(one for kind in WORKLOADS for one in read[Feed(kind)]),
        daemonsets=read[DAEMONSETS],
        budgets=read[BUDGETS],
        ready=health.well,
        why=health.why,
        latency=statistics.median(took),
    )
