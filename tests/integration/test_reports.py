# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person sees of a rotation, and the reports that it leaves."""

from __future__ import annotations

import json
import stat

import pytest

from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire


@pytest.fixture
def small(small: WorldOnWire) -> WorldOnWire:
    """A world whose playbooks are shown by our callback."""
    small.env["ANSIBLE_STDOUT_CALLBACK"] = "nodeops.rotator.rotation"
    return small


def test_a_rotation_shows_its_lines_and_table_and_leaves_reports(small: WorldOnWire) -> None:
    outcome = small.playbook("rotate_eks", rotation_report_dir="reports")
    assert outcome.code == 0, outcome.output
    assert "TASK [" not in outcome.output
    assert "RECAP" not in outcome.output
    assert outcome.output.count("terminated  i-") >= 4
    directory = small.folder / "reports"
    report = json.loads((directory / "report.json").read_text())
    (group,) = report["node_groups"]
    assert (group["status"], group["ok"], group["replaced"]) == ("complete", True, 4)
    assert sum(node["leaves"] and node["outcome"] == "replaced" for node in group["nodes"]) == 4
    assert all(node["spans"] for node in group["nodes"])
    assert stat.S_IMODE((directory / "events.jsonl").stat().st_mode) == 0o600
    (directory / "report.html").unlink()
    again = small.playbook("report", rotation_report_dir="reports")
    assert again.code == 0, again.output
    assert "</html>" in (directory / "report.html").read_text()


def test_a_failure_is_one_message_and_the_report_has_it(small: WorldOnWire) -> None:
    given = {"prepare_update_template": False, "rotate_max_node_age": 1}
    outcome = small.playbook(
        "rotate_eks", rotation_report_dir="reports", rotate_lock_namespace="gone", **given
    )
    assert outcome.code != 0
    report = json.loads((small.folder / "reports" / "report.json").read_text())
    (group,) = report["node_groups"]
    told = [line for line in outcome.output.splitlines() if group["error"] in line]
    assert len(told) == 1, outcome.output
    assert (group["status"], group["ok"]) == ("refused", False)


def test_a_report_that_cannot_be_written_fails_no_rotation(small: WorldOnWire) -> None:
    templates = small.folder / "templates"
    templates.mkdir()
    (templates / "own.md.j2").write_text("{{ nothing }}")
    outcome = small.playbook(
        "rotate_eks",
        prepare_update_template=False,
        rotation_report_dir="reports",
        rotation_report_templates=str(templates),
    )
    assert outcome.code == 0, outcome.output
    assert "No report was written: a template in" in outcome.output


def test_a_directory_that_cannot_be_written_is_refused_before_anything_is_touched(
    small: WorldOnWire,
) -> None:
    (small.folder / "file").write_text("")
    before = small.changes()
    outcome = small.playbook("rotate_eks", rotation_report_dir="file/reports")
    assert outcome.code != 0
    assert "rotation_report_dir is 'file/reports', but " in outcome.output
    assert small.changes() == before
