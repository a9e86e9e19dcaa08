# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run playbooks/check_amis.yml on a simulated cluster."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration import warm_python
from ansible_collections.nodeops.rotator.tests.simulation.serve import serving

INVENTORY = "plugin: nodeops.rotator.node_groups\nregions: [eu-west-1]\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with serving("eks", tmp_path_factory.mktemp("world")) as environment:
        yield environment


def check(
    world: dict[str, str], folder: Path, *options: str, limit: str = "all"
) -> tuple[int, str, dict[str, Any]]:
    """Run the playbook; return exit code, output and the content of its file."""
    (folder / "shop.node_groups.yml").write_text(INVENTORY)
    answer = folder / "answer.json"
    playbook = Path(__file__).resolve().parents[3] / "playbooks" / "check_amis.yml"
    ran = subprocess.run(
        [
            warm_python.interpreter(),
            Path(sys.executable).parent / "ansible-playbook",
            "-i",
            folder / "shop.node_groups.yml",
            playbook,
            "--limit",
            limit,
            "-e",
            f"check_amis_file={answer}",
            *options,
        ],
        env={
            **os.environ,
            **world,
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_SHOW_CUSTOM_STATS": "true",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return (
        ran.returncode,
        ran.stdout + ran.stderr,
        json.loads(answer.read_text()) if answer.exists() else {},
    )


def calls(world: dict[str, str]) -> dict[str, int]:
    with urllib.request.urlopen(world["WORLD_URL"] + "/report") as answer:
        return dict(json.load(answer)["calls"])


def test_the_answer_is_a_table_and_a_file_and_nothing_is_touched(
    world: dict[str, str], tmp_path: Path
) -> None:
    code, output, answer = check(world, tmp_path, "--check")
    assert code == 0, output
    assert "3 of 3 node groups have an update" in output
    assert "CUSTOM STATS" in output
    heading = next(line for line in output.splitlines() if "NODE GROUP" in line)
    blue = next(line for line in output.splitlines() if '"demo-blue ' in line)
    assert heading.index("FAMILY") == blue.index("al2023")
    assert heading.index("STATUS") == blue.index("31 days behind")
    assert (answer["updates"], answer["errors"], answer["update_available"]) == (3, 0, True)
    assert {
        row["node_group"]: (row["family"], row["behind_days"]) for row in answer["node_groups"]
    } == dict.fromkeys(("demo-blue", "demo-green", "demo-storage"), ("al2023", 31))
    wrote = [
        name
        for name in calls(world)
        if name.split(":")[1].startswith(
            ("Create", "Update", "Modify", "Put", "create", "patch", "POST")
        )
    ]
    assert wrote == []


def test_a_pipeline_can_branch_on_the_exit_code(world: dict[str, str], tmp_path: Path) -> None:
    code, output, answer = check(world, tmp_path, "-e", "check_amis_fail=true", limit="demo-blue")
    assert code == 2
    assert "1 of 1 node groups have an update; see the table" in output
    assert answer["updates"] == 1, "the file is written all the same"


def test_a_node_group_that_cannot_be_checked_is_a_row_and_a_failure(
    world: dict[str, str], tmp_path: Path
) -> None:
    code, output, answer = check(
        world, tmp_path, "-e", "check_amis_kubernetes_version=1.99", limit="demo-blue:demo-green"
    )
    assert code == 2
    assert "2 of 2 node groups could not be checked" in output
    assert "newer than the control plane" in answer["node_groups"][0]["error"]
    assert any('"demo-blue ' in line and "newer than" in line for line in output.splitlines())


def test_the_lookup_is_also_known_as_eks_ami_info(world: dict[str, str], tmp_path: Path) -> None:
    arguments = "family=al2023 kubernetes_version=1.33"
    ran = subprocess.run(
        [
            warm_python.interpreter(),
            Path(sys.executable).parent / "ansible",
            "localhost",
            "-m",
            "nodeops.rotator.eks_ami_info",
            "-a",
            arguments,
        ],
        env={
            **os.environ,
            **world,
            "ANSIBLE_HOME": str(tmp_path / "home"),
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert '"family": "al2023"' in ran.stdout, ran.stdout + ran.stderr
