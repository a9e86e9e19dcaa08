# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install the collection from a built archive; run playbooks by full name."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.warm import HANGS
from ansible_collections.nodeops.rotator.tests.integration.wire import PROGRAMS, TREE, WorldOnWire
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT


def galaxy(*arguments: str, cwd: Path, path: str = "") -> None:
    """Run ansible-galaxy with settings of its own."""
    env = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": path or str(cwd),
        "ANSIBLE_HOME": str(cwd),
        "HOME": str(cwd),
    }
    command = [str(PROGRAMS / "ansible-galaxy"), "collection", *arguments]
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, timeout=HANGS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the archive from the tracked files, as `make build` does."""
    folder = tmp_path_factory.mktemp("archive")
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        collection: Any = importlib.import_module("collection")
    finally:
        sys.path.remove(str(ROOT / "tools"))
    with collection.copied() as place:
        galaxy("build", str(place), "--output-path", str(folder), cwd=folder)
    (built,) = folder.glob("nodeops-rotator-*.tar.gz")
    return built


@pytest.fixture(scope="module")
def installed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the archive; return a collections path that holds nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    galaxy(
        "install",
        str(archive),
        "--offline",
        "--force",
        "--collections-path",
        str(folder),
        cwd=folder,
    )
    return folder


def test_the_archive_contains_only_the_product(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        found = {name.partition("/")[0] for name in tar.getnames()}
    product = {
        "plugins",
        "roles",
        "playbooks",
        "meta",
        "docs",
        "changelogs",
        "requirements.txt",
        "extensions",
    }
    texts = {
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "SECURITY.md",
        "execution-environment.yml",
    }
    assert found == product | texts | {"MANIFEST.json", "FILES.json"}


def test_the_plan_runs_from_the_installed_collection(installed: Path, small: WorldOnWire) -> None:
    before = small.changes()
    outcome = small.run(
        "ansible-playbook",
        "-vvv",
        "-i",
        str(small.inventory),
        "nodeops.rotator.plan",
        **{
            **small.who("reader"),
            "KUBECONFIG": None,
            "PYTHONPATH": os.environ.get("PYTHONPATH"),
            "ANSIBLE_COLLECTIONS_PATH": str(installed),
        },
    )
    assert outcome.code == 0, outcome.output
    assert "\nplan: due, 4 nodes in 1 of 1 node group\n" in outcome.output
    place = installed / "ansible_collections" / "nodeops" / "rotator"
    assert f"task path: {place}/roles/prepare/tasks/" in outcome.output
    assert f"Using module file {place}/plugins/modules/asg_node_replace.py" in outcome.output
    assert str(TREE) not in outcome.output
    assert small.changes() == before
