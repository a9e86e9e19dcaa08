# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run named steps one after the other and report how they went."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import sys
import time
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
PROGRAMS = pathlib.Path(sys.executable).parent
"""Folder with the programs of the virtual environment."""


@dataclasses.dataclass(frozen=True)
class Tally:
    """Numbers of tests that passed, failed and were skipped.

    A crash counts as failed.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped
        )

    def __str__(self) -> str:
        line = f"{self.passed} passed, {self.failed} failed"
        return f"{line}, {self.skipped} skipped" if self.skipped else line


@dataclasses.dataclass(frozen=True)
class Step:
    """One named part of a run.

    `act`: does it and returns the figures. `budget`: seconds that it may take on two cores, or
    None. To exceed the budget is reported but is not a failure, since machines differ.
    """

    name: str
    act: Callable[[], Tally]
    budget: float | None = None


def run(kind: str, steps: list[Step]) -> int:
    """Run every step, even after a failure, and return the exit status.

    Prints a summary at the end. The figures are also written to build/<kind>.json.
    """
    total, failures = Tally(), []
    for step in steps:
        print(f"== {step.name}", flush=True)
        tally, seconds = _timed(step.act)
        over = (
            f", over its budget of {step.budget:.0f} s"
            if step.budget is not None and seconds > step.budget
            else ""
        )
        print(
            f"== {step.name}: {'FAILED' if tally.failed else 'ok'}, {seconds:.1f} s{over}\n",
            flush=True,
        )
        total += tally
        if tally.failed:
            failures.append(step.name)
    BUILD.mkdir(exist_ok=True)
    (BUILD / f"{kind}.json").write_text(
        json.dumps(dataclasses.asdict(total)) + "\n", encoding="utf-8"
    )
    print(f"{kind}: {total}" + (f" ({'; '.join(failures)})" if failures else ""), flush=True)
    return 1 if failures else 0


def _timed(act: Callable[[], Tally]) -> tuple[Tally, float]:
    start = time.monotonic()
    tally = act()
    return tally, time.monotonic() - start


def environment() -> dict[str, str]:
    """Return an environment with a home folder in build/, for tools that write to it.

    The pip settings of the user are linked into that folder.
    """
    home, theirs = BUILD / "home", pathlib.Path.home()
    home.mkdir(parents=True, exist_ok=True)
    for name in (".config", ".pip"):
        if (theirs / name).exists() and not (home / name).is_symlink():
            (home / name).symlink_to(theirs / name)
    return {**os.environ, "HOME": str(home), "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
