# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of faults are drawn in one order."""

from __future__ import annotations

import subprocess
import sys

from ansible_collections.nodeops.rotator.tests.simulate.kinds.all import KINDS, ORDERED
from ansible_collections.nodeops.rotator.tests.simulate.plan import draw


def test_none_is_left_out() -> None:
    assert {kind.name for kind in ORDERED} == KINDS.keys()
    assert len(ORDERED) == len(KINDS)


def test_a_seed_draws_the_same_whichever_kinds_were_imported_first() -> None:
    home = "ansible_collections.nodeops.rotator.tests.simulate"
    code = (
        f"from {home}.kinds import workloads; from {home}.plan import draw;"
        " print([draw(7, number) for number in range(20)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str([draw(7, number) for number in range(20)])
