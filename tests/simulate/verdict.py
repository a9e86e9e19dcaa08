# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a world: breaches, a hang, and what is not as found and not told."""

from __future__ import annotations

import dataclasses
import re
import traceback

from ansible_collections.nodeops.rotator.tests.simulate.plan import Plan
from ansible_collections.nodeops.rotator.tests.simulate.play import Hang, play
from ansible_collections.nodeops.rotator.tests.simulate.story import story
from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulate.truthful import false_statements


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
    result = trial.last.result
    if result is None:
        return ["the last run has no result"]
    if result.error is None:
        return []
    told = f"{result.status}: {result.error}"
    if any(re.search(pattern, told) for pattern in trial.excused):
        return []
    return [f"unexplained: {told}"]
