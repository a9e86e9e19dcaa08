# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Others who work on a group all the time: an autoscaler, a termination handler."""

from __future__ import annotations

import random

from ansible_collections.nodeops.rotator.tests.simulate.kinds.numbers import LEAST
from ansible_collections.nodeops.rotator.tests.simulate.kinds.registry import BEFORE, kind
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.autoscaler import (
    NAME,
    Autoscaler,
    Settings,
)
from ansible_collections.nodeops.rotator.tests.simulation.gate import Call
from ansible_collections.nodeops.rotator.tests.simulation.termination_handler import (
    NAME as HANDLER,
)
from ansible_collections.nodeops.rotator.tests.simulation.termination_handler import (
    TerminationHandler,
)


def _note_taken(trial: Trial, instance: str) -> None:
    """Note what an autoscaler takes; the call fails for what has left, or at MinSize."""
    member = trial.group.members.get(instance)
    if member is not None and not member.doomed and trial.group.desired > trial.group.minimum:
        trial.note_taken(instance)


@kind("B", BEFORE, weight=2)
def an_autoscaler_works(trial: Trial, dice: random.Random) -> None:
    """It scales the group by its pods, from a cache that is a minute old."""
    trial.group.maximum = max(trial.group.maximum, trial.plan.size + 2)
    trial.found.maximum = {trial.group.maximum}
    trial.sizes.maximum = trial.group.maximum
    trial.group.minimum = trial.found.minimum = max(LEAST, trial.group.minimum)
    trial.sizes.minimum = trial.found.minimum

    def note(call: Call) -> None:
        if call.actor != NAME:
            return
        if call.operation == "SetDesiredCapacity":
            _note_once_set(trial, call.params["DesiredCapacity"])
        elif call.operation == "TerminateInstanceInAutoScalingGroup":
            _note_taken(trial, call.params["InstanceId"])

    trial.judge.unjudged.append(NAME)
    trial.world.gate.judges.append(note)
    settings = Settings(unneeded=dice.choice([60.0, 600.0]), provision=dice.choice([300.0, 900.0]))
    Autoscaler(trial.world, trial.name, settings)
    # It takes what is empty before anybody protects it, and for good what is cordoned.
    trial.excuse("ended before they were ready|Nothing could be replaced")


def _note_once_set(trial: Trial, desired: int) -> None:
    """Note a size once it is set: the call may be refused."""
    before = trial.group.desired

    def note() -> None:
        if trial.group.desired == desired:
            trial.note_desired(desired, before)

    trial.world.kernel.after(0.0, note)


@kind("B", BEFORE)
def a_termination_handler_works(trial: Trial, dice: random.Random) -> None:
    """A hook holds what ends, and it drains that."""
    trial.judge.unjudged.append(HANDLER)
    handler = TerminationHandler(trial.world, trial.name, timeout=dice.choice([60.0, 300.0]))
    trial.found.handled = handler.heard
