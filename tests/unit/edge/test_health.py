# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of a cluster, by the options of the module."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.edge import health
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.health import (
    SPEC,
    inspect_cluster,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.edge.builders import a_module


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A small cluster that the look reaches."""
    found = due()
    monkeypatch.setattr(health, "connect", lambda _module: kube_call(found.cluster))
    return found


def seen(**params: Any) -> dict[str, Any]:
    return dict(inspect_cluster(a_module(SPEC, **params)).values)


def test_a_cluster_that_is_well_is_told_so(world: World) -> None:
    found = seen()
    assert (found["healthy"], found["worse"], found["nodes"]["total"]) == (True, [], 4)


def test_what_is_worse_than_before_is_told(world: World) -> None:
    before = seen()
    name = world.judge.nodes(BLUE)[0]["metadata"]["name"]
    world.cluster.node_silent(name)
    world.kernel.advance(world.kernel.now + 60)
    after = seen(before=before)
    assert after["healthy"] is False
    assert f"now not Ready: {name}" in after["worse"]


def test_a_look_writes_nothing(world: World) -> None:
    before = dict(world.gate.calls)
    seen()
    made = {name for name, count in world.gate.calls.items() if before.get(name) != count}
    assert {name.partition(":")[2].split()[0] for name in made} == {"list"}
