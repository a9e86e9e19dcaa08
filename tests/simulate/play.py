# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play a plan: run, and run again after a death, a signal or a lost lock."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import random
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group as GroupModel,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import parse
from ansible_collections.nodeops.rotator.tests.simulate import actors
from ansible_collections.nodeops.rotator.tests.simulate.handover import HANDED_TO, hand_over
from ansible_collections.nodeops.rotator.tests.simulate.kinds.all import KINDS
from ansible_collections.nodeops.rotator.tests.simulate.kinds.people import (
    PAUSES,
    people_pause_the_rotation,
)
from ansible_collections.nodeops.rotator.tests.simulate.plan import Fault
from ansible_collections.nodeops.rotator.tests.simulate.taken_over import note_taken_over
from ansible_collections.nodeops.rotator.tests.simulate.trial import Rival, Trial, dice_of
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed

PERSON = "r"
"""Begins the IDs of the runs of the person who starts again what was interrupted."""
ATTEMPTS = 8
"""Runs of one person at most."""
SINCE = 30.0
"""Seconds for which what was there before the first run has been there at least."""
AFTERWARDS = 180.0
"""Seconds for which the world is watched after the last run."""
DRAIN = DrainPolicy(timeout=1200, pdb_timeout=600, epoch=EPOCH.timestamp())


class Hang(Exception):
    """A run did not end within its bound."""


class _Witness:
    """The run's cloud; notes each read that was answered."""

    def __init__(self, cloud: Any, note: Any) -> None:
        self._cloud, self._note = cloud, note

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloud, name)

    def until(self, moment: float) -> _Witness:
        """Return the same for calls that are not sent after this moment."""
        return _Witness(self._cloud.until(moment), self._note)

    def read_group(self, *asked: Any) -> GroupModel:
        """Read the group, and note it."""
        found: GroupModel = self._cloud.read_group(*asked)
        self._note()
        return found


def play(trial: Trial) -> None:
    """Carry the trial's plan out; raise Hang if a run does not end."""
    plan, kernel = trial.plan, trial.world.kernel
    note_taken_over(trial)
    for fault in sorted(plan.faults, key=lambda fault: (fault.at, fault.number)):
        if fault.at == 0:
            KINDS[fault.kind].act(trial, dice_of(fault.dice))
        else:
            _let_happen(trial, fault)
    kernel.advance(trial.now + SINCE)
    if plan.furnishing["handover"]:
        hand_over(trial)
    dice = dice_of(f"{plan.seed}/{plan.number}/runs")
    people = [actors.Actor(kernel, functools.partial(_persist, trial, dice), kernel.now)]
    for number, rival in enumerate(trial.rivals):
        life = functools.partial(_rival, trial, f"x{number + 1}", rival)
        people.append(actors.Actor(kernel, life, kernel.now + rival.at))
    try:
        actors.play(kernel, people)
    except TimeoutError as error:
        raise Hang(str(error)) from error
    kernel.advance(trial.now + AFTERWARDS)


def _let_happen(trial: Trial, fault: Fault) -> None:
    trial.after(fault.at, lambda: KINDS[fault.kind].act(trial, dice_of(fault.dice)))


def _persist(trial: Trial, dice: random.Random, actor: actors.Actor) -> None:
    """Run until a run comes to its own end."""
    for attempt in range(ATTEMPTS):
        restores = attempt > 0 and trial.restores_after_interruption
        run = _prepare(trial, f"{PERSON}{attempt + 1}", restore_only=restores)
        if trial.stops:
            run.inbox.stop_at(trial.now + trial.stops.pop(0))
        if trial.interruptions:
            run.inbox.interrupt(*trial.interruptions.pop(0))
        _perform(trial, actor, run)
        if not _goes_on(trial, run):
            return
        actor.sleep(trial.now + dice.choice([0.0, dice.uniform(0, 90)]))


def _rival(trial: Trial, name: str, rival: Rival, actor: actors.Actor) -> None:
    """Run once, with options that differ where that must not matter."""
    run = _prepare(trial, name, **rival.options)
    run.policy = dataclasses.replace(run.policy, cluster="")
    _perform(trial, actor, run)


def _goes_on(trial: Trial, run: Run) -> bool:
    """Return whether somebody would start it again.

    It was interrupted, or it was refused although an earlier one has left something.
    """
    if run.result is None or run.result.status == "stopped":
        return True
    if run.result.status == "suspended":
        trial.expired.clear()
        return True
    if run.result.status != "refused" or len(trial.runs) == 1:
        return False
    for cure in trial.cures:
        cure()
    trial.cures.clear()
    return True


def _prepare(trial: Trial, name: str, **more: Any) -> Run:
    options = {**trial.plan.options, **trial.people.chosen(trial.now), "drain": DRAIN, **more}
    trial.judge.window = (
        parse("max_surge", options["max_surge"]),
        parse("max_unavailable", options["max_unavailable"]),
    )
    handed = name == HANDED_TO and trial.plan.furnishing["handover"]
    run = prepare(trial.world, trial.name, name, run_given=handed, **options)
    trial.judge.places[run.policy.holder] = run.policy.lock_namespace
    note = functools.partial(trial.judge.read, run.policy.holder)
    run.inbox.ports = Ports(_Witness(run.inbox.ports.cloud, note), run.inbox.ports.cluster)
    run.inbox.past = trial.now + bound(trial)
    return run


def _perform(trial: Trial, actor: actors.Actor, run: Run) -> None:
    trial.runs.append(run)
    with contextlib.suppress(Killed):
        actor.perform(run.inbox, run)
    trial.ends[run.policy.run] = trial.now
    trial.notice_deaths()


def bound(trial: Trial) -> float:
    """Return the seconds within which a run has to end.

    Every replacement may take the whole time of each of its steps, one after the other, and so may
    the end.
    """
    options = trial.plan.options
    limits = ("boot_timeout", "lb_timeout", "terminate_timeout", "gate_timeout")
    each = DRAIN.timeout + DRAIN.volume_timeout + sum(float(options[name]) for name in limits)
    replacements = max(trial.sizes.bases) + trial.plan.size + int(options["failure_budget"])
    paused = max(PAUSES) * sum(
        fault.kind == people_pause_the_rotation.__name__ for fault in trial.plan.faults
    )
    return 1800 + float(options["soak"]) * 3 + each * (replacements + 2) + paused
