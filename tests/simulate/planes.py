# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random worlds with a control plane of kops, of one, three or five nodes.

Somebody rotates group after group, runs each again after its death, and repairs in the end what is
broken. Beside it things go wrong, by the dice of the world. Nobody in it costs a quorum by himself,
so each loss of one is a breach of ours, unless the only node may be missing for a while.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import traceback
from collections.abc import Callable
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulate import actors
from ansible_collections.nodeops.rotator.tests.simulate.misfortunes import (
    MISFORTUNES,
    Misfortune,
    Scene,
)
from ansible_collections.nodeops.rotator.tests.simulate.replayed import Replayed
from ansible_collections.nodeops.rotator.tests.simulate.verdict import Verdict
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run, prepare
from ansible_collections.nodeops.rotator.tests.simulation.virtual import INTERRUPTIONS, Killed

EACH = 30
"""Of so many worlds one has a control plane."""
TRIES = 8
"""Runs on one group after which it has to be done, whatever was in the way."""
LONG = 6 * 3600.0
"""Seconds within which a run has to end."""


def is_one(number: int) -> bool:
    """Return whether the world of this number has a control plane."""
    return number % EACH == EACH - 1


@dataclasses.dataclass(frozen=True)
class PlanePlan(Replayed):
    """What the dice decide of a world with a control plane.

    `size`: its nodes. `aws`: fields of the Behavior of AWS. `options`: of every run. `faults`:
    number, moment and kind.
    """

    seed: int
    number: int
    size: int
    aws: dict[str, Any]
    options: dict[str, Any]
    rival: str
    faults: tuple[tuple[int, float, Misfortune], ...]

    def __str__(self) -> str:
        return (
            f"WORLD={self.number} control plane of {self.size}, aws {self.aws}, options"
            f" {self.options}, rival {self.rival or 'none'}; faults: {self.told}"
        )

    @property
    def forbidden(self) -> bool:
        """Return whether nothing may be rotated, since it would be an outage of the API."""
        return self.size == 1 and not self.options["allow_api_outage"]


def draw(seed: int, number: int, keep: frozenset[int] | None = None) -> PlanePlan:
    """Return the plan of this seed and number, with all faults or only those to keep."""
    dice = random.Random(f"plane/{seed}/{number}")
    size = dice.choice([1, 3, 3, 3, 5, 5])
    aws = {
        "describe_lag": dice.choice([0.0, 3.0, 10.0]),
        "throttle_odds": dice.choice([0, 0, 0.03]),
    }
    rival = dice.choice(["", "", "control plane", "workers"])
    acts = [dice.choice(MISFORTUNES) for _fault in range(dice.choice([0, 1, 1, 2, 2, 3]))]
    drawn = [(number, dice.uniform(0, 2500), act) for number, act in enumerate(acts)]
    faults = tuple(one for one in drawn if keep is None or one[0] in keep)
    return PlanePlan(seed, number, size, aws, _options(dice, size), rival, faults)


def _options(dice: random.Random, size: int) -> dict[str, Any]:
    """Draw what people ask for: a repair, and whether an only node may be missing."""
    return {
        "control_plane_repair": dice.random() < 0.4,
        "allow_api_outage": size == 1 and dice.random() < 0.7,
        "api_outage_timeout": dice.choice([600, 1800]),
        "on_outage": dice.choice(["rollback_template", "leave"]),
    }


def judge(plan: PlanePlan) -> Verdict:
    """Play the plan and judge what came of it."""
    scene = Scene(plan.seed * 100_003 + plan.number, plan.size, plan.aws)
    scene.plane.outage_allowed = plan.options["allow_api_outage"]
    play = _Play(plan, scene)
    try:
        play.perform()
    except TimeoutError as error:
        return Verdict(hangs=(str(error),), story=play.story())
    except Exception as error:  # a run that breaks down, or the simulation itself
        told = traceback.format_exception_only(error)[-1].strip()
        return Verdict(breaches=(f"it breaks down: {told}",), story=play.story())
    breaches = [f"{one.at:.1f} {one.command}: {one.why}" for one in scene.world.judge.breaches]
    if not scene.plane.outage_allowed:
        breaches += ["an etcd cluster was without quorum"] * scene.plane.etcd.quorum_losses
    untold = play.not_refused() if plan.forbidden else scene.deviations() + play.unexplained()
    return Verdict(tuple(breaches), (), tuple(untold), play.story())


class _Play:
    """Who does what in one world. `runs`: those that were begun, oldest first."""

    def __init__(self, plan: PlanePlan, scene: Scene) -> None:
        self._plan, self._scene = plan, scene
        self._dice = random.Random(f"plane/{plan.seed}/{plan.number}/runs")
        self.runs: list[tuple[float, Run]] = []

    def perform(self) -> None:
        """Let everything happen, and the world come to rest."""
        scene, kernel = self._scene, self._scene.world.kernel
        for number, at, act in self._plan.faults:
            dice = random.Random(f"plane/{self._plan.seed}/{self._plan.number}/{number}")
            kernel.after(at, _happening(act, scene, dice))
        people = [actors.Actor(kernel, self._persist, kernel.now)]
        if self._plan.rival:
            at = kernel.now + self._dice.uniform(0, 600)
            people.append(actors.Actor(kernel, self._rival, at))
        actors.play(kernel, people)
        kernel.advance(kernel.now + 900)

    def _persist(self, actor: actors.Actor) -> None:
        """Rotate every group; at the end repair what is broken and do the rest."""
        places = self._dice.sample(self._scene.plane.places, self._plan.size)
        for number, place in enumerate(places):
            self._rotate(actor, f"r{number}", place, interrupted=self._dice.random() < 0.4)
        actor.sleep(max(self._scene.world.kernel.now, 3000.0))
        self._scene.repair()
        actor.sleep(self._scene.world.kernel.now + 1200)
        for number, place in enumerate(places):
            self._rotate(actor, f"s{number}", place)

    def _rotate(
        self, actor: actors.Actor, name: str, place: str, interrupted: bool = False
    ) -> None:
        for attempt in range(TRIES):
            run = self._prepare(place, f"{name}-{attempt}")
            if interrupted and attempt == 0:
                run.inbox.interrupt(self._dice.randint(5, 130), self._dice.choice(INTERRUPTIONS))
            self._carry_out(actor, run)
            status = run.result.status if run.result else "killed"
            if status in ("complete", "unchanged") or (status == "failed" and not interrupted):
                return
            actor.sleep(self._scene.world.kernel.now + self._dice.uniform(30, 400))

    def _rival(self, actor: actors.Actor) -> None:
        """Rotate one more group at the same time, once."""
        place = self._dice.choice(self._scene.plane.places)
        group = self._scene.workers if self._plan.rival == "workers" else place
        self._carry_out(actor, self._prepare(group, "x1"))

    def _prepare(self, group: str, name: str) -> Run:
        sizes = {"max_surge": 0, "max_unavailable": 1}
        settings = {**sizes, "etcd_settle": 30, "lock_wait": 900, **self._plan.options}
        run = prepare(self._scene.world, group, name, **settings)
        run.inbox.past = self._scene.world.kernel.now + LONG
        return run

    def _carry_out(self, actor: actors.Actor, run: Run) -> None:
        with contextlib.suppress(Killed):
            actor.perform(run.inbox, run)
        self.runs.append((self._scene.world.kernel.now, run))

    def not_refused(self) -> list[str]:
        """Return the runs that did not refuse, where nothing may be rotated."""
        own = [run for _at, run in self.runs if run.policy.group in self._scene.plane.places]
        return [
            f"not refused: {run.policy.run} {_outcome(run)}"
            for run in own
            if run.result and run.result.status not in ("refused", "stopped")
        ]

    def unexplained(self) -> list[str]:
        """Return the errors of the runs after everything was repaired."""
        last = [run for _at, run in self.runs if run.policy.run.startswith("s")]
        ended = {run.policy.group: run.result for run in last}
        return [
            f"unexplained, on {group}: {result.error if result else 'killed'}"
            for group, result in ended.items()
            if result is None or result.error is not None
        ]

    def story(self) -> tuple[str, ...]:
        """Return what has happened, by the runs and by others."""
        told = [
            (at, f"{event.subject} {event.phase} {event.text}")
            for _end, run in self.runs
            for at, event in run.events
        ]
        ended = [(at, f"end of {run.policy.run}: {_outcome(run)}") for at, run in self.runs]
        lines = sorted([*told, *ended, *self._scene.log], key=lambda line: line[0])
        return tuple(f"{at:7.1f} {text}" for at, text in lines)


def _happening(act: Misfortune, scene: Scene, dice: random.Random) -> Callable[[], None]:
    def happens() -> None:
        if not scene.repaired:  # nothing comes to rest that is broken anew
            act(scene, dice)

    return happens


def _outcome(run: Run) -> str:
    return f"{run.result.status}; {run.result.error}" if run.result else "killed"
