# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others do to the group in mid-run: processes, refreshes, Standby, the template."""

from __future__ import annotations

import random

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.stage import Stage

PROCESSES = ("Launch", "Terminate", "AddToLoadBalancer", "HealthCheck", "AlarmNotification")
REFRESH = {"InstanceRefreshId": "08b91cf7", "Status": "InProgress", "PercentageComplete": 10}


def _suspend(stage: Stage, process: str, lasting: float) -> None:
    stage.tell(f"SOMEBODY suspends {process} for {lasting:.0f}")
    stage.found.suspended.add(process)
    params = {"AutoScalingGroupName": stage.name, "ScalingProcesses": [process]}
    stage.aws("SuspendProcesses", **params)
    if process in ("Launch", "Terminate"):
        stage.excuse(f"process {process} suspended|launched nothing|Nothing could be replaced")
    if process == "AddToLoadBalancer" and stage.group.target_groups:
        stage.excuse("AddToLoadBalancer suspended|was not registered in|find it healthy")

    def resume() -> None:
        if process in stage.found.suspended:
            stage.found.suspended.discard(process)
            stage.tell(f"SOMEBODY resumes {process}")
            stage.aws("ResumeProcesses", **params)

    stage.cures.append(resume)
    if lasting:
        stage.after(lasting, resume)


@kind("H", DURING, weight=2)
def a_process_is_suspended(stage: Stage, dice: random.Random) -> None:
    _suspend(stage, dice.choice(PROCESSES), dice.choice([60.0, 300.0, 0.0]))


@kind("H", BEFORE)
def a_process_was_suspended(stage: Stage, dice: random.Random) -> None:
    _suspend(stage, dice.choice((*PROCESSES, "AZRebalance")), 0.0)


@kind("H", DURING)
def an_instance_refresh_begins(stage: Stage, dice: random.Random) -> None:
    lasting = dice.choice([100.0, 3000.0])
    group = stage.group
    stage.tell("SOMEBODY begins an instance refresh")
    stage.world.account.scaler.note_group(group)
    group.refreshes.insert(0, {**REFRESH, "AutoScalingGroupName": stage.name})
    stage.excuse("instance refresh")

    def end() -> None:
        stage.world.account.scaler.note_group(group)
        group.refreshes.clear()

    stage.cures.append(end)
    stage.after(lasting, end)


@kind("H", DURING)
def an_instance_is_stopped(stage: Stage, dice: random.Random) -> None:
    if found := stage.instances(dice.choice([None, True, False])):
        instance = dice.choice(found)
        stage.tell(f"SOMEBODY stops {instance.id}")
        stage.foreign_ends.add(instance.id)
        stage.sizes.lost.append(stage.now)
        stage.judge.note("zones")
        stage.world.account.fleet.stop(instance)
        stage.world.cluster.node_silent(instance.private_dns)


@kind("H", DURING)
def the_template_is_moved(stage: Stage, dice: random.Random) -> None:
    """To the old image, or to the same one under a new version."""
    image = stage.world.facts[dice.choice(["old_image", "new_image"])]
    stage.tell(f"SOMEBODY points the group to {image}")
    stage.found.moved, stage.found.moved_at = True, stage.now
    stage.excuse("moved from|do not come from the target")
    stage.point_to(image)
