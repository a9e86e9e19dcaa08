# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Serve a simulated AWS account whose cluster is real, and run playbooks on both."""

from __future__ import annotations

import datetime
import json
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from werkzeug.serving import make_server

from ansible_collections.nodeops.rotator.tests.integration.wire import (
    INVENTORY,
    PROGRAMS,
    QUICK,
    Commands,
    Outcome,
)
from ansible_collections.nodeops.rotator.tests.realcluster.bridge import Bridge
from ansible_collections.nodeops.rotator.tests.realcluster.cluster import ROTATOR, RealCluster
from ansible_collections.nodeops.rotator.tests.realcluster.rbac import grant
from ansible_collections.nodeops.rotator.tests.realcluster.stage import Reach
from ansible_collections.nodeops.rotator.tests.simulation import identities
from ansible_collections.nodeops.rotator.tests.simulation.aws import build as aws
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import catalogue, eks
from ansible_collections.nodeops.rotator.tests.simulation.serve import Silent
from ansible_collections.nodeops.rotator.tests.simulation.wire.aws import make_app
from ansible_collections.nodeops.rotator.tests.simulation.wire.kube import Pump
from ansible_collections.nodeops.rotator.tests.simulation.world import World

TERMINATE = "autoscaling:TerminateInstanceInAutoScalingGroup"


class Account(Commands):
    """The account, joined to the cluster by a bridge.

    `old` and `new`: images that the node groups run, and that they are to run.
    """

    def __init__(
        self, world: World, lock: Any, bridge: Bridge, reach: Reach, port: int, folder: Path
    ) -> None:
        region = world.account.region
        env = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            **identities.ROTATOR.environment(),
        }
        super().__init__(env, folder)
        self._world, self._lock = world, lock
        self.bridge, self.reach = bridge, reach
        self.old, self.new = world.facts["old_image"], world.facts["new_image"]
        self.inventory = folder / "real.node_groups.yml"
        self.inventory.write_text(INVENTORY)

    def images(self, group: str) -> list[str]:
        """Return the images of the instances that count for a group."""
        with self._lock:
            account = self._world.account
            members = account.groups[group].counted()
            return [account.instances[member.instance_id].image_id for member in members]

    def settings(self, group: str) -> dict[str, Any]:
        """Return what a rotation changes for its time and puts back."""
        with self._lock:
            found = self._world.account.groups[group]
            protected = sum(member.protected for member in found.counted())
            sizes = {"desired": found.desired, "max": found.maximum}
            return {**sizes, "suspended": sorted(found.suspended), "protected": protected}

    def terminated(self) -> int:
        """Return how many terminations were requested."""
        with self._lock:
            return int(self._world.gate.calls[TERMINATE])

    def command(self, **variables: Any) -> list[str]:
        """Return the command line of a rotation."""
        config = str(self.reach.kubeconfig(ROTATOR))
        given = {**QUICK, "kubeconfig": config, **variables}
        extra = ("-e", json.dumps(given))
        return ["ansible-playbook", "-i", str(self.inventory), "nodeops.rotator.rotate_eks", *extra]

    def playbook(self, **variables: Any) -> Outcome:
        """Run a rotation to its end."""
        return self.run(*self.command(**variables), timeout=900)

    def start(self, **variables: Any) -> subprocess.Popen[bytes]:
        """Start a rotation in a session of its own."""
        program, *options = self.command(**variables)
        with (self.folder / "playbook.log").open("ab") as output:
            return subprocess.Popen(
                [str(PROGRAMS / program), *options],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def furnished(kernel: Kernel, groups: Mapping[str, int]) -> World:
    """Return a World of which only the account is used, with these groups and sizes."""
    world = catalogue.quick_world(kernel)
    old, new = eks.release_images(world)
    aws.add_subnets(world.account)
    aws.add_eks_cluster(world.account, world.name, eks.KUBERNETES)
    for name, size in groups.items():
        eks.add_node_group(world, name, size, "$Latest", old, [])
    world.facts |= {"old_image": old, "new_image": new}
    identities.open_to_identities(world)
    world.gate.judges.clear()  # what it judges by is the World's own cluster
    world.account.observers.clear()
    world.account.member_observers.clear()
    return world


@contextmanager
def joined(cluster: RealCluster, groups: Mapping[str, int], folder: Path) -> Iterator[Account]:
    """Serve an account with these groups while the block runs.

    It is joined to the cluster.
    """
    kernel, lock = Kernel(epoch=datetime.datetime.now(datetime.UTC)), threading.RLock()
    world, reach = furnished(kernel, groups), Reach(cluster.folder)
    for known in world.account.eks_clusters.values():
        known.endpoint, known.ca_data = cluster.url, cluster.ca_data
    grant(reach)
    pump = Pump(kernel, lock)
    app = make_app(world.account, lock, pump.advance)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    bridge = Bridge(world.account, reach)
    pump.start()
    try:
        yield Account(world, lock, bridge, reach, server.server_port, folder)
    finally:
        server.shutdown()
        server.server_close()
        pump.stop()
        bridge.close()
