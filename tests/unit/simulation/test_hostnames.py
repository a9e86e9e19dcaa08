# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes may have hostnames of their own, which EC2 does not know."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due


@pytest.mark.parametrize("own", [False, True])
def test_a_node_has_the_name_that_ec2_shows_or_one_of_its_own(own: bool) -> None:
    world = due()
    world.behave(aws={"own_hostnames": own})
    (first, *_others) = sorted(world.account.groups[BLUE].members)
    params = {"InstanceId": first, "ShouldDecrementDesiredCapacity": False}
    world.account.call("autoscaling", "TerminateInstanceInAutoScalingGroup", params, "operator")
    world.kernel.advance(world.kernel.now + 200)
    shown = world.account.call("ec2", "DescribeInstances", {}, "operator")["Reservations"]
    names = {
        one["InstanceId"]: one["PrivateDnsName"] for part in shown for one in part["Instances"]
    }
    (node,) = (
        (node for node in world.judge.nodes(BLUE) if node["metadata"]["name"] not in names.values())
        if own
        else (world.judge.nodes(BLUE)[-1],)
    )
    instance = node["spec"]["providerID"].rsplit("/", 1)[-1]
    assert (node["metadata"]["name"] == names[instance]) is not own
    assert node["metadata"]["name"].endswith(".nodes.example") is own
