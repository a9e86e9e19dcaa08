# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""rotation_report: reports on the control node, or one line that says why not."""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.action import ActionBase

from ansible_collections.nodeops.rotator.plugins.action.rotation_report import ActionModule
from ansible_collections.nodeops.rotator.tests.unit.core.report.report_builders import ROTATION


def write(monkeypatch: pytest.MonkeyPatch, check_mode: bool = False, **args: Any) -> dict[str, Any]:
    """The result of the action with these arguments."""
    action = ActionModule.__new__(ActionModule)
    action._task = types.SimpleNamespace(args=args, check_mode=check_mode)
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp, task_vars: {})
    return action.run()


def test_reports_are_written_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(json.dumps(record) + "\n" for record in ROTATION)
    (tmp_path / "events.jsonl").write_text(lines)
    result = write(monkeypatch, report_dir=str(tmp_path))
    assert result["changed"] is False
    assert str(tmp_path / "report.html") in result["files"]
    assert all(Path(path).exists() for path in result["files"])


def test_without_a_log_it_fails_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = write(monkeypatch, report_dir=str(tmp_path))
    assert result == {
        "failed": True,
        "msg": f"No report was written: there is no event log in {tmp_path}",
    }


def test_a_broken_template_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "events.jsonl").write_text("")
    (tmp_path / "own.txt.j2").write_text("{% if %}")
    result = write(monkeypatch, report_dir=str(tmp_path), templates=str(tmp_path))
    assert result["failed"] is True
    assert result["msg"].startswith("No report was written: ")


def test_check_mode_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "events.jsonl").write_text("")
    assert write(monkeypatch, check_mode=True, report_dir=str(tmp_path))["files"] == []
    assert [path.name for path in tmp_path.iterdir()] == ["events.jsonl"]
