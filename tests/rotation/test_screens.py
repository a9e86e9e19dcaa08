# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people see is what was reviewed.

That is in the files in `golden`, which `make golden` writes.
"""

from __future__ import annotations

import re

import pytest

from ansible_collections.nodeops.rotator.tests.rotation.screens import GOLDEN, WIDTHS, screens

ESCAPE = re.compile(r"\033\[[0-9;]*m")


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    """Return all screens."""
    return screens()


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir()))
def test_a_screen_is_the_one_that_was_reviewed(shown: dict[str, str], name: str) -> None:
    assert shown[name] == (GOLDEN / name).read_text(encoding="utf-8")


def test_every_screen_was_reviewed(shown: dict[str, str]) -> None:
    assert sorted(shown) == sorted(path.name for path in GOLDEN.iterdir())


def test_colors_change_no_text(shown: dict[str, str]) -> None:
    bright = {name: text for name, text in shown.items() if name.endswith(".ansi")}
    assert len(bright) == 9
    assert all("\033[" in text for text in bright.values())
    for name, text in bright.items():
        assert ESCAPE.sub("", text) == shown[name.replace(".ansi", ".txt")]


@pytest.mark.parametrize("name", ["plan", "progress", "failure"])
def test_no_line_is_cut_in_a_log(shown: dict[str, str], name: str) -> None:
    assert "…" not in shown[f"{name}-log.txt"]


def test_progress_fits_in_80_columns(shown: dict[str, str]) -> None:
    lines = shown["progress-80.txt"].partition("\n\nNODE GROUP")[0].splitlines()
    assert [text for text in lines if len(text) > WIDTHS[0]] == []
