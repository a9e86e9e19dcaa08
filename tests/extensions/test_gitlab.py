# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the pipeline of extensions/gitlab with gitlab-ci-local on a fleet."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.tests.integration.ended import processes, until
from ansible_collections.nodeops.rotator.tests.integration.fleet import Fleet, fleet_on_wire
from ansible_collections.nodeops.rotator.tests.integration.wire import HANGS, PROGRAMS, QUICK
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

RUNNER = ROOT / "build" / "npm" / "node_modules" / ".bin" / "gitlab-ci-local"
pytestmark = pytest.mark.skipif(
    not RUNNER.exists() or shutil.which("rsync") is None,
    reason="gitlab-ci-local is not there, see tools/run_extensions.py",
)
PIPELINE = """
include:
  - local: ami-release.gitlab-ci.yml
    inputs:
      inventory: inventory/
      playbook_options: -e @quick.json
"""
FIRST = "rotate first ring"


class Pipeline:
    """A repository with the pipeline, and the fleet that it rotates."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.fleet, self.folder = fleet, folder
        (folder / "inventory").mkdir(parents=True)
        shutil.copy(fleet.inventory, folder / "inventory")
        shutil.copy(ROOT / "extensions/gitlab/ami-release.gitlab-ci.yml", folder)
        (folder / ".gitlab-ci.yml").write_text(PIPELINE)
        quick = {**QUICK, "rotation_rings": list(fleet.worlds), "rotate_max_surge": 1}
        (folder / "quick.json").write_text(json.dumps({**quick, "rotate_lease_duration": 6}))
        fleet.command(rotate_max_surge=1)  # says by which rules it is judged
        for words in (
            ["init", "--quiet"],
            ["remote", "add", "origin", "git@gitlab.example.com:nodeops/fleet.git"],
            ["add", "--all"],
            ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "-m", "Begin"],
        ):
            subprocess.run(["git", *words], cwd=folder, check=True)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start jobs of the pipeline as a run of its own."""
        reach = self.fleet.environment()
        paths = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
        return subprocess.Popen(
            [str(RUNNER), "--force-shell-executor", "--no-color", *words],
            cwd=self.folder,
            env=self.fleet.any.environment(**reach, PATH=paths),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    """Serve a fleet, and a repository with the pipeline for it."""
    with fleet_on_wire(tmp_path) as fleet:
        yield Pipeline(fleet, tmp_path / "repository")


def test_a_ring_whose_job_was_killed_is_rotated_when_the_job_is_run_again(
    pipeline: Pipeline,
) -> None:
    fleet = pipeline.fleet
    dev = fleet.worlds["dev"]
    killed = pipeline.start(FIRST)

    def at_work() -> bool:
        calls = dev.report()["calls"]
        ended = calls.get("autoscaling:TerminateInstanceInAutoScalingGroup", 0)
        return bool(ended) or killed.poll() is not None

    until("dev is rotated", at_work)
    assert killed.poll() is None, killed.communicate()[0]
    for pid in processes(fleet.any.folder):
        os.kill(pid, signal.SIGKILL)
    killed.communicate()
    assert fleet.images()["dev"] == {"old", "new"}

    again = pipeline.start(FIRST)
    output, _errors = again.communicate(timeout=HANGS)
    assert again.returncode == 0, output
    assert fleet.images() == {"dev": {"new"}, "staging": {"old"}, "production": {"old"}}, output
    assert fleet.breaches() == []
    found = list(pipeline.folder.rglob("pins.json"))
    assert any("al2023" in path.read_text() for path in found), output
