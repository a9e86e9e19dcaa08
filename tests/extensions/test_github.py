# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the workflow of extensions/github. No GitHub runs it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nodeops.rotator.plugins.plugin_utils.variables import known
from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

ACTIONLINT = ROOT / "build" / "go" / "actionlint"
FILE = ROOT / "extensions/github/ami-release.yml"
RINGS = ("first", "second", "third")


def workflow() -> dict[str, Any]:
    """Return the workflow. YAML 1.1 takes the key `on` for true."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return found


def scripts() -> list[str]:
    """Return the scripts of all steps."""
    steps = [step for job in workflow()["jobs"].values() for step in job["steps"]]
    return [step["run"] for step in steps if "run" in step]


@pytest.mark.skipif(
    not ACTIONLINT.exists(), reason="actionlint is not there, see tools/run_extensions.py"
)
def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    command = [str(ACTIONLINT), "-no-color", str(FILE)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_no_ring_begins_before_the_one_before_has_ended() -> None:
    jobs = workflow()["jobs"]
    assert [jobs[ring]["needs"] for ring in RINGS] == ["check", "first", "second"]


def test_a_ring_waits_for_people_and_for_other_workflows() -> None:
    for ring in RINGS:
        job = workflow()["jobs"][ring]
        assert job["environment"] == f"rotation-${{{{ inputs.{ring}_ring }}}}"
        assert job["concurrency"]["group"] == (
            f"rotation-${{{{ inputs.fleet }}}}-${{{{ inputs.{ring}_ring }}}}"
        )
        assert job["concurrency"]["cancel-in-progress"] is False


def test_no_input_is_put_into_a_script() -> None:
    assert scripts()
    assert [text for text in scripts() if "${{" in text] == []


def test_all_variables_in_scripts_are_ours() -> None:
    words = {word.split("=")[0].strip('"') for text in scripts() for word in text.split()}
    ours = {word for word in words if word.startswith(("rotation_", "check_amis_"))}
    assert {"rotation_pins_file", "rotation_report_dir", "check_amis_file"} <= ours
    assert ours <= set(known())
