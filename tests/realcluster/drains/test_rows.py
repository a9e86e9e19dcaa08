# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let kubectl drain and node_drain drain the same rows of pods of a real cluster.

Rows, aims and figures are those of tests/bench/drain.py, but for the ideal client. All figures come
from the audit log.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.tests.bench.contest import Row
from ansible_collections.nodeops.rotator.tests.contract.drain.twins import NODE
from ansible_collections.nodeops.rotator.tests.realcluster.stage import RealStage
from ansible_collections.nodeops.rotator.tests.realcluster.tools import kubectl, module
from ansible_collections.nodeops.rotator.tests.rotation.drain_builders import READY, STOP

ROWS = [Row(30), Row(30, stop=1, allowed=5, ready=0.5), Row(110)]


@dataclasses.dataclass(frozen=True)
class Figures:
    """What a tool needed. `seconds`: from the cordon to its last request."""

    seconds: float
    requests: int
    refusals: int


def furnished(make: Callable[[], RealStage], row: Row) -> RealStage:
    """Return a stage with the row's pods on its first node, and room on another."""
    stage = make()
    stage.node(NODE)
    notes = {READY: str(row.ready), STOP: str(row.stop)}
    stage.deployment("app", row.pods, annotations=notes, grace=max(1, row.stop))
    if row.allowed is not None:
        stage.budget("app", maxUnavailable=row.allowed)
    stage.node("spare")
    return stage


def figures(stage: RealStage) -> Figures:
    """Return the figures of the one tool that has acted on the stage."""
    found = [entry for entry in stage.reach.audit() if stage.id in entry["requestURI"]]
    moments = [datetime.datetime.fromisoformat(entry["stageTimestamp"]) for entry in found]
    first = min(
        moment
        for moment, entry in zip(moments, found, strict=True)
        if entry["verb"] == "patch" and entry["objectRef"]["resource"] == "nodes"
    )
    refusals = sum(entry.get("responseStatus", {}).get("code") == 429 for entry in found)
    return Figures((max(moments) - first).total_seconds(), len(found), refusals)


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_a_drain_takes_less_of_everything_than_kubectl(
    new_stage: Callable[[], RealStage], row: Row, tmp_path: Path
) -> None:
    ours, theirs = furnished(new_stage, row), furnished(new_stage, row)
    answer = module(ours.reach, tmp_path, nodes=[ours.names[NODE]])
    assert not answer.get("failed"), answer
    done = kubectl(theirs.reach, tmp_path, "drain", theirs.names[NODE])
    assert done.returncode == 0, done.stderr
    assert (ours.on(NODE), theirs.on(NODE)) == ([], [])
    mine, other = figures(ours), figures(theirs)
    print(f"{row.name}: node_drain {mine}, kubectl {other}")
    # With a budget the pace is that of the new pods, and the tools differ little.
    assert mine.seconds < other.seconds * (1.0 if row.allowed is None else 1.5)
    assert mine.requests <= 1.2 * row.pods
    assert mine.refusals * 3 <= other.refusals or mine.refusals == 0
