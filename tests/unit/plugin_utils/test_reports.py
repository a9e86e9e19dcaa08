# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports and their templates are where people expect them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.plugins.plugin_utils import reports
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import (
    TEMPLATE_FOLDER,
    whole_path,
    wrong_directory,
)


def test_there_is_one_template_for_each_report() -> None:
    assert sorted(path.name for path in Path(TEMPLATE_FOLDER).iterdir()) == [
        "junit.xml.j2",
        "metrics.prom.j2",
        "report.html.j2",
        "report.md.j2",
    ]


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("build/demo", "{here}/build/demo"),
        ("../reports", "{above}/reports"),
        ("/var/lib/reports", "/var/lib/reports"),
        ("~/reports", "/root-of-me/reports"),
    ],
)
def test_a_relative_path_is_meant_from_where_ansible_was_started(
    path: str, whole: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/root-of-me")
    assert whole_path(path) == whole.format(here=tmp_path, above=tmp_path.parent)


@pytest.mark.parametrize("path", ["", "{here}", "{here}/new", "{here}/new/and/newer"])
def test_reports_can_be_kept_where_a_directory_is_or_can_be_made(path: str, tmp_path: Path) -> None:
    assert wrong_directory(path.format(here=tmp_path)) == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["{here}/file", "{here}/file/reports"])
def test_a_file_is_no_directory(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = wrong_directory(path.format(here=tmp_path))
    assert f"but {tmp_path}/file is no directory. Name a directory" in said


def test_a_directory_that_may_not_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports.os, "access", lambda path, mode: False)
    assert f"but {tmp_path} may not be written" in wrong_directory(str(tmp_path / "new"))
