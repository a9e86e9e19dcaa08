# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold all against a real control plane: `run_real.py [stage ...]`.

Kubernetes is built from its Go modules at the first run, into the user's cache. Without a usable Go
that is said, and nothing is tried. Stages are contract, drains, control_plane and rotations;
without a name, all run.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pathlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from run_tests import Stage, pytest
from steps import Step, Tally, run

from ansible_collections.nodeops.rotator.tests.realcluster.binaries import (
    NoGo,
    binaries,
    usable_go,
)
from ansible_collections.nodeops.rotator.tests.realcluster.cluster import running
from ansible_collections.nodeops.rotator.tests.realcluster.stage import Reach, RealStage

STAGES = {
    "contract": Stage(
        "contract cases on a real control plane", ("tests/contract/kube",), ("-m", "server"), 60
    ),
    "drains": Stage(
        "drains on a real control plane",
        ("tests/realcluster/drains",),
        ("-n", "2", "--dist", "worksteal"),
        100,
    ),
    "control_plane": Stage(
        "control plane check on three API servers of kops",
        ("tests/realcluster/control_plane",),
        (),
        60,
    ),
    "rotations": Stage(
        "rotations on a real control plane", ("tests/realcluster/rotations",), (), 180
    ),
}
ABSENT = {
    # The cases write the status of budgets themselves.
    "contract": ("disruption-controller",),
    # A case has a pod whose DaemonSet is gone.
    "drains": ("garbage-collector-controller",),
}
"""Controllers that would take away what the cases of a stage are about. A stage that is not named
here starts control planes by itself."""


@contextlib.contextmanager
def environment(**more: str) -> Iterator[None]:
    """Add variables to the environment while the block runs."""
    before = dict(os.environ)
    os.environ.update(more)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def against(name: str) -> Tally:
    """Run a stage on a control plane of its own; return its figures."""
    if name not in ABSENT:
        return pytest(STAGES[name])
    with (
        tempfile.TemporaryDirectory(prefix="realcluster-") as folder,
        running(binaries(), pathlib.Path(folder), ABSENT[name]) as cluster,
        environment(CONTRACT_KUBECONFIG=str(cluster.kubeconfig_file()), REAL_CLUSTER=folder),
    ):
        RealStage(Reach(pathlib.Path(folder))).node("n1")
        return pytest(STAGES[name])


def build() -> Tally:
    """Build the programs if they are not in the cache."""
    try:
        binaries()
    except subprocess.CalledProcessError as error:
        print(error)
        return Tally(failed=1)
    return Tally(passed=1)


def skip(why: str) -> Tally:
    """Say why nothing is tried."""
    print(f"Not held against a real control plane: {why}.")
    return Tally(skipped=1)


def main(names: list[str]) -> int:
    """Run the named stages in order; return the exit status."""
    unknown = [name for name in names if name not in STAGES]
    if unknown:
        print(f"Unknown stage {unknown[0]}; there are {', '.join(STAGES)}", file=sys.stderr)
        return 2
    try:
        usable_go()
    except NoGo as error:
        return run("real", [Step("a real control plane", functools.partial(skip, str(error)))])
    steps = [Step("build of the control plane", build)]
    steps += [
        Step(STAGES[name].name, functools.partial(against, name), STAGES[name].budget)
        for name in names or STAGES
    ]
    return run("real", steps)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
