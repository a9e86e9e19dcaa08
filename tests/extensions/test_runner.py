# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the project of extensions/awx through ansible-runner, as AWX does."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.ended import processes, until
from ansible_collections.nodeops.rotator.tests.integration.fleet import Fleet, fleet_on_wire
from ansible_collections.nodeops.rotator.tests.integration.wire import HANGS, PROGRAMS, QUICK
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

SURVEY = {"rotation_only_rings": '["dev"]', "rotate_max_surge": "1", "rotate_canary": "1"}
"""Answers, which are text."""


class Job:
    """A job of AWX: its private data, and the process of ansible-runner."""

    def __init__(self, fleet: Fleet, folder: Path, **answers: Any) -> None:
        fleet.command(rotate_max_surge=1)  # says by which rules it is judged
        self.folder = folder
        shutil.copytree(ROOT / "extensions/awx/project", folder / "project")
        (folder / "inventory").mkdir()
        shutil.copy(fleet.inventory, folder / "inventory")
        (folder / "env").mkdir()
        given = {**QUICK, "rotation_rings": list(fleet.worlds), "rotate_lease_duration": 6}
        (folder / "env" / "extravars").write_text(json.dumps({**given, **SURVEY, **answers}))
        self.process = subprocess.Popen(
            [str(PROGRAMS / "ansible-runner"), "run", str(folder), "-p", "rotate_fleet.yml"],
            env=fleet.any.environment(
                **fleet.environment(), PATH=f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def output(self) -> str:
        """Return what it has printed, once it has ended."""
        return self.process.communicate(timeout=HANGS)[0]

    def artifacts(self) -> dict[str, Any]:
        """Return what set_stats handed to the next job of a workflow."""
        found: dict[str, Any] = {}
        for path in self.folder.glob("artifacts/*/job_events/*.json"):
            data = json.loads(path.read_text())["event_data"]
            found |= data.get("artifact_data") or {}
        return found


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """Serve a fleet for this test: one small cluster in each of three rings."""
    with fleet_on_wire(tmp_path) as found:
        yield found


def test_a_job_that_was_killed_is_started_again_and_hands_over_its_release(
    fleet: Fleet, tmp_path: Path
) -> None:
    dev = fleet.worlds["dev"]
    killed = Job(fleet, tmp_path / "first")

    def at_work() -> bool:
        calls = dev.report()["calls"]
        ended = calls.get("autoscaling:TerminateInstanceInAutoScalingGroup", 0)
        return bool(ended) or killed.process.poll() is not None

    until("dev is rotated", at_work)
    assert killed.process.poll() is None, killed.output()
    for pid in processes(fleet.any.folder):
        os.kill(pid, signal.SIGKILL)
    killed.output()

    again = Job(fleet, tmp_path / "second")
    output = again.output()
    assert again.process.returncode == 0, output
    assert fleet.images() == {"dev": {"new"}, "staging": {"old"}, "production": {"old"}}, output
    assert fleet.breaches() == []
    pins = again.artifacts()["rotation_pins"]
    assert list(pins) == ["al2023"]
    assert again.artifacts()["rotation_failed"] == []
