# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole cluster is read once, and every request is timed."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.cluster.health import (
    read_cluster,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters_kube import kube_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import due
from ansible_collections.nodeops.rotator.tests.simulation.world import World


@pytest.fixture
def world() -> World:
    """A small cluster that is well."""
    return due()


def test_everything_that_is_judged_is_read(world: World) -> None:
    found = read_cluster(KubeClient(kube_call(world.cluster)))
    assert len(found.nodes) == 4
    assert {one.key for one in found.workloads} == {"Deployment shop/cart"}
    assert [one.name for one in found.daemonsets] == ["agent"]
    assert [one.id for one in found.budgets] == ["shop/cart"]
    assert len(found.pods) == 12
    assert (found.ready, found.why) == (True, "")


def test_the_latency_is_the_median_of_all_requests(world: World) -> None:
    ticks = itertools.accumulate([0.0, 9.0, *[1.0, 0.5] * 20])
    clock = iter(ticks)
    assert read_cluster(KubeClient(kube_call(world.cluster)), lambda: next(clock)).latency == 0.5


@pytest.mark.parametrize("kind", ["nodes", "pods", "deployments", "daemonsets"])
def test_what_may_not_be_read_is_an_error(world: World, kind: str) -> None:
    world.cluster.denied.append(("*", f"list {kind}"))
    with pytest.raises(ForbiddenError):
        read_cluster(KubeClient(kube_call(world.cluster)))
