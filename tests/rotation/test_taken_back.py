# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who takes back what a rotation sets on the group is named, not fought."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Protect,
    ProtectNew,
    SetTag,
    Suspend,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import SIGNPOST
from ansible_collections.nodeops.rotator.tests.rotation.test_undone import HOURS, every
from ansible_collections.nodeops.rotator.tests.simulation.builders import (
    BLUE,
    CLEAN,
    all_current,
    due,
    sizes,
    traces,
)
from ansible_collections.nodeops.rotator.tests.simulation.runs import prepare
from ansible_collections.nodeops.rotator.tests.simulation.world import World


def asg(world: World, operation: str, **params: Any) -> None:
    """Let somebody else change the group."""
    named = {"AutoScalingGroupName": BLUE, **params}
    world.account.call("autoscaling", operation, named, "operator")


def resume(world: World) -> None:
    """Resume all processes."""
    asg(world, "ResumeProcesses")


def expose_new(world: World) -> None:
    """Have new instances start without protection."""
    asg(world, "UpdateAutoScalingGroup", NewInstancesProtectedFromScaleIn=False)


def expose(world: World) -> None:
    """Take the protection of all instances."""
    members = world.account.groups[BLUE].members.values()
    serving = [one.instance_id for one in members if one.lifecycle_state == "InService"]
    if serving:
        asg(world, "SetInstanceProtection", InstanceIds=serving, ProtectedFromScaleIn=False)


def untag(world: World) -> None:
    """Delete our tag, as kops does with those that it does not know."""
    tag = {"Key": SIGNPOST, "ResourceId": BLUE, "ResourceType": "auto-scaling-group"}
    world.account.call("autoscaling", "DeleteTags", {"Tags": [tag]}, "operator")


@pytest.mark.parametrize(
    ("act", "command", "what"),
    [
        (resume, Suspend, "suspension of AZRebalance"),
        (expose_new, ProtectNew, "scale-in protection of new instances"),
        (expose, Protect, "scale-in protection of instances"),
        (untag, SetTag, f"tag {SIGNPOST}"),
    ],
)
def test_it_is_set_less_and_less_often_and_the_rotation_goes_on(
    act: Callable[[World], None], command: type[Any], what: str
) -> None:
    world = due(size=3, replicas=3)
    every(world, 11, lambda: act(world))
    run = prepare(world, BLUE, soak=600)
    run.inbox.past = world.kernel.now + 6 * HOURS
    result = run()
    assert result.status == "complete", run.story()
    told = [event.text for _at, event in run.events if event.phase == "undone"]
    assert told == [f"somebody takes back our {what} again and again; CloudTrail says who"]
    sets = [one for _at, one in run.inbox.commands if isinstance(one, command)]
    assert len(sets) < 16, "it was taken back some 90 times"
    assert all_current(world)
    assert sizes(world) == (3, 3, 3)
    assert traces(world) == CLEAN
    assert world.judge.breaches == []
