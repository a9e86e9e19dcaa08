# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody takes back again and again, and what he deletes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import DURING, kind
from ansible_collections.nodeops.rotator.tests.simulate.kinds.unseen import lose
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial

GATE = 300.0
"""Seconds for which no run waits in vain: no gate_timeout of a plan is shorter."""


def _processes(trial: Trial) -> None:
    """Resume what is suspended by a run; then AZRebalance may end what it likes."""
    if ours := sorted(set(trial.group.suspended) - trial.found.suspended):
        trial.oracles.lowered()
        trial.judge.note("zones")
        _change(trial, "ResumeProcesses", ScalingProcesses=ours)


def _new_protection(trial: Trial) -> None:
    """Let new instances start without protection, if they did."""
    if trial.group.setting("NewInstancesProtectedFromScaleIn") and not trial.found.protects_new:
        _change(trial, "UpdateAutoScalingGroup", NewInstancesProtectedFromScaleIn=False)


def _protection(trial: Trial) -> None:
    """Take the protection of those that had none; what is too much may end then."""
    members = [one for one in trial.group.counted() if one.lifecycle_state == "InService"]
    ours = [
        one.instance_id
        for one in members
        if one.protected and not trial.found.should_be_protected(one.instance_id)
    ]
    if ours:
        trial.oracles.lowered()
        params = {"InstanceIds": ours, "ProtectedFromScaleIn": False}
        _change(trial, "SetInstanceProtection", **params)


def _change(trial: Trial, operation: str, **params: Any) -> None:
    trial.tell(f"SOMEBODY: {operation} {params}")
    trial.aws(operation, AutoScalingGroupName=trial.name, **params)


SETTINGS: tuple[Callable[[Trial], None], ...] = (_processes, _new_protection, _protection)


@kind("C", wave=1)
def settings_are_taken_back(trial: Trial, dice: random.Random) -> None:
    """Somebody sets the group as it was, again and again."""
    chosen = dice.sample(SETTINGS, dice.choice([1, 1, 2, 3]))
    seconds, lasting = dice.choice([5.0, 11.0, 30.0]), dice.choice([60.0, 600.0, 7200.0])
    if lasting > GATE:
        trial.excuse("Nothing could be replaced .* takes? back our|fence of .* is not up")

    def reset() -> None:
        for act in chosen:
            act(trial)

    trial.every(seconds, reset, lasting)


@kind("A", wave=1)
def nodes_are_deleted_in_mass(trial: Trial, dice: random.Random) -> None:
    """By a person once, or by a controller that goes on for a while."""
    share, new = dice.choice([0.4, 0.6, 1.0]), dice.choice([None, None, False, True])
    lasting = dice.choice([0.0, 0.0, 60.0, 600.0])
    trial.excuse("have a Node in this cluster|Nothing could be replaced|has no Node in this")

    def delete() -> None:
        nodes = trial.nodes(new)
        for node in dice.sample(nodes, min(len(nodes), 1 + int(share * len(nodes)))):
            lose(trial, node)

    delete()
    if lasting:
        trial.every(dice.choice([7.0, 20.0]), delete, lasting)


@kind("H", DURING, wave=1)
def a_target_group_is_deleted(trial: Trial, dice: random.Random) -> None:
    """Which the group goes on to name, unless it was detached before."""
    if not trial.group.target_groups:
        return
    arn, detached = trial.group.target_groups[0], dice.random() < 0.5
    trial.excuse(f"was not registered in {re.escape(arn)}|names target group .* does not exist")
    trial.tell(f"SOMEBODY deletes {arn}{', detached before' if detached else ''}")
    if detached:
        _change(trial, "DetachLoadBalancerTargetGroups", TargetGroupARNs=[arn])
    trial.after(dice.choice([0.0, 1.0, 90.0]), lambda: _delete(trial, arn))


def _delete(trial: Trial, arn: str) -> None:
    trial.tell(f"SOMEBODY has deleted {arn}")
    trial.found.stuck |= arn in trial.group.target_groups
    del trial.world.account.target_groups[arn]
