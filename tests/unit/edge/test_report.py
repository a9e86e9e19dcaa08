# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports are whole, say the same in each form, and escape what others wrote."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    FailedError,
    InputError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.event_log import FILE
from ansible_collections.nodeops.rotator.plugins.module_utils.edge.report import (
    TEMPLATES,
    close_log,
    open_log,
    write_reports,
)
from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import TEMPLATE_FOLDER
from ansible_collections.nodeops.rotator.tests.unit.core.report.report_builders import (
    ROTATION,
    event,
    of_old,
    result,
)

HOSTILE = '<script>alert(1)</script> {{ 7 * 7 }} | " \\ end'


def reports(directory: Path, *records: dict[str, Any]) -> dict[str, str]:
    """The reports of a log with these records, by name."""
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (directory / FILE).write_text(lines)
    paths = write_reports(str(directory), TEMPLATE_FOLDER)
    return {Path(path).name: Path(path).read_text() for path in paths}


class Page(HTMLParser):
    """Collects the tags and addresses of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


@pytest.fixture
def made(tmp_path: Path) -> dict[str, str]:
    return reports(tmp_path, *ROTATION)


def test_every_form_of_the_report_is_written(made: dict[str, str]) -> None:
    assert sorted(made) == [
        "junit.xml",
        "metrics.prom",
        "report.html",
        "report.json",
        "report.md",
    ]


def test_json_has_the_schema_and_the_stages_of_each_node(made: dict[str, str]) -> None:
    report = json.loads(made["report.json"])
    old = report["node_groups"][0]["nodes"][1]
    assert report["schema"] == 1
    assert old["spans"][0] == {
        "stage": "cordoned",
        "began": 1_000_070.0,
        "ended": 1_000_071.0,
        "text": "version 1, target is 2",
    }


def test_junit_has_a_suite_for_each_group_and_a_case_for_each_node(tmp_path: Path) -> None:
    failed = of_old(75, "failed", text="2 pods are blocked")
    text = reports(tmp_path, *ROTATION[:5], failed, result(90, "failed", error="gave up"))
    root = ElementTree.fromstring(text["junit.xml"])
    (suite,) = root.findall("testsuite")
    cases = suite.findall("testcase")
    assert [len(case.findall("failure")) for case in cases] == [1, 0, 1]
    assert (root.get("tests"), root.get("failures")) == ("3", "2")
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")


def test_metrics_end_as_openmetrics_wants_and_carry_the_figures(made: dict[str, str]) -> None:
    lines = made["metrics.prom"].splitlines()
    assert lines[-1] == "# EOF"
    assert 'rotator_rotation_ok{node_group="blue",run="night-7",status="complete"} 1' in lines
    assert 'rotator_blocked_seconds{node_group="blue",run="night-7"} 30.0' in lines


def test_markdown_has_a_row_for_each_group_and_node(made: dict[str, str]) -> None:
    assert "| blue | complete | 1 | ami-old → ami-new |" in made["report.md"]
    assert "| ip-10-0-0-4 | i-old | b | outdated | replaced | 2 | 30 s |" in made["report.md"]


def test_the_page_loads_nothing_and_runs_nothing(made: dict[str, str]) -> None:
    page = Page(made["report.html"])
    assert "script" not in page.tags
    assert all(address.startswith(("#", "data:")) for address in page.addresses)
    assert "svg" in page.tags


def test_what_others_wrote_is_text_in_every_form(tmp_path: Path) -> None:
    made = reports(
        tmp_path, *ROTATION[:-1], event(139, "warning", text=HOSTILE), result(141, error=HOSTILE)
    )
    assert "script" not in Page(made["report.html"]).tags
    assert "{{ 7 * 7 }}" in made["report.html"]
    assert "&lt;script&gt;" in made["report.html"]
    ElementTree.fromstring(made["junit.xml"])
    cells = [line for line in made["report.md"].splitlines() if "alert(1)" in line]
    assert all("\\|" in line for line in cells)


def test_a_log_without_rotations_makes_reports_all_the_same(tmp_path: Path) -> None:
    made = reports(tmp_path)
    ElementTree.fromstring(made["junit.xml"])
    assert json.loads(made["report.json"])["node_groups"] == []


def test_a_report_replaces_the_one_before_and_leaves_nothing_beside(tmp_path: Path) -> None:
    reports(tmp_path, *ROTATION[:3])
    made = reports(tmp_path, *ROTATION)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*made, FILE])


def options(directory: object) -> dict[str, Any]:
    return {"report_dir": directory}


@pytest.mark.parametrize(("directory", "check_mode"), [(None, False), ("somewhere", True)])
def test_without_a_directory_and_in_check_mode_nothing_is_kept(
    directory: str | None, check_mode: bool
) -> None:
    log = open_log(options(directory), "night-7", check_mode, "blue")
    assert log is None
    assert close_log(log, "somewhere", {}, None) == ()


def test_the_end_of_a_rotation_is_kept_and_the_reports_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TEMPLATES, TEMPLATE_FOLDER)
    log = open_log(options(str(tmp_path)), "night-7", False, "blue")
    values = {"status": "failed", "nodes": [{"console_output": "secret"}]}
    assert close_log(log, str(tmp_path), values, FailedError("it is locked")) == ()
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["node_groups"][0]["error"] == "it is locked"
    assert "secret" not in (tmp_path / FILE).read_text()


def test_what_goes_wrong_with_a_report_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TEMPLATES, TEMPLATE_FOLDER)
    log = open_log(options(str(tmp_path)), "night-7", False, "blue")
    (tmp_path / "report.json").mkdir()
    (lost,) = close_log(log, str(tmp_path), {"status": "complete"}, None)
    assert lost.startswith(f"no report was written in {tmp_path}: ")


def test_a_directory_without_a_log_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no event log"):
        write_reports(str(tmp_path), TEMPLATE_FOLDER)
