# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell what has happened in a trial."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.simulate.trial import Trial
from ansible_collections.nodeops.rotator.tests.simulation.runs import Run


def story(trial: Trial) -> list[str]:
    """Return what has happened, by the runs and by others."""
    told = [
        (at, f"{event.subject} {event.phase} {event.text}")
        for run in trial.runs
        for at, event in run.events
    ]
    ended = [
        (trial.ends[run.policy.run], f"end of {run.policy.run}: {_outcome(run)}")
        for run in trial.runs
        if run.policy.run in trial.ends
    ]
    lines = sorted([*told, *trial.log, *ended], key=lambda line: line[0])
    return [f"{at:7.1f} {text}" for at, text in lines]


def _outcome(run: Run) -> str:
    result = run.result
    if result is None:
        return "killed"
    return f"{result.status}; {result.error}; not restored: {result.values['not_restored']}"
