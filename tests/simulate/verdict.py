# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a world: breaches, a hang, and what is not as found and not told."""

from __future__ import annotations

import dataclasses
import re

from ansible_collections.nodeops.rotator.tests.simulate.plan import Plan
from ansible_collections.nodeops.rotator.tests.simulate.play import Hang, play
from ansible_collections.nodeops.rotator.tests.simulate.stage import Stage


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
    stage = Stage(plan)
    try:
        play(stage)
    except Hang as error:
        return Verdict(hangs=(str(error),), story=tuple(stage.story()))
    breaches = [f"{one.at:.1f} {one.command}: {one.why}" for one in stage.judge.breaches]
    return Verdict(
        (*breaches, *_false_statements(stage)),
        (),
        (*_untold(stage), *_unexplained(stage)),
        tuple(stage.story()),
    )


def _untold(stage: Stage) -> list[str]:
    """What is not as found and not named in not_restored of the last run."""
    result = stage.last.result
    sentences = result.values["not_restored"] if result is not None else []
    return [
        f"not told: {one.what} (told: {sentences})"
        for one in stage.found.deviations(stage)
        if not (one.named and any(re.search(one.named, text) for text in sentences))
    ]


def _unexplained(stage: Stage) -> list[str]:
    """An error that nothing explains which has happened."""
    result = stage.last.result
    if result is None:
        return ["the last run has no result"]
    if result.error is None:
        return []
    told = f"{result.status}: {result.error}"
    if any(re.search(pattern, told) for pattern in stage.excused):
        return []
    return [f"unexplained: {told}"]


def _false_statements(stage: Stage) -> list[str]:
    """Statuses that say what is not so."""
    result = stage.last.result
    if result is None or result.status not in ("complete", "unchanged"):
        return []
    target = stage.world.facts["new_image"]
    old = [one.id for one in stage.instances() if one.image_id != target]
    found = [f"{result.status} is said, and {', '.join(old)} runs another image"] if old else []
    lost = stage.found.untargeted & {one.id for one in stage.instances(True)}
    if lost and result.status == "complete" and stage.group.target_groups:
        found.append(f"complete is said, and {', '.join(sorted(lost))} gets no traffic")
    return found
