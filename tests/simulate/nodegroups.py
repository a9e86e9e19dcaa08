# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random worlds with a managed node group of EKS.

Somebody lets EKS update it, runs again after each death of his runs, and repairs in the end what is
broken. Beside it things go wrong, by the dice of the world. Whatever happens, no run writes to the
Auto Scaling group, and the last one ends with every node on the target and nothing of ours left.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import traceback
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedTarget,
)
from ansible_collections.nodeops.rotator.tests.simulate import actors
from ansible_collections.nodeops.rotator.tests.simulate.eks_misfortunes import (
    EKS_MISFORTUNES,
    EksMisfortune,
    EksScene,
)
from ansible_collections.nodeops.rotator.tests.simulate.replayed import Replayed
from ansible_collections.nodeops.rotator.tests.simulate.verdict import Verdict
from ansible_collections.nodeops.rotator.tests.simulation.nodegroup import NEW
from ansible_collections.nodeops.rotator.tests.simulation.runs import ManagedRun, prepare_managed
from ansible_collections.nodeops.rotator.tests.simulation.virtual import INTERRUPTIONS, Killed

EACH, TURN = 30, 14
"""Of so many worlds one has a managed node group, and which."""
TRIES = 8
"""Runs after which it has to be done, whatever was in the way."""
LONG = 6 * 3600.0
"""Seconds within which a run has to end."""
CONFIGS: tuple[dict[str, Any], ...] = (
    {"maxUnavailable": 1},
    {"maxUnavailable": 3},
    {"maxUnavailablePercentage": 50},
    {"maxUnavailable": 2, "updateStrategy": "MINIMAL"},
)
BUDGETS: tuple[int | str, ...] = (1, 2, "25%")
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"max_unavailable": 2},
    {"max_unavailable_percentage": 25},
    {"update_strategy": "minimal"},
    {"force": True},
    {"assist": True},
    {"assist": True, "max_unavailable": 2},
)


def is_managed(number: int) -> bool:
    """Return whether the world of this number has a managed node group."""
    return number % EACH == TURN


@dataclasses.dataclass(frozen=True)
class ManagedPlan(Replayed):
    """What the dice decide of a world with a managed node group.

    `aws`: fields of the Behavior of AWS. `config`: its update config. `budget`: of its pods.
    `options`: of all runs. `rival`: somebody else runs too. `faults`: number, moment and kind.
    """

    seed: int
    number: int
    aws: dict[str, Any]
    config: dict[str, Any]
    budget: int | str
    options: dict[str, Any]
    rival: bool
    faults: tuple[tuple[int, float, EksMisfortune], ...]

    def __str__(self) -> str:
        return (
            f"WORLD={self.number} managed node group, {self.config}, budget {self.budget},"
            f" {self.options}, aws {self.aws}, rival {self.rival}; faults: {self.told}"
        )


def draw_managed(seed: int, number: int, keep: frozenset[int] | None = None) -> ManagedPlan:
    """Return the plan of this seed and number, with all faults or only those to keep."""
    dice = random.Random(f"managed/{seed}/{number}")
    aws = {
        "describe_lag": dice.choice([0.0, 3.0, 10.0]),
        "throttle_odds": dice.choice([0, 0, 0.05, 0.15]),
        "page_size": dice.choice([None, 2]),
    }
    config, budget = dice.choice(CONFIGS), dice.choice(BUDGETS)
    options = {
        **dice.choice(OPTIONS),
        "soak": dice.choice([0, 60]),
        "preflight": dice.choice(["refuse", "warn"]),
        "lock_wait": dice.choice([0, 600]),
    }
    rival = dice.random() < 0.3
    acts = [dice.choice(EKS_MISFORTUNES) for _fault in range(dice.choice([0, 1, 1, 2, 2, 3]))]
    drawn = [(number, dice.uniform(0, 1500), act) for number, act in enumerate(acts)]
    faults = tuple(one for one in drawn if keep is None or one[0] in keep)
    return ManagedPlan(seed, number, aws, config, budget, options, rival, faults)


def judge_managed(plan: ManagedPlan) -> Verdict:
    """Play the plan and judge what came of it."""
    more = {"max_unavailable": plan.budget, "update_config": dict(plan.config)}
    scene = EksScene(plan.seed * 100_003 + plan.number, plan.aws, **more)
    play = _ManagedPlay(plan, scene)
    try:
        play.perform()
    except TimeoutError as error:
        return Verdict(hangs=(str(error),), story=play.story())
    except Exception as error:  # a run that breaks down, or the simulation itself
        told = traceback.format_exception_only(error)[-1].strip()
        return Verdict(breaches=(f"it breaks down: {told}",), story=play.story())
    breaches = tuple(f"{one.at:.1f} {one.command}: {one.why}" for one in scene.world.judge.breaches)
    untold = (*scene.deviations(), *play.unexplained(), *play.unnamed())
    return Verdict(breaches, (), untold, play.story())


class _ManagedPlay:
    """Who does what in one world. `runs`: those that were begun, oldest first."""

    def __init__(self, plan: ManagedPlan, scene: EksScene) -> None:
        self._plan, self._scene = plan, scene
        self._dice = random.Random(f"managed/{plan.seed}/{plan.number}/runs")
        self.runs: list[tuple[float, ManagedRun]] = []

    def perform(self) -> None:
        """Let everything happen, and the world come to rest."""
        scene, kernel = self._scene, self._scene.world.kernel
        for number, at, act in self._plan.faults:
            dice = random.Random(f"managed/{self._plan.seed}/{self._plan.number}/{number}")
            kernel.after(at, _happening(act, scene, dice))
        people = [actors.Actor(kernel, self._persist, kernel.now)]
        if self._plan.rival:
            at = kernel.now + self._dice.uniform(0, 1500)
            people.append(actors.Actor(kernel, self._rival, at))
        actors.play(kernel, people)

    def _persist(self, actor: actors.Actor) -> None:
        """Run, with an interruption in some.

        At the end repair what is broken and run again.
        """
        for number in range(self._dice.randrange(1, 4)):
            run = self._prepare(f"r{number}")
            if self._dice.random() < 0.6:
                run.inbox.interrupt(self._dice.randrange(80), self._dice.choice(INTERRUPTIONS))
            self._carry_out(actor, run)
            actor.sleep(self._scene.world.kernel.now + self._dice.choice([1, 60, 1500]))
        actor.sleep(max(self._scene.world.kernel.now, 3000.0))
        self._scene.repair()
        actor.sleep(self._scene.world.kernel.now + 2400)
        for number in range(TRIES):
            run = self._prepare(f"s{number}")
            self._carry_out(actor, run)
            if run.result and run.result.status in ("complete", "unchanged"):
                return
            actor.sleep(self._scene.world.kernel.now + 300)

    def _rival(self, actor: actors.Actor) -> None:
        self._carry_out(actor, self._prepare("x1"))

    def _prepare(self, name: str) -> ManagedRun:
        target = ManagedTarget(NEW, self._scene.built.new)
        run = prepare_managed(self._scene.world, "web", target, name, **self._plan.options)
        run.inbox.past = self._scene.world.kernel.now + LONG
        return run

    def _carry_out(self, actor: actors.Actor, run: ManagedRun) -> None:
        with contextlib.suppress(Killed):
            actor.perform(run.inbox, run)
        self.runs.append((self._scene.world.kernel.now, run))

    def unexplained(self) -> list[str]:
        """Return the error of the last run, after everything was repaired."""
        last = [run for _at, run in self.runs if run.policy.run.startswith("s")][-1]
        return [f"unexplained: {last.result.error}"] if last.result and last.result.error else []

    def unnamed(self) -> list[str]:
        """Return that the size has changed and nobody has said so.

        Nobody can who has not seen the size before an update that EKS did not carry through: that a
        run was killed, or told to stop, or that nobody watched somebody else's update, explains it.
        """
        size = self._scene.built.group.desired
        results = [run.result for _at, run in self.runs]
        blind = any(one is None or one.status == "stopped" for one in results)
        told = any(
            "The desired capacity of" in text
            for one in results
            if one is not None
            for text in (*one.values["not_restored"], *one.warnings)
        )
        blind = blind or any(not self._is_watched(at) for at in self._scene.updated)
        if size == self._scene.size or self._scene.resized or blind or told:
            return []
        return [f"not told: the desired capacity is {size}, it was {self._scene.size}"]

    def _is_watched(self, moment: float) -> bool:
        """Return whether a run was at work at this moment."""
        return any(run.events and run.events[0][0] <= moment <= at for at, run in self.runs)

    def story(self) -> tuple[str, ...]:
        """Return what has happened, by the runs and by others."""
        told = [
            (at, f"{run.policy.run} {event.subject} {event.phase} {event.text}")
            for _end, run in self.runs
            for at, event in run.events
        ]
        ended = [(at, f"end of {run.policy.run}: {_outcome(run)}") for at, run in self.runs]
        lines = sorted([*told, *ended, *self._scene.log], key=lambda line: line[0])
        return tuple(f"{at:7.1f} {text}" for at, text in lines)


def _happening(act: EksMisfortune, scene: EksScene, dice: random.Random) -> Callable[[], None]:
    return lambda: act(scene, dice)


def _outcome(run: ManagedRun) -> str:
    return f"{run.result.status}; {run.result.error}" if run.result else "killed"
