# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where dns-controller keeps records of API servers, they name who is there."""

from __future__ import annotations

from typing import Any

from ansible_collections.nodeops.rotator.tests.rotation.control_plane_builders import (
    a_plane,
    a_run,
    is_new,
)
from ansible_collections.nodeops.rotator.tests.simulation.control_plane import ControlPlane
from ansible_collections.nodeops.rotator.tests.simulation.dns import DnsController
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def with_records() -> tuple[World, ControlPlane, DnsController]:
    """Return a control plane behind a record of its addresses."""
    world, plane = a_plane(reuse_addresses=False)
    return world, plane, DnsController(world, world.facts["cluster"])


def warnings(run: Run) -> list[str]:
    return [event.text for _at, event in run.events if "DNS record" in event.text]


def addresses(world: World, plane: ControlPlane) -> list[str]:
    found: list[Any] = [plane.instance(place) for place in plane.places]
    return sorted(one.private_ip for one in found)


def test_a_new_node_counts_once_the_record_names_it_and_no_longer_the_old_one() -> None:
    world, plane, dns = with_records()
    dns.delay = (400.0, 400.0)
    old = addresses(world, plane)
    run = a_run(world, plane.places[0])
    assert run().status == "complete", run.story()
    assert dns.zone.records[dns.name] == addresses(world, plane)
    assert dns.zone.records[dns.name] != old
    ready = next(at for at, event in run.events if event.phase == "ready")
    ended = next(at for at, event in run.events if event.phase == "terminated")
    assert ready - ended > 400
    assert warnings(run) == []


def test_a_record_that_does_not_follow_is_named_and_no_other_node_goes() -> None:
    world, plane, dns = with_records()
    dns.stuck = True
    result = a_run(world, plane.places[0], boot_timeout=600)()
    assert result.status == "failed"
    assert f"waiting for DNS record {dns.name} to name it" in str(result.error)
    assert "no other node of the control plane is touched" in str(result.error)


def test_where_the_zone_may_not_be_read_that_is_said_and_not_waited_for() -> None:
    world, plane, dns = with_records()
    dns.stuck = True
    world.account.denied.append(("host_*", "route53:*"))
    run = a_run(world, plane.places[0])
    assert run().status == "complete", run.story()
    assert is_new(world, plane.places[0])
    (said,) = warnings(run)
    assert said.startswith(f"it is not known whom DNS record {dns.name} names")


def test_an_alias_of_a_load_balancer_is_none_of_its_records() -> None:
    world, plane, dns = with_records()
    dns.stuck = True
    dns.zone.records[dns.name] = []
    run = a_run(world, plane.places[0])
    assert run().status == "complete", run.story()
    assert len(warnings(run)) == 1


def test_without_dns_controller_no_record_is_looked_at() -> None:
    world, plane = a_plane()
    assert a_run(world, plane.places[0])().status == "complete"
    assert world.gate.calls["route53:ListHostedZones"] == 0
