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


def quick_world(
    kernel: Kernel, region: str = "eu-west-1", account_id: str = "123456789012"
) -> World:
    """Return an empty world whose instances are nodes within some three seconds."""
    world = World(kernel, aws=AwsBehavior.quick(), kube=QUICK, region=region, account_id=account_id)
    world.join, world.ready = (0.3, 0.6), (0.2, 0.6)
    return world


SCENARIOS: Mapping[str, Callable[[World], World]] = {
    "eks": eks.furnish,
    "kinds": lambda world: kinds.furnish(world, scale=0.01),
    "kops": lambda world: kops.furnish(world, scale=0.02),
    "kops_servers": lambda world: kops.furnish(world, kops.WITH_SERVERS, scale=0.02),
    "mixed": lambda world: mixed.furnish(world, scale=0.02),
    "peers": lambda world: small.furnish(world, size=6, replicas=60, max_unavailable=6),
    "peers_twenty": lambda world: small.furnish(world, size=20, replicas=200, max_unavailable=6),
    "peers_volumes": lambda world: small.furnish(
        world, size=6, replicas=54, max_unavailable=6, members=6
    ),
    "small": small.furnish,
}
"""What furnishes an empty world, by the name of the scenario."""
