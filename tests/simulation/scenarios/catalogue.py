# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the scenarios by name, as they are on the wall clock.

They have the same physics in short durations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import (
    Behavior as AwsBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kube.behavior import (
    Behavior as KubeBehavior,
)
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import (
    eks,
    kinds,
    kops,
    mixed,
    small,
)
from ansible_collections.nodeops.rotator.tests.simulation.world import World

QUICK = KubeBehavior(
    pod_start=0.2,
    pod_ready=0.3,
    pod_stop=0.2,
    pdb_lag=0.1,
    scheduler_retry=1.0,
    node_monitor_grace=2.0,
    cloud_period=0.5,
    volume_attach=0.2,
    volume_detach=0.4,
    heartbeats=False,
)


def quick_world(kernel: Kernel) -> World:
    """Return an empty world whose instances are nodes within some three seconds."""
    world = World(kernel, aws=AwsBehavior.quick(), kube=QUICK)
    world.join, world.ready = (0.3, 0.6), (0.2, 0.6)
    return world


SCENARIOS: Mapping[str, Callable[[Kernel], World]] = {
    "eks": lambda kernel: eks.furnish(quick_world(kernel)),
    "kinds": lambda kernel: kinds.furnish(quick_world(kernel), scale=0.01),
    "kops": lambda kernel: kops.furnish(quick_world(kernel), scale=0.02),
    "mixed": lambda kernel: mixed.furnish(quick_world(kernel), scale=0.02),
    "peers": lambda kernel: small.furnish(
        quick_world(kernel), size=6, replicas=60, max_unavailable=6
    ),
    "small": lambda kernel: small.furnish(quick_world(kernel)),
}
