# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End the real playbook in the middle in every possible way, and run it again to completion."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.nodeops.rotator.tests.integration.wire import PROGRAMS, QUICK, WorldOnWire

GROUP = "demo-blue"
# Long enough a watch of the canary that the run is surely still at work when it is ended.
SLOW = {
    **QUICK,
    "rotate_max_surge": 1,
    "rotate_soak": 20,
    "rotate_lease_duration": 6,
    "rotate_stop_timeout": 5,
}


def start(world: WorldOnWire) -> subprocess.Popen[bytes]:
    """Start the playbook in the background."""
    extra = ["-e", json.dumps(SLOW)]
    command = [
        str(PROGRAMS / "ansible-playbook"),
        "-i",
        str(world.inventory),
        "nodeops.rotator.rotate_eks",
        *extra,
    ]
    with (world.folder / "first.log").open("wb") as log:  # the child keeps its own handle
        return subprocess.Popen(
            command,
            cwd=world.folder,
            env=world.environment(**world.reach(world.next_run())),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def until(what: str, holds: Callable[[], bool], limit: float = 60) -> None:
    """Wait until `holds` returns True; fail after `limit` seconds."""
    end = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < end, f"not within {limit} s: {what}"
        time.sleep(0.1)


def replaced(world: WorldOnWire) -> int:
    """Return how many terminations were requested."""
    return int(world.report()["calls"].get("autoscaling:TerminateInstanceInAutoScalingGroup", 0))


def family(pid: int) -> list[int]:
    """Return the IDs of a process and its descendants, youngest first."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        found.append(queue.pop())
        queue += parents.get(found[-1], [])
    return found[::-1]


def power_cut(process: subprocess.Popen[bytes]) -> None:
    """Kill all processes at once, as a crash of the machine does."""
    members = family(process.pid)
    for pid in members:
        os.kill(pid, signal.SIGSTOP)
    for pid in members:
        os.kill(pid, signal.SIGKILL)


def lost_parent(process: subprocess.Popen[bytes]) -> None:
    """Kill only Ansible, as ansible-runner does; the module gets no signal."""
    process.kill()


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Interrupt all processes of the terminal, as Ctrl-C does."""
    for pid in family(process.pid):
        os.kill(pid, signal.SIGINT)


def terminate(process: subprocess.Popen[bytes]) -> None:
    """Terminate Ansible, as a canceled job of a pipeline does."""
    process.terminate()


@pytest.mark.parametrize("end", [power_cut, lost_parent, interrupt, terminate])
def test_a_playbook_that_was_ended_in_the_middle_completes_when_run_again(
    small: WorldOnWire, end: Callable[[subprocess.Popen[bytes]], None]
) -> None:
    process = start(small)
    until("one node replaced", lambda: replaced(small) == 1)
    end(process)
    process.wait(timeout=30)
    if end is not power_cut:  # the module ends by itself and gives the lock up
        until("the lease given up", lambda: small.report()["leases"] == {}, 20)
    assert replaced(small) == 1
    again = small.playbook("rotate_eks", rotate_lease_duration=6, rotate_max_surge=1)
    assert again.code == 0, again.output
    report = small.report()
    assert report["breaches"] == []
    group = report["groups"][GROUP]
    assert (
        set(group["images"]) == {report["facts"]["new_image"]}
        and group["desired"] == group["max"] == 4
    )
    assert (group["suspended"], group["protected"]) == ([], 0) and report["leases"] == {}
    third = small.playbook("rotate_eks")
    assert third.code == 0 and third.recap(GROUP)["changed"] == 0, third.output
