# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody deletes the Lease of a run that died, and its record with it."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIGNPOST
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.lease import lease_name
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, all_current, due
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare, rotate
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed
from ansible_collections.nodeops.rotator.tests.simulation.world import World

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/"


def robbed(command: int) -> World:
    """A group whose rotation was killed at this command, and its Lease deleted."""
    world = due()
    with pytest.raises(Killed):
        prepare(world, BLUE, "first", kill_at_command=command)()
    world.kernel.advance(world.kernel.now + 60)
    path = LEASES + lease_name(world.account.groups[BLUE].arn)
    world.cluster.request("DELETE", path, token="operator")
    assert SIGNPOST in world.account.groups[BLUE].tags
    return world


@pytest.mark.parametrize("command", [20, 60, 80])
@pytest.mark.parametrize("restore", [True, False])
def test_the_next_run_says_so_and_takes_the_tag_off(command: int, restore: bool) -> None:
    world = robbed(command)
    group = world.account.groups[BLUE]
    size, suspended = group.maximum, bool(group.suspended)
    run = rotate(world, BLUE, run_id="second", restore_only=restore)
    assert run.result is not None
    assert run.result.status == ("restored" if restore else "complete")
    (sentence,) = [text for text in run.result.values["not_restored"] if "first" in text]
    assert "its record is gone" in sentence
    assert f"MaxSize ({size})" in sentence
    assert ("AZRebalance" in sentence) is suspended
    assert SIGNPOST not in group.tags
    again = rotate(world, BLUE, run_id="third").result
    assert again is not None
    assert again.values["not_restored"] == []
    assert all_current(world)
