# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a rotation and a job of AWX by ansible-rulebook when an AMI is released."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ansible_collections.nodeops.rotator.tests.integration.ended import GROUP, until
from ansible_collections.nodeops.rotator.tests.integration.wire import (
    PROGRAMS,
    QUICK,
    WorldOnWire,
    world_on_wire,
)
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

RULEBOOK = ROOT / "build" / "eda" / "bin" / "ansible-rulebook"
pytestmark = pytest.mark.skipif(
    not RULEBOOK.exists() or shutil.which("java") is None,
    reason="ansible-rulebook or Java is not there, see tools/run_extensions.py",
)
TEMPLATE = "Rotate the fleet"
PARAMETER = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended"
Call = tuple[str, dict[str, Any]]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[WorldOnWire]:
    """Serve a small world for this test: one node group."""
    with world_on_wire("small", tmp_path) as world:
        yield world


def inventory_of(world: WorldOnWire) -> Path:
    """Return a folder with the inventory and the variables of a rotation."""
    folder = world.folder / "inventory"
    (folder / "group_vars").mkdir(parents=True)
    shutil.copy(world.inventory, folder)
    quick = {**QUICK, "rotate_max_surge": 1}
    (folder / "group_vars" / "all.yml").write_text(json.dumps(quick))
    return folder


@contextmanager
def rulebook(
    world: WorldOnWire, name: str, *options: str, **variables: Any
) -> Iterator[tuple[Path, Callable[[Callable[[], bool]], None]]]:
    """Run a rulebook while the block runs.

    Yield the file of its output, and a function that waits for something.
    """
    output, values = world.folder / "rulebook.log", world.folder / "variables.json"
    usual = {
        "ami_parameters": [PARAMETER],
        "ami_region": world.env["AWS_REGION"],
        "ami_interval": 1,
        "ami_state_file": str(world.folder / "state.json"),
    }
    values.write_text(json.dumps({**usual, **variables}))
    paths = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    with output.open("wb") as log:
        process = subprocess.Popen(
            [str(RULEBOOK), "-r", name, "-i", str(inventory_of(world)), "--vars", str(values)]
            + ["--verbose", *options],
            cwd=world.folder,
            env=world.environment(PATH=paths, **world.reach(world.next_run())),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

        def happened(holds: Callable[[], bool]) -> None:
            until("what the rule does", lambda: holds() or process.poll() is not None)
            assert process.poll() is None, output.read_text()

        try:
            yield output, happened
        finally:
            process.terminate()
            process.wait()


def test_a_released_ami_starts_the_rotation_and_is_told_once(small: WorldOnWire) -> None:
    small.rules(GROUP, 1)
    new = small.report()["facts"]["new_image"]
    given = {"rotation_playbook": "nodeops.rotator.rotate_eks"}
    with rulebook(small, "nodeops.rotator.ami_release", **given) as (output, happened):
        happened(lambda: "PLAY RECAP" in output.read_text())
    report = small.report()
    assert set(report["groups"][GROUP]["images"]) == {new}, output.read_text()
    assert report["breaches"] == []
    told = json.loads((small.folder / "state.json").read_text())
    assert list(told.values()) == [new]


class Controller(BaseHTTPRequestHandler):
    """A receiver that answers as the API of AWX does for one job template."""

    calls: ClassVar[list[Call]] = []

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""

    def _answer(self, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        """Answer with the template, and with a job that has succeeded."""
        self.calls.append((self.path, {}))
        template = {
            "id": 7,
            "name": TEMPLATE,
            "type": "job_template",
            "ask_variables_on_launch": True,
            "ask_inventory_on_launch": True,
            "ask_limit_on_launch": True,
            "ask_labels_on_launch": False,
            "summary_fields": {"organization": {"name": "Default", "id": 1}},
            "related": {"launch": "/api/v2/job_templates/7/launch/"},
        }
        job = {"id": 8, "status": "successful", "url": "/api/v2/jobs/8/", "artifacts": {}}
        found = template if "templates" in self.path else job
        pages = {"count": 1, "next": None, "previous": None, "results": [found]}
        self._answer({"version": "24.6.1"} if "config" in self.path else pages)

    def do_POST(self) -> None:
        """Start a job."""
        given = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        self.calls.append((self.path, given))
        self._answer({"id": 8, "job": 8, "status": "pending", "url": "/api/v2/jobs/8/"})


def test_a_released_ami_starts_a_job_template(small: WorldOnWire) -> None:
    calls: list[Call] = []
    handler = type("Here", (Controller,), {"calls": calls})
    variables = {"awx_job_template": TEMPLATE, "awx_organization": "Default"}
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        way = ("--controller-url", f"http://127.0.0.1:{server.server_port}/api/")
        with rulebook(
            small,
            "nodeops.rotator.ami_release_awx",
            *way,
            "--controller-token",
            "token",
            awx_variables={"rotation_rings": ["dev"]},
            **variables,
        ) as (output, happened):
            happened(lambda: any("launch" in path for path, _given in calls))
        server.shutdown()
    path, given = next(call for call in calls if "launch" in call[0])
    assert path == "/api/v2/job_templates/7/launch/", output.read_text()
    assert given["extra_vars"]["rotation_rings"] == ["dev"], given
