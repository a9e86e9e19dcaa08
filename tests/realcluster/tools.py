# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run kubectl and modules on the real control plane, each as a user of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from ansible_collections.nodeops.rotator.tests.integration.drain.drain_wire import CALL_MODULE
from ansible_collections.nodeops.rotator.tests.realcluster.stage import Reach

LIMIT = 240.0
"""Seconds after which a tool counts as stuck."""


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a tool, without the caller's clusters or accounts."""
    foreign = ("K8S_AUTH_", "AWS_", "KUBE")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    # kubernetes.core keeps in TMPDIR what it has found out about a server.
    places = {"HOME": str(home), "TMPDIR": str(home), "AWS_EC2_METADATA_DISABLED": "true"}
    return {**kept, **places}


def kubectl(reach: Reach, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the kubectl of the development environment to its end."""
    beside = Path(sys.executable).with_name("kubectl")
    found = str(beside) if beside.exists() else shutil.which("kubectl")
    assert found, "kubectl is missing: install the development requirements"
    return subprocess.run(
        [found, "--kubeconfig", str(reach.kubeconfig("kubectl")), *arguments],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


def module(
    reach: Reach, home: Path, name: str = "nodeops.rotator.node_drain", **options: Any
) -> Any:
    """Run a module as Ansible starts it; return its result.

    It has `failed` if the module failed.
    """
    collection, _dot, plugin = name.rpartition(".")
    given = {"kubeconfig": str(reach.kubeconfig("module")), **options}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            CALL_MODULE,
            f"ansible_collections.{collection}.plugins.modules.{plugin}",
        ],
        input=json.dumps(given),
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.stdout.strip().startswith("{"), done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
