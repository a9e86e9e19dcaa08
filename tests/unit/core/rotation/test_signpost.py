# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tag that says who is at work, and where."""

from __future__ import annotations

import re

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.signpost import (
    Signpost,
    read_signpost,
)

UID = "0c1b7a9e-3a5d-4c7e-9a55-0d3a1a2b3c4d"


@pytest.mark.parametrize(
    "sign",
    [Signpost("r1", "kube-system", UID), Signpost("", "", ""), Signpost("20260601T1-ab", "x", UID)],
)
def test_what_is_written_is_what_is_read(sign: Signpost) -> None:
    assert read_signpost(sign.text) == sign


@pytest.mark.parametrize("run", ["ü night, 7", "r" * 300])
def test_a_tag_takes_any_run(run: str) -> None:
    text = Signpost(run, "n" * 63, UID).text
    assert len(text) <= 256
    assert re.fullmatch(r"[A-Za-z0-9 +=._:/@-]*", text)
    assert read_signpost(text).cluster == UID


@pytest.mark.parametrize("text", ["", "r1", "run r1", "anything else"])
def test_another_text_names_no_cluster(text: str) -> None:
    assert read_signpost(text) == Signpost(text)
