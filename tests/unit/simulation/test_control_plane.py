# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the health check beside an API server of kops answers, as a real one does.

tests/realcluster/control_plane holds a real API server v1.37.2 against the same.
"""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.world import World

PODS = "/api/v1/namespaces/kube-system/pods"
PLACE = "control-plane-eu-west-1a.masters.blue.example.com"


@pytest.fixture
def world() -> World:
    return kops.furnish(World(Kernel(), "blue"))


def status(world: World, port: int = 3990) -> int:
    """Return with what the API server of a place answers whether it is ready."""
    assert world.control_plane is not None
    instance = world.control_plane.instance(PLACE)
    assert instance is not None
    path = f"{PODS}/kube-apiserver-{instance.private_dns}:{port}/proxy/readyz"
    return int(world.cluster.request("GET", path, {}, None)[0])


def stop(world: World, etcd: str) -> None:
    """Stop the member of an etcd cluster in that place."""
    assert world.control_plane is not None
    for member in world.control_plane.etcd.members:
        if (member.place, member.etcd) == (PLACE, etcd):
            member.up = False


def test_it_is_well_while_its_members_run(world: World) -> None:
    assert status(world) == 200


def test_it_answers_for_its_own_member_of_main(world: World) -> None:
    stop(world, "main")
    assert status(world) == 500


@pytest.mark.parametrize(("minor", "expected"), [(32, 200), (33, 500)])
def test_it_answers_for_its_member_of_events_since_133(
    world: World, minor: int, expected: int
) -> None:
    world.cluster.control.minor = minor
    stop(world, "events")
    assert status(world) == expected


def test_the_port_of_the_api_server_itself_asks_for_credentials(world: World) -> None:
    assert status(world, 443) == 401
