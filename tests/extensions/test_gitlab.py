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
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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
      first_clusters: [cluster_demo, node_groups]
      playbook_options: -e @quick.json
"""
CHECK, FIRST = "check for new AMIs", "rotate first ring: [cluster_demo]"
TOKEN = "glpat-of-the-bot"
Note = tuple[str, str, str]


@contextmanager
def receiver() -> Iterator[tuple[str, list[Note]]]:
    """Serve the API of a GitLab.

    Yields its address, and the notes that it gets: path, token and body.
    """
    notes: list[Note] = []

    class Handler(BaseHTTPRequestHandler):
        """Take a note."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            notes.append((self.path, self.headers["PRIVATE-TOKEN"], body))
            self.send_response(201)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v4", notes
    finally:
        server.shutdown()
        server.server_close()


class Pipeline:
    """A repository with the pipeline, and the fleet that it rotates."""

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.fleet, self.folder = fleet, folder
        shutil.copytree(fleet.inventory, folder / "inventory")
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

    def start(self, *words: str, **variables: str) -> subprocess.Popen[str]:
        """Start jobs of the pipeline, with these variables, as a run of its own."""
        reach = self.fleet.environment()
        given = [word for pair in variables.items() for word in ("--variable", "=".join(pair))]
        paths = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
        return subprocess.Popen(
            [str(RUNNER), "--force-shell-executor", "--no-color", *words, *given],
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


def plan_in_a_merge_request(pipeline: Pipeline) -> None:
    """Run the first job for a merge request: that gets a note, and nothing changes."""
    fleet = pipeline.fleet
    before = fleet.changes()
    with receiver() as (address, notes):
        request = {"CI_API_V4_URL": address, "CI_MERGE_REQUEST_IID": "7"}
        checked = pipeline.start(CHECK, **request, ROTATION_NOTE_TOKEN=TOKEN)
        output, _errors = checked.communicate(timeout=HANGS)
    assert checked.returncode == 0, output
    assert fleet.changes() == before
    ((path, token, body),) = notes
    assert path.endswith("/merge_requests/7/notes")
    assert (token, TOKEN in output) == (TOKEN, False), output
    note = urllib.parse.parse_qs(body)["body"][0]
    assert "due, 12 nodes in 3 of 3 node groups" in note, note


def test_a_ring_is_planned_and_its_killed_job_run_again(
    pipeline: Pipeline,
) -> None:
    fleet = pipeline.fleet
    plan_in_a_merge_request(pipeline)
    killed = pipeline.start(FIRST)

    def at_work() -> bool:
        return fleet.terminated("dev") > 0 or killed.poll() is not None

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
    artifacts = pipeline.folder / ".gitlab-ci-local" / "artifacts"
    pins = json.loads(next(artifacts.rglob("pins.json")).read_text())
    assert list(pins["rotation_pins"]) == ["al2023"], output

    published = pipeline.start("pages")
    output, _errors = published.communicate(timeout=HANGS)
    assert published.returncode == 0, output
    page = next(artifacts.rglob("public/index.html")).read_text()
    assert 'href="./dev/cluster_demo/report.html"' in page
