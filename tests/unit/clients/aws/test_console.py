# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of what an instance has written to its console."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.console import (
    LAST_CHARACTERS,
    LAST_LINES,
    console_output,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded, refusal


def read(answer: Any) -> str:
    """What is read of instance i-1."""
    return console_output(Aws(Recorded(GetConsoleOutput=answer)), "i-1")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("booting\r\nkernel panic\r\n", "booting\nkernel panic"),
        ("\x1b[1;31mkernel\x1b[0m panic\x07", "kernel panic"),
        ("a\tb", "a\tb"),
        ("", ""),
        (None, ""),
    ],
)
def test_it_is_told_without_what_would_disturb_a_screen(written: str | None, told: str) -> None:
    assert read({"Output": written}) == told


def test_none_yet_is_no_error() -> None:
    assert read({"InstanceId": "i-1"}) == ""


def test_only_the_end_is_told() -> None:
    lines = [f"line {number}" for number in range(LAST_LINES + 20)]
    assert read({"Output": "\n".join(lines)}).splitlines() == lines[-LAST_LINES:]
    assert len(read({"Output": "x" * 3 * LAST_CHARACTERS})) == LAST_CHARACTERS


def test_the_latest_is_asked_for_where_the_instance_type_allows_that() -> None:
    raw = Recorded(GetConsoleOutput=[refusal("UnsupportedOperation"), {"Output": "booting"}])
    assert console_output(Aws(raw), "i-1") == "booting"
    assert raw.asked("GetConsoleOutput") == [
        {"InstanceId": "i-1", "Latest": True},
        {"InstanceId": "i-1"},
    ]


def test_that_it_may_not_be_read_is_an_error() -> None:
    with pytest.raises(ForbiddenError, match="console output of instance i-1"):
        read(refusal("UnauthorizedOperation"))
