# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play a plan to its end: run, and run again after a death, a signal or a lost lock."""

from __future__ import annotations

import contextlib
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group as GroupModel,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import parse
from ansible_collections.nodeops.rotator.tests.simulate.judge import FairJudge
from ansible_collections.nodeops.rotator.tests.simulate.kinds.all import KINDS
from ansible_collections.nodeops.rotator.tests.simulate.plan import Fault
from ansible_collections.nodeops.rotator.tests.simulate.stage import Stage, dice_of
from ansible_collections.nodeops.rotator.tests.simulation.kernel import EPOCH
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.virtual import Killed

ATTEMPTS = 8
"""Runs of one world at most."""
AFTERWARDS = 180.0
"""Seconds for which the world is watched after the last run."""
SINCE = 30.0
"""Seconds for which what was there before the first run has been there at least."""
UNFINISHED = ("stopped", "suspended")


class Hang(Exception):
    """A run did not end within its bound."""


class _Witness:
    """The run's cloud; tells the judge of each read that was answered."""

    def __init__(self, cloud: Any, judge: FairJudge) -> None:
        self._cloud, self._judge = cloud, judge

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloud, name)

    def until(self, moment: float) -> _Witness:
        """Return the same for calls that are not sent after this moment."""
        return _Witness(self._cloud.until(moment), self._judge)

    def read_group(self, name: str, also: tuple[str, ...] = ()) -> GroupModel:
        """Read, and note it."""
        found: GroupModel = self._cloud.read_group(name, also)
        self._judge.read()
        return found


def play(stage: Stage) -> None:
    """Carry the stage's plan out. Raises Hang."""
    plan = stage.plan
    faults = sorted(plan.faults, key=lambda fault: (fault.at, fault.number))
    for fault in faults:
        if fault.at == 0:
            KINDS[fault.kind].act(stage, dice_of(fault.dice))
        else:
            _let_happen(stage, fault)
    stage.world.kernel.advance(stage.now + SINCE)
    dice = dice_of(f"{plan.seed}/{plan.number}/runs")
    for attempt in range(ATTEMPTS):
        run = _run(stage, f"r{attempt + 1}")
        if run.result is not None and not _goes_on(stage, run):
            break
        stage.world.kernel.advance(stage.now + dice.choice([0.0, dice.uniform(0, 90)]))
    stage.world.kernel.advance(stage.now + AFTERWARDS)


def _let_happen(stage: Stage, fault: Fault) -> None:
    stage.after(fault.at, lambda: KINDS[fault.kind].act(stage, dice_of(fault.dice)))


def _goes_on(stage: Stage, run: Run) -> bool:
    """Whether somebody would start it again: it was interrupted, or it was refused although an
    earlier one has left something."""
    if run.result is None or run.result.status in UNFINISHED:
        return True
    if run.result.status == "refused" and len(stage.runs) > 1:
        _cure(stage)
        return True
    return False


def _cure(stage: Stage) -> None:
    for cure in stage.cures:
        cure()
    stage.cures.clear()


def _run(stage: Stage, name: str) -> Run:
    """One run, carried through until it ends or dies."""
    options = {**stage.plan.options, "drain": _drain()}
    kill = stage.kills.pop(0) if stage.kills else None
    stage.judge.window = (
        parse("max_surge", options["max_surge"]),
        parse("max_unavailable", options["max_unavailable"]),
    )
    run = prepare(stage.world, stage.name, name, kill_at_command=kill, **options)
    ports = run.inbox.ports
    run.inbox.ports = Ports(_Witness(ports.cloud, stage.judge), ports.cluster)
    stage.runs.append(run)
    run.inbox.past = stage.now + bound(stage)
    if stage.stops:
        run.inbox.stop_at(stage.now + stage.stops.pop(0))
    try:
        with contextlib.suppress(Killed):
            run()
    except TimeoutError as error:
        raise Hang(f"{name}: {error}") from error
    finally:
        stage.ends.append(stage.now)
    return run


def _drain() -> DrainPolicy:
    return DrainPolicy(timeout=400, pdb_timeout=300, epoch=EPOCH.timestamp())


def bound(stage: Stage) -> float:
    """Return the seconds within which a run has to end: every replacement may take the whole time
    of each of its steps, one after the other, and so may the end."""
    options, drain = stage.plan.options, _drain()
    each: float = (
        options["boot_timeout"] + options["lb_timeout"] + drain.timeout + drain.volume_timeout
    )
    each += options["terminate_timeout"] + options["gate_timeout"]
    replacements = max(stage.sizes.bases) + stage.plan.size + options["failure_budget"]
    whole: float = 1800 + options["soak"] * 3 + each * (replacements + 2)
    return whole
