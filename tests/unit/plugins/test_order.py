# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks and roles never take the order of a set for that of the hosts.

The filters for sets return their elements in an order that differs from run to run (Ansible:
plugins/filter/mathstuff.py), and what happens after the last host must not happen before it.
"""

from __future__ import annotations

import re

import pytest

from ansible_collections.nodeops.rotator.tests.unit.floors.shape import ROOT

SETS = re.compile(r"\|\s*(?:intersect|difference|union|symmetric_difference)\(")
COUNTED = re.compile(r"[^()]*\)\s*(?:\|\s*length|else)\b")
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("playbooks", "roles")
    for path in (ROOT / folder).rglob("*.yml")
)


def ordered(text: str) -> list[str]:
    """Return each filter for sets whose elements are used, not only counted."""
    return [
        text[match.start() : match.start() + 80]
        for match in SETS.finditer(text)
        if not COUNTED.match(text, match.end())
    ]


def test_a_set_that_is_counted_is_told_from_one_that_is_listed() -> None:
    assert ordered("{{ a | intersect(b) | length > 0 }}") == []
    assert ordered("{{ a | intersect(groups.b | default([])) | map('extract') }}") != []


@pytest.mark.parametrize("path", FILES)
def test_a_set_is_only_counted(path: str) -> None:
    assert ordered((ROOT / path).read_text()) == []
