# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation asks of Kubernetes for each pod, and of AWS for each target."""

from __future__ import annotations

import collections
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, all_current
from ansible_collections.nodeops.rotator.tests.simulation.runs import rotate
from ansible_collections.nodeops.rotator.tests.simulation.scenarios.dense import furnish
from ansible_collections.nodeops.rotator.tests.simulation.world import World

NODES = 10
MOST = 1.5
"""Requests for each evicted pod, besides the writes of Nodes."""
LEASE = 0.3
"""How many of them are writes of the Lease: the record, and renewals in between."""


class Asked:
    """Counts the requests that a world has answered."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: collections.Counter[tuple[str, str]] = collections.Counter()
        self.refused: list[tuple[str, str, int]] = []
        answer = world.cluster.request

        def request(verb: str, path: str, *rest: Any) -> Any:
            given = answer(verb, path, *rest)
            self.sent[verb, path] += 1
            if given[0] >= 400:
                self.refused.append((verb, path, given[0]))
            return given

        monkeypatch.setattr(world.cluster, "request", request)


@pytest.mark.parametrize(("nodes", "surge"), [(16, 1), (10, 5)])
def test_an_evicted_pod_costs_at_most_one_and_a_half_requests(
    nodes: int, surge: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = furnish(nodes)
    world.gate.calls.clear()
    asked = Asked(world, monkeypatch)
    run = rotate(world, BLUE, max_surge=surge)
    assert run.result is not None and run.result.error is None
    assert all_current(world)
    calls = {name: n for name, n in world.gate.calls.items() if name.startswith("kubernetes:")}
    own = calls["kubernetes:patch nodes"] + calls.get("kubernetes:delete nodes", 0)
    evicted = calls["kubernetes:create pods/eviction"]
    assert (sum(calls.values()) - own) / evicted <= MOST
    assert calls["kubernetes:update leases"] / evicted <= LEASE
    twice = [one for one, times in asked.sent.items() if one[0] == "DELETE" and times > 1]
    assert twice == [], "a deletion that succeeded is remembered until the watch shows it"
    stale = [one for one in asked.refused if one[0] in ("PATCH", "PUT", "DELETE")]
    assert stale == [], "what was written is remembered until the watch shows it"


def aws_calls(drains: tuple[float, ...], surge: int) -> collections.Counter[str]:
    """What a rotation asks of AWS; `drains`: for how long targets drain."""
    world = furnish(NODES, 1, drains=drains)
    world.gate.calls.clear()
    run = rotate(world, BLUE, max_surge=surge)
    assert run.result is not None and run.result.error is None
    assert all_current(world) and not world.judge.breaches
    asked = world.gate.calls.items()
    return collections.Counter({k: n for k, n in asked if not k.startswith("kubernetes:")})


@pytest.mark.parametrize("delay", [10.0, 300.0], ids=["ten seconds", "five minutes"])
@pytest.mark.parametrize("surge", [1, 5], ids=["one at a time", "five at a time"])
def test_a_target_costs_its_deregistration_and_a_read_each_when_it_joins_and_when_it_leaves(
    surge: int, delay: float
) -> None:
    asked = aws_calls((delay,), surge)
    drained = asked["elbv2:DeregisterTargets"]
    assert NODES <= drained <= NODES + 1
    assert asked["elbv2:DescribeTargetGroupAttributes"] == 1
    first = 8  # the first one is looked at on the way; and before anything is touched
    waits = 5  # a new node is found healthy some seconds after it is ready
    assert asked["elbv2:DescribeTargetHealth"] <= 2 * drained + first + waits, asked


@pytest.mark.parametrize(
    ("surge", "delay", "most"),
    [(1, 300.0, 7.5), (5, 300.0, 4.5), (1, 10.0, 3.2), (5, 10.0, 2.5)],
)
def test_a_target_group_costs_a_few_calls_more_for_each_node(
    surge: int, delay: float, most: float
) -> None:
    with_targets, without = aws_calls((delay,), surge), aws_calls((), surge)
    assert (with_targets.total() - without.total()) / NODES <= most, (with_targets, without)
