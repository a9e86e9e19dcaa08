# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the tests stage by stage: `run_tests.py [stage ...]`.

Stages are unit, rotation, worlds, contract, integration and rights; without a name, all run. The
last one looks at what the ones before made use of, so it is of use after all of them only. `core`
and `engine` have a run of their own, in which Ansible and the cloud libraries cannot be imported
(tests/alone.py).
"""

from __future__ import annotations

import dataclasses
import functools
import os
import subprocess
import sys
import xml.etree.ElementTree as ET

import rights
from steps import BUILD, ROOT, Step, Tally, run
from worlds import try_worlds

ALONE = ("tests/unit/core", "tests/unit/engine")
WORKERS = ("-n", "2", "--dist", "worksteal")
"""One worker for each core; an idle one takes tests from a busy one."""
WAITERS = ("-n", "4", "--dist", "load", "--maxschedchunk", "1")
"""Two workers more, for tests that mostly wait for the wall clock, and each of them takes one test
at a time: these are long, the longest come first, and so the workers end together."""


@dataclasses.dataclass(frozen=True)
class Stage:
    """One pytest run: its folders, options, and budget in seconds.

    The budgets are for two cores that do nothing else. A stage that takes longer is told, not
    failed.
    """

    name: str
    folders: tuple[str, ...]
    options: tuple[str, ...]
    budget: float
    ours: bool = True
    """Whether only our own code speaks to the simulation, whose use of rights is noted."""


STAGES = {
    "unit": (
        Stage(
            "unit tests of core and engine, without Ansible",
            ALONE,
            ("-p", "ansible_collections.nodeops.rotator.tests.alone", *WORKERS),
            20,
        ),
        Stage(
            "unit tests of the rest",
            ("tests/unit",),
            (*(f"--ignore={folder}" for folder in ALONE), *WORKERS),
            30,
        ),
    ),
    "rotation": (Stage("rotations on the simulation", ("tests/rotation",), WORKERS, 180),),
    "worlds": (),
    "contract": (Stage("contracts of the simulation", ("tests/contract",), WORKERS, 60, False),),
    "integration": (
        Stage("modules and playbooks on the wire", ("tests/integration",), WAITERS, 240),
    ),
    "rights": (),
}


def pytest(stage: Stage) -> Tally:
    """Run the stage in a pytest process of its own; return the figures of its report."""
    report = BUILD / "pytest.xml"
    report.unlink(missing_ok=True)
    folders = [folder for folder in stage.folders if (ROOT / folder).is_dir()]
    status = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *stage.options, *folders],
        cwd=ROOT,
        env={**os.environ, **({rights.VARIABLE: str(rights.USED)} if stage.ours else {})},
        check=False,
    ).returncode
    if not report.exists():
        return Tally(failed=1)
    suites = list(ET.parse(report).getroot().iter("testsuite"))
    count = {
        name: sum(int(suite.get(name, "0")) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    }
    failed = count["failures"] + count["errors"]
    passed = max(0, count["tests"] - failed - count["skipped"])
    # A run may also fail without a failed test: nothing collected, or an error while stopping.
    return Tally(passed, failed or int(status != 0), count["skipped"])


def main(names: list[str]) -> int:
    """Run the named stages in order, except those without tests in this checkout."""
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        print(f"Unknown stage {unknown[0]}; there are {', '.join(STAGES)}", file=sys.stderr)
        return 2
    if not names:
        rights.USED.unlink(missing_ok=True)
    return run("tests", [step for name in names or STAGES for step in steps_of(name)])


def steps_of(name: str) -> list[Step]:
    """Return the steps of a stage, without those that have no tests in this checkout."""
    if name == "worlds":
        return [Step("random worlds of the simulation", try_worlds, 150)]
    if name == "rights":
        return [Step("rights that the collection ships", rights.compare)]
    present = [
        stage for stage in STAGES[name] if any((ROOT / folder).is_dir() for folder in stage.folders)
    ]
    return [Step(stage.name, functools.partial(pytest, stage), stage.budget) for stage in present]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
