# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A control plane is rotated by way of the name that it serves the API under."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.direct import UNHEARD
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.kube_front import Addresses
from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
    is_new,
)
from ansible_collections.nodeops.rotator.tests.rotation.front_builders import a_door
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.dns import DnsController
from ansible_collections.nodeops.rotator.tests.simulation.front import (
    Front,
    NodeRecords,
    ZonalBalancer,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def by_balancer(world: World, plane: ControlPlane) -> Front:
    """Put a network load balancer before the API servers, which checks what serves."""
    (targets,) = (one for one in world.account.target_groups.values() if one.port == 443)
    serving = Front.serving

    def probe(target: object) -> bool:
        return getattr(target, "id", "") in {one[0] for one in serving(front)}

    front = ZonalBalancer(world, plane, a_door, targets)
    targets.probe = probe
    pace = world.account.behavior.target_health[1] + 1  # a look is over before the next
    world.kernel.every(pace, lambda: world.account.balancer.reprobe(targets))
    return front


def by_records(world: World, plane: ControlPlane) -> Front:
    """Let DNS name the nodes themselves."""
    return NodeRecords(world, plane, a_door, DnsController(world, world.facts["cluster"]))


FRONTS = [pytest.param(by_balancer, id="balancer"), pytest.param(by_records, id="records")]
Made = Callable[[World, ControlPlane], Front]


def rotated(made: Made) -> tuple[Front, list[Run]]:
    """Rotate all three nodes behind such a front, and return it with the runs."""
    world, plane = a_plane(reuse_addresses=False)
    front = made(world, plane)
    runs = [a_run(world, place, f"r{number}") for number, place in enumerate(plane.places)]
    for run in runs:
        assert run().status == "complete", run.story()
    assert all(is_new(world, place) for place in plane.places)
    assert world.judge.breaches == []
    assert plane.etcd.quorum_losses == 0
    return front, runs


@pytest.mark.parametrize("made", FRONTS)
def test_the_node_that_is_out_is_asked_at_most_once_and_costs_no_request(
    made: Made,
) -> None:
    front, _runs = rotated(made)
    vain = [one for one in front.asked if not one.taken]
    assert vain, "some address led to nobody"
    for one in vain:  # the next address is asked in its place at once
        assert any(
            other.taken and (other.at, other.client) == (one.at, one.client)
            for other in front.asked
        )
    keys = sorted({(one.client, one.address) for one in vain})
    for key in keys:
        assert len([one for one in vain if (one.client, one.address) == key]) == 1


@pytest.mark.parametrize("made", FRONTS)
def test_an_address_of_which_dns_says_nothing_any_more_is_not_asked(made: Made) -> None:
    front, _runs = rotated(made)
    assert len({tuple(names) for _at, names in front.answers}) == 4, "DNS has followed"
    for one in front.asked:
        said = [names for at, names in front.answers if at <= one.at]
        assert one.address in said[-1]


@pytest.mark.parametrize("made", FRONTS)
def test_a_client_that_forgets_asks_the_node_that_is_out_again_and_again(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The world makes the difference."""
    monkeypatch.setattr(Addresses, "leave_out", lambda *_given: None)
    monkeypatch.setattr(Addresses, "prefer", lambda *_given: None)
    front, _runs = rotated(made)
    vain = [one for one in front.asked if not one.taken]
    pairs = itertools.pairwise(vain)
    assert any(later.at - one.at < UNHEARD for one, later in pairs)
