# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rotation_status_info from stdin to stdout."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.nodeops.rotator.plugins.modules import rotation_status_info
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.modules.running import Runner


@pytest.mark.parametrize("check", [False, True])
def test_after_a_rotation_its_lease_is_free(run: Runner, world: World, check: bool) -> None:
    assert run("rotation_status_info", check=check).result["leases"] == []
    run("asg_node_replace", autoscaling_group_name=BLUE, soak=1)
    outcome = run("rotation_status_info", check=check)
    assert outcome.code == 0, outcome.result
    (lease,) = outcome.result["leases"]
    assert (lease["autoscaling_group_name"], lease["state"]) == (BLUE, "free")
    assert (lease["holder"], lease["to_restore"], lease["problem"]) == ("", [], "")
    assert lease["autoscaling_group_arn"].endswith(f"autoScalingGroupName/{BLUE}")
    assert outcome.result["changed"] is False
    documented = yaml.safe_load(rotation_status_info.RETURN)
    assert set(lease) == set(documented["leases"]["contains"])
    assert {"gate", "leases", "strays", "table"} == set(documented)
