# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotate three clusters of three accounts in three rings."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.integration.ended import processes, until
from ansible_collections.nodeops.rotator.tests.integration.fleet import Fleet, fleet_on_wire
from ansible_collections.nodeops.rotator.tests.integration.receivers import (
    SLACK,
    THREAD,
    WEBHOOK,
    Receivers,
    receivers,
)
from ansible_collections.nodeops.rotator.tests.integration.wire import PROGRAMS

ALL_NEW = {"dev": {"new"}, "staging": {"new"}, "production": {"new"}}
ALL_OLD = {"dev": {"old"}, "staging": {"old"}, "production": {"old"}}


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """Serve a fleet for this test: one small cluster in each of three rings."""
    with fleet_on_wire(tmp_path) as found:
        yield found


@pytest.fixture
def told() -> Iterator[Receivers]:
    """Serve receivers of notifications for this test."""
    with receivers() as found:
        yield found


def killed_in_staging(fleet: Fleet, notify: dict[str, Any]) -> None:
    """Rotate the fleet, and kill everything once staging has new nodes."""
    command = fleet.command(rotate_max_surge=1, **notify)
    with (fleet.folder / "killed.log").open("wb") as log:
        run = subprocess.Popen(
            [str(PROGRAMS / command[0]), *command[1:]],
            cwd=fleet.folder,
            env=fleet.any.environment(**fleet.environment()),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )

        def at_work() -> bool:
            return fleet.terminated("staging") > 0 or run.poll() is not None

        until("staging is rotated", at_work)
        assert run.poll() is None, (fleet.folder / "killed.log").read_text()
        members = processes(fleet.any.folder)
        for pid in members:
            os.kill(pid, signal.SIGKILL)
        run.wait()


def check_table(table: str) -> None:
    """Check the table of a whole line, of which dev was done before."""
    rows = [line.split()[0] for line in table.splitlines()[1:4]]
    assert set(rows) == {"dev", "staging", "production"}, table
    assert rows[2] == "dev", f"the slowest are first: {table}"
    assert "3 node groups" in table


def check_told(told: Receivers) -> None:
    """Check that a run after a kill tells nothing again, in the same thread."""
    stopped = told.of(SLACK)[2]["text"]
    assert "The run has FAILED: The line stops in ring dev: 1 of 1 node group failed" in stopped
    events = ["started", "failed", "failed", *["started", "finished"] * 3]
    assert [one["event"] for one in told.of(WEBHOOK)] == events
    answers = [one.get("thread_ts") for one in told.of(SLACK)]
    assert answers == [None, THREAD, None, *[None, THREAD] * 3]


def test_a_bad_image_stops_at_the_first_ring_and_a_killed_line_goes_on(
    fleet: Fleet, told: Receivers
) -> None:
    notify = told.variables(rotation_report_dir=str(fleet.folder / "reports"))
    before = fleet.changes()
    refused = fleet.rotate("--forks", "1", rotation_rings=["dev", "staging"])
    assert "belongs to ring production, which is not in rotation_rings" in refused.told()
    assert fleet.changes() == before

    # A canary that fails in the first ring: the others are not touched, and its template is back.
    fleet.worlds["dev"].behavior(aws={"boot": [15, 15]})
    failed = fleet.rotate(rotate_boot_timeout=5, **notify)
    assert failed.code == 2, failed.output
    assert fleet.images() == ALL_OLD, failed.output
    after = fleet.changes()
    assert {ring: after[ring] - before[ring] for ring in ("staging", "production")} == {
        "staging": 0,
        "production": 0,
    }, failed.output
    assert "(the launch template was rolled back to version 1)" in failed.output
    assert "The line stops in ring dev: 1 of 1 node group failed" in failed.output
    assert "2 node groups not reached." in failed.output
    fleet.worlds["dev"].behavior(aws={"boot": [0.3, 0.8]})

    killed_in_staging(fleet, notify)
    assert fleet.images()["production"] == {"old"}
    dev = fleet.node_group("dev")

    done = fleet.rotate(rotate_lease_duration=6, **notify)
    assert done.code == 0, done.output
    assert fleet.images() == ALL_NEW, done.output
    assert fleet.node_group("dev") == dev, "what is done is not done again"
    assert fleet.breaches() == []
    check_table(done.output[done.output.rindex("RING ") :])
    check_told(told)
    before = fleet.changes()
    again = fleet.rotate()
    assert again.code == 0, again.output
    assert fleet.changes() == before, again.output
