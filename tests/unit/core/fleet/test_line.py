# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The line of a fleet, cut into batches."""

from __future__ import annotations

import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.line import (
    Batch,
    LinePlace,
    line,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.rings import Ring


def members(text: str) -> list[LinePlace]:
    """Node groups of a text such as "d:a1 d:a2 p:b1".

    Each is a ring, and a host whose first letter is its cluster.
    """
    pairs = (word.split(":") for word in text.split())
    return [LinePlace(host, host[0], ring) for ring, host in pairs]


def shown(batches: tuple[Batch, ...]) -> str:
    """Batches as a text such as "d:a1,b1 d:a2"."""
    return " ".join(f"{batch.ring}:{','.join(batch.hosts)}" for batch in batches)


@pytest.mark.parametrize(
    ("text", "parallel", "batches"),
    [
        ("d:a1", 1, "d:a1"),
        ("d:a1 d:a2 d:b1", 1, "d:a1 d:a2 d:b1"),
        ("d:a1 d:b1 d:a2 d:b2", 1, "d:a1 d:a2 d:b1 d:b2"),
        ("d:a1 d:a2 d:b1 d:b2", 2, "d:a1,b1 d:a2,b2"),
        ("d:a1 d:a2 d:b1 d:c1 d:c2", 2, "d:a1,b1 d:a2 d:c1 d:c2"),
        ("d:a1 d:a2 d:a3 d:b1 d:c1 d:c2", 3, "d:a1,b1,c1 d:a2,c2 d:a3"),
        ("d:a1 d:b1", 9, "d:a1,b1"),
    ],
)
def test_a_batch_has_the_same_place_of_each_cluster(text: str, parallel: int, batches: str) -> None:
    assert shown(line(members(text), [Ring("d", parallel=parallel)], 10)) == batches


def test_rings_follow_one_another_whatever_the_order_of_the_hosts() -> None:
    rings = [Ring("d"), Ring("s", parallel=2), Ring("p")]
    mixed = members("p:x1 d:a1 s:m1 p:y1 s:n1 d:a2")
    assert shown(line(mixed, rings, 5)) == "d:a1 d:a2 s:m1,n1 p:x1 p:y1"


def test_a_ring_without_node_groups_is_passed() -> None:
    assert shown(line(members("p:x1"), [Ring("d"), Ring("p")], 5)) == "p:x1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "No node group is in a ring. Look at ring of the hosts and rotation_rings"),
        (":a1 d:b1", "Node groups belong to no ring: a1. Set ring for them"),
        ("d:a1 :b1 :c1 :e1 :f1", "Node groups belong to no ring: b1, c1, e1 and 1 more."),
        ("d:a1 x:b1", "b1 belongs to ring x, which is not in rotation_rings. Rings are d, p"),
        ("d:a1 p:a2", "Cluster a is in the rings d and p. All node groups of a cluster"),
    ],
)
def test_a_line_that_cannot_be_right_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as told:
        line(members(text), [Ring("d"), Ring("p")], 5)
    assert str(told.value).startswith(message)


def test_no_batch_is_wider_than_what_ansible_works_on() -> None:
    rings = [Ring("d", parallel=3)]
    with pytest.raises(InputError) as told:
        line(members("d:a1 d:b1 d:c1"), rings, 2)
    assert str(told.value) == (
        "3 clusters of ring d would be rotated at one time, and Ansible works on 2 hosts at one"
        " time. Raise forks (--forks 3), or lower parallel of the ring"
    )
    assert shown(line(members("d:a1 d:b1 d:c1"), rings, 3)) == "d:a1,b1,c1"
    assert shown(line(members("d:a1 d:b1"), rings, 2)) == "d:a1,b1", "there are no more clusters"


def a_fleet(chance: random.Random) -> tuple[list[LinePlace], list[Ring]]:
    """Any fleet: rings and clusters of any size, in any order."""
    rings = [Ring(f"r{n}", parallel=chance.randint(1, 5)) for n in range(chance.randint(1, 4))]
    found = []
    for cluster in range(chance.randint(1, 12)):
        ring = chance.choice(rings).name
        for number in range(chance.randint(1, 5)):
            found.append(LinePlace(f"c{cluster}-{number}", f"c{cluster}", ring))
    chance.shuffle(found)
    return found, rings


@pytest.mark.parametrize("seed", range(200))
def test_every_line_keeps_the_rules(seed: int) -> None:
    fleet, rings = a_fleet(random.Random(seed))
    batches = line(fleet, rings, 5)
    by_host = {member.host: member for member in fleet}
    order = [host for batch in batches for host in batch.hosts]
    assert sorted(order) == sorted(by_host), "each node group has one place"

    names = [ring.name for ring in rings]
    places = [names.index(batch.ring) for batch in batches]
    assert places == sorted(places), "no ring begins before the one before has ended"
    assert all(by_host[host].ring == batch.ring for batch in batches for host in batch.hosts)

    widths = {ring.name: ring.parallel for ring in rings}
    for batch in batches:
        clusters = [by_host[host].cluster for host in batch.hosts]
        assert len(clusters) == len(set(clusters)), "one node group of a cluster at a time"
        assert 1 <= len(batch.hosts) <= widths[batch.ring]

    for cluster in {member.cluster for member in fleet}:
        given = [member.host for member in fleet if member.cluster == cluster]
        assert [host for host in order if host in given] == given, "their order is kept"

    for ring in rings:
        of_ring = [batch.hosts for batch in batches if batch.ring == ring.name]
        spans = [
            [n for n, hosts in enumerate(of_ring) if c in {by_host[h].cluster for h in hosts}]
            for c in {by_host[h].cluster for hosts in of_ring for h in hosts}
        ]
        alive = [sum(s[0] <= n <= s[-1] for s in spans) for n in range(len(of_ring))]
        assert max(alive, default=0) <= ring.parallel, "no more clusters are begun and not ended"


def test_a_line_depends_on_nothing_but_what_it_is_given() -> None:
    fleet, rings = a_fleet(random.Random(7))
    assert len({line(fleet, rings, 5) for _time in range(3)}) == 1
