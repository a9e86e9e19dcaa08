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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.integration.ended import processes
from ansible_collections.nodeops.rotator.tests.integration.wire import HANGS, PROGRAMS, Commands
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

SETTINGS = {"fact_cache": "fact_cache", "fact_cache_type": "jsonfile"}
"""A job template of AWX with fact storage."""


class Job:
    """A job of AWX: its private data, and the process of ansible-runner.

    `playbook` is one of the project, `inventory` the content of the inventory by file name,
    `answers` are the extra variables: those of the template, the answers of its survey, which are
    text, and the artifacts of the jobs before it in a workflow. `environment` is that of its
    credentials.
    """

    def __init__(
        self,
        commands: Commands,
        folder: Path,
        playbook: str,
        inventory: Mapping[str, str],
        answers: Mapping[str, Any],
        environment: Mapping[str, str | None],
    ) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "extensions/awx/project", folder / "project")
        for name, text in {
            **{f"inventory/{name}": text for name, text in inventory.items()},
            "env/extravars": json.dumps(answers),
            "env/settings": json.dumps(SETTINGS),
        }.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        own = {
            "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "TMPDIR": str(folder),
            "ANSIBLE_HOME": str(folder / "ansible"),
        }
        self.process = subprocess.Popen(
            [str(PROGRAMS / "ansible-runner"), "run", str(folder), "-p", f"{playbook}.yml"],
            env=commands.environment(**{**environment, **own}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def output(self) -> str:
        """Return what it has printed, once it has ended."""
        return self.process.communicate(timeout=HANGS)[0]

    def kill(self) -> None:
        """Kill all its processes, as where the machine is lost."""
        for pid in processes(self.folder):
            os.kill(pid, signal.SIGKILL)
        self.output()

    def artifacts(self) -> dict[str, Any]:
        """Return what set_stats handed to the next job of a workflow."""
        found: dict[str, Any] = {}
        for path in self.folder.glob("artifacts/*/job_events/*.json"):
            data = json.loads(path.read_text())["event_data"]
            found |= data.get("artifact_data") or {}
        return found
