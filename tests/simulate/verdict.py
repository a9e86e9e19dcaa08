# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a world: breaches, a hang, and what is not as found and not told."""

from __future__ import annotations

import dataclasses
import re
import traceback

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.result import (
    RotationResult,
)
from ansible_collections.nodeops.rotator.tests.simulate.kinds.runs import (
    our_marks_are_taken_off_and_the_run_is_killed,
    the_run_is_killed,
    the_run_is_stopped,
)
from ansible_collections.nodeops.rotator.tests.simulate.plan import Plan
from ansible_collections.nodeops.rotator.tests.simulate.play import PERSON, Hang, play
from ansible_collections.nodeops.rotator.tests.simulate.story import story
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulate.truthful import false_statements

SIGNALS = tuple(
    kind.__name__
    for kind in (
        our_marks_are_taken_off_and_the_run_is_killed,
        the_run_is_killed,
        the_run_is_stopped,
    )
)
"""Kinds of faults that may send a run a signal."""


@dataclasses.dataclass(frozen=True)
class Verdict:
    """One line for each breach, hang and untold deviation, and the story for people."""

    breaches: tuple[str, ...] = ()
    hangs: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    story: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.breaches or self.hangs or self.untold)

    @property
    def kinds(self) -> frozenset[str]:
        """Which sorts of things are wrong."""
        return frozenset(name for name in ("breaches", "hangs", "untold") if getattr(self, name))


def judge(plan: Plan) -> Verdict:
    """Play the plan and judge what came of it."""
    trial = Trial(plan)
    try:
        play(trial)
    except Hang as error:
        return Verdict(hangs=(str(error),), story=tuple(story(trial)))
    except Exception as error:  # a run that breaks down, or the simulation itself
        told = traceback.format_exception_only(error)[-1].strip()
        return Verdict(breaches=(f"it breaks down: {told}",), story=tuple(story(trial)))
    found = [*trial.judge.breaches, *trial.oracles.breaches]
    breaches = [f"{one.at:.1f} {one.command}: {one.why}" for one in found]
    return Verdict(
        (*breaches, *false_statements(trial)),
        (),
        (*_untold(trial), *_unexplained(trial)),
        tuple(story(trial)),
    )


def _untold(trial: Trial) -> list[str]:
    """What is not as found and not named in not_restored of the last run."""
    result = trial.last.result
    sentences = result.values["not_restored"] if result is not None else []
    return [
        f"not told: {one.what} (told: {sentences})"
        for one in trial.found.deviations(trial)
        if not (one.named and any(re.search(one.named, text) for text in sentences))
    ]


def _unexplained(trial: Trial) -> list[str]:
    """An error that nothing explains which has happened."""
    result = _last_word(trial)
    if result is None:
        return ["the last run has no result"]
    if result.error is None:
        return []
    told = f"{result.status}: {result.error}"
    if any(re.search(pattern, told) for pattern in trial.excused):
        return []
    return [f"unexplained: {told}"]


def _last_word(trial: Trial) -> RotationResult | None:
    """Return the result that says why nobody went on.

    A signal explains that a run was stopped; why none of the later ones of the same person went on,
    the last of them says, which was refused.
    """
    last = trial.last
    planned = any(fault.kind in SIGNALS for fault in trial.plan.faults)
    if last.result is None or last.result.status != "stopped" or not planned:
        return last.result
    later = trial.runs[trial.runs.index(last) :]
    return [run for run in later if run.policy.run.startswith(PERSON)][-1].result
