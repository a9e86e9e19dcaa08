# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cluster_health_info from stdin to stdout."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.modules.running import Runner


@pytest.mark.parametrize("check", [False, True])
def test_a_cluster_is_described(run: Runner, world: World, check: bool) -> None:
    outcome = run("cluster_health_info", check=check)
    assert outcome.code == 0, outcome.result
    assert (outcome.result["changed"], outcome.result["healthy"]) == (False, True)
    assert outcome.result["nodes"]["total"] == 4
    assert run.writes() == []


def test_its_own_result_can_be_compared_with(run: Runner, world: World) -> None:
    before = run("cluster_health_info").result
    assert run("cluster_health_info", before=before).result["worse"] == []
