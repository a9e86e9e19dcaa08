# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walk whole lines as the playbook does, with failures and kills anywhere."""

from __future__ import annotations

import dataclasses
import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.line import (
    Batch,
    LinePlace,
    line,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.rings import Ring
from ansible_collections.nodeops.rotator.plugins.module_utils.core.fleet.standing import (
    Standing,
    hosts_of,
    stop,
    unfinished,
)

DONE, FAILED = Standing(done=True, changed=True), Standing(failed="No.")


@dataclasses.dataclass
class Fleet:
    """A fleet on which lines are walked.

    `bad`: hosts whose rotation fails. `new`: hosts that run the release. `touched`: in this run.
    """

    places: list[LinePlace]
    rings: list[Ring]
    bad: set[str]
    new: set[str] = dataclasses.field(default_factory=set)
    touched: list[str] = dataclasses.field(default_factory=list)
    states: dict[str, Standing] = dataclasses.field(default_factory=dict)

    def walk(self, killed_after: int = 10**6) -> str:
        """Walk the line until its end, a stop or a kill; return why it stopped."""
        self.touched, self.states = [], {}
        batches = line(self.places, self.rings, 99)
        before = None
        for batch in batches:
            if before and before.ring != batch.ring and (why := self._not_yet(batches, before)):
                return why
            for host in batch.hosts:
                if len(self.touched) == killed_after:
                    return "killed"
                self._rotate(host)
            if why := stop(self._ring(batch.ring), self._of(batches, batch.ring)):
                return why
            before = batch
        return ""

    def _not_yet(self, batches: tuple[Batch, ...], before: Batch) -> str:
        hosts = hosts_of(batches, before.ring)
        return unfinished(self._ring(before.ring), hosts, self._of(batches, before.ring))

    def _ring(self, name: str) -> Ring:
        return next(ring for ring in self.rings if ring.name == name)

    def _of(self, batches: tuple[Batch, ...], ring: str) -> list[Standing]:
        return [self.states.get(host, Standing()) for host in hosts_of(batches, ring)]

    def _rotate(self, host: str) -> None:
        cluster = self.cluster(host)
        if any(one.failed and self.cluster(name) == cluster for name, one in self.states.items()):
            self.states[host] = Standing(passed_over=True)
            return
        if host not in self.new:
            self.touched.append(host)
        self.states[host] = FAILED if host in self.bad else DONE
        self.new |= set() if host in self.bad else {host}

    def cluster(self, host: str) -> str:
        """Return the cluster of a host."""
        return next(one.cluster for one in self.places if one.host == host)


def a_fleet(chance: random.Random, odds: float) -> Fleet:
    """Any fleet of three rings, of whose node groups some fail."""
    rings = [
        Ring(name, parallel=chance.randint(1, 6), max_failed=chance.choice((0, 0, 10, 50)))
        for name in ("dev", "staging", "production")
    ]
    places = [
        LinePlace(f"c{cluster}-{number}", f"c{cluster}", chance.choice(rings[: 1 + cluster]).name)
        for cluster in range(chance.randint(3, 30))
        for number in [0]
    ]
    places += [
        dataclasses.replace(one, host=f"{one.cluster}-{number}")
        for one in places
        for number in range(1, chance.randint(1, 4))
    ]
    bad = {one.host for one in places if chance.random() < odds}
    return Fleet(places, rings, bad)


@pytest.mark.parametrize("seed", range(100))
def test_no_ring_is_touched_after_one_that_had_too_many_failures(seed: int) -> None:
    fleet = a_fleet(random.Random(seed), 0.05)
    why = fleet.walk()
    batches = line(fleet.places, fleet.rings, 99)
    over = False
    for ring in fleet.rings:
        hosts = hosts_of(batches, ring.name)
        assert not (over and set(hosts) & set(fleet.touched)), "nothing behind it was touched"
        lost = sum(fleet.states.get(host, Standing()).lost for host in hosts)
        over = over or lost * 100 > ring.max_failed * len(hosts)
    assert bool(why) is over


@pytest.mark.parametrize("seed", range(100))
def test_a_killed_line_goes_on_where_it_was_and_touches_nothing_twice(seed: int) -> None:
    chance = random.Random(seed)
    fleet = a_fleet(chance, 0.0)
    every = [host for batch in line(fleet.places, fleet.rings, 99) for host in batch.hosts]
    touched: list[str] = []
    while fleet.walk(killed_after=chance.randint(1, 9)) == "killed":
        touched += fleet.touched
    assert touched + fleet.touched == every, "in the order of the line, each once"
    assert fleet.new == set(every)
    assert fleet.walk() == ""
    assert fleet.touched == []


@pytest.mark.parametrize("seed", range(50))
def test_after_a_failure_no_other_node_group_of_its_cluster_is_touched(seed: int) -> None:
    fleet = a_fleet(random.Random(seed), 0.1)
    fleet.walk()
    order = [host for batch in line(fleet.places, fleet.rings, 99) for host in batch.hosts]
    for host in fleet.bad & set(fleet.touched):
        later = order[order.index(host) + 1 :]
        mine = {one for one in later if fleet.cluster(one) == fleet.cluster(host)}
        assert mine & set(fleet.touched) == set()
