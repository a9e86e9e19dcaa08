# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try random worlds of the simulation with one fixed seed, on two cores."""

from __future__ import annotations

import re
import subprocess
import sys

from steps import ROOT, Tally

MODULE = "ansible_collections.nodeops.rotator.tests.simulate"
WORLDS, SEED, PARTS = 300, 7, 2
LAST_LINE = re.compile(r"simulate: (\d+) worlds, (\d+) breaches, (\d+) hangs, (\d+) untold")


def try_worlds() -> Tally:
    """Return how many worlds were tried, and how much was found wrong in them.

    Prints the sum of the parts as `make simulate` does.
    """
    each = WORLDS // PARTS
    parts = [_part(number * each, each) for number in range(PARTS)]
    figures = [_figures(part.communicate()[0]) for part in parts]
    worlds, *wrong = (sum(column) for column in zip(*figures, strict=True))
    print("simulate: {} worlds, {} breaches, {} hangs, {} untold".format(worlds, *wrong))
    status = int(any(part.returncode for part in parts) or worlds < WORLDS)
    return Tally(worlds, sum(wrong) or status)


def _part(first: int, worlds: int) -> subprocess.Popen[str]:
    options = ("--seed", str(SEED), "--first", str(first), "--worlds", str(worlds))
    command = [sys.executable, "-m", MODULE, *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _figures(text: str) -> tuple[int, ...]:
    """Return the numbers of the last line, and show everything before it."""
    print(text.rpartition("simulate:")[0], end="")
    found = LAST_LINE.search(text)
    return tuple(map(int, found.groups())) if found else (0, 0, 0, 0)
