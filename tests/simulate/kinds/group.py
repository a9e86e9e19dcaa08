# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What others do to the group: processes, refreshes, Standby, the template.

They do it in mid-run.
"""

from __future__ import annotations

import random

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial

PROCESSES = ("Launch", "Terminate", "AddToLoadBalancer", "HealthCheck", "AlarmNotification")
REFRESH = {"InstanceRefreshId": "08b91cf7", "Status": "InProgress", "PercentageComplete": 10}


def _suspend(trial: Trial, process: str, lasting: float) -> None:
    trial.tell(f"SOMEBODY suspends {process} for {lasting:.0f}")
    trial.found.suspended.add(process)
    params = {"AutoScalingGroupName": trial.name, "ScalingProcesses": [process]}
    trial.aws("SuspendProcesses", **params)
    if process in ("Launch", "Terminate"):
        trial.excuse(f"process {process} suspended|launched nothing|Nothing could be replaced")
    if process in ("HealthCheck", "ReplaceUnhealthy"):
        trial.excuse(f"process {process} is suspended, without which")
    if process == "AddToLoadBalancer" and trial.group.target_groups:
        trial.excuse("AddToLoadBalancer suspended|was not registered in|find it healthy")

    def resume() -> None:
        if process in trial.found.suspended:
            trial.found.suspended.discard(process)
            trial.tell(f"SOMEBODY resumes {process}")
            trial.aws("ResumeProcesses", **params)

    trial.cures.append(resume)
    if lasting:
        trial.after(lasting, resume)


@kind("H", DURING, weight=2)
def a_process_is_suspended(trial: Trial, dice: random.Random) -> None:
    _suspend(trial, dice.choice(PROCESSES), dice.choice([60.0, 300.0, 0.0]))


@kind("H", BEFORE)
def a_process_was_suspended(trial: Trial, dice: random.Random) -> None:
    _suspend(trial, dice.choice((*PROCESSES, "AZRebalance")), 0.0)


@kind("H", DURING)
def an_instance_refresh_begins(trial: Trial, dice: random.Random) -> None:
    lasting = dice.choice([100.0, 3000.0])
    group = trial.group
    trial.tell("SOMEBODY begins an instance refresh")
    trial.world.account.scaler.note_group(group)
    group.refreshes.insert(0, {**REFRESH, "AutoScalingGroupName": trial.name})
    trial.excuse("instance refresh")

    def end() -> None:
        trial.world.account.scaler.note_group(group)
        group.refreshes.clear()

    trial.cures.append(end)
    trial.after(lasting, end)


@kind("H", DURING)
def an_instance_is_stopped(trial: Trial, dice: random.Random) -> None:
    if found := trial.instances(dice.choice([None, True, False])):
        instance = dice.choice(found)
        trial.tell(f"SOMEBODY stops {instance.id}")
        trial.foreign_ends.add(instance.id)
        trial.sizes.lost.append(trial.now)
        trial.judge.note("zones")
        trial.world.account.fleet.stop(instance)
        trial.world.cluster.node_silent(instance.private_dns)


@kind("H", DURING)
def an_override_names_an_image(trial: Trial, dice: random.Random) -> None:
    """For one instance type, so that new instances do not come from the target."""
    if not trial.group.template:
        return  # somebody has done so already
    image = trial.world.facts[dice.choice(["old_image", "new_image"])]
    specification = dict(trial.group.template or {})
    specification = {key: specification[key] for key in ("LaunchTemplateId", "Version")}
    overrides = [{"InstanceType": "m6i.large", "ImageId": image}]
    policy = {"LaunchTemplateSpecification": specification, "Overrides": overrides}
    trial.tell(f"SOMEBODY has an override launch {image}")
    trial.found.moved, trial.found.moved_at = True, trial.now
    trial.excuse("names an image of its own|do not come from the target|moved from")
    params = {"MixedInstancesPolicy": {"LaunchTemplate": policy}}
    trial.aws("UpdateAutoScalingGroup", AutoScalingGroupName=trial.name, **params)


@kind("H", DURING)
def the_template_is_moved(trial: Trial, dice: random.Random) -> None:
    """To the old image, or to the same one under a new version."""
    if not trial.group.template:
        return  # somebody has given the group a policy of mixed instances
    image = trial.world.facts[dice.choice(["old_image", "new_image"])]
    trial.tell(f"SOMEBODY points the group to {image}")
    trial.found.moved, trial.found.moved_at = True, trial.now
    trial.excuse("moved from|do not come from the target")
    trial.excuse("refused: .* launches from version [0-9]+ of")  # before the run that is handed one
    trial.point_to(image)
