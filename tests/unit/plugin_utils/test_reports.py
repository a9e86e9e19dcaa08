# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports and their templates are where people expect them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.plugins.plugin_utils.reports import (
    TEMPLATE_FOLDER,
    whole_path,
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
        ("build/demo", "/home/me/build/demo"),
        ("../reports", "/home/reports"),
        ("/var/lib/reports", "/var/lib/reports"),
        ("~/reports", "/root-of-me/reports"),
    ],
)
def test_a_relative_path_is_meant_from_where_ansible_was_started(
    path: str, whole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PWD", "/home/me")
    monkeypatch.setenv("HOME", "/root-of-me")
    assert whole_path(path) == whole
