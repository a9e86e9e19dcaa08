# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End the real playbook midway in every way, and run it again to completion."""

from __future__ import annotations

import stat

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.closing import HEADING
from ansible_collections.nodeops.rotator.tests.integration.ended import (
    CANCEL,
    CTRL_C,
    GROUP,
    HANG_UP,
    POWER_CUT,
    End,
    processes,
    start,
    terminated,
    until,
)
from ansible_collections.nodeops.rotator.tests.integration.terminal import Terminal
from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire

LONG = 3600
"""Seconds for which the canary is watched: the run is surely at work when it is ended."""
OURS = ("progress-", "quiet-", "kops-", "eks-")
"""How our temporary files begin."""
SCREEN = {"ANSIBLE_STDOUT_CALLBACK": "nodeops.rotator.rotation"}


def ended_after_one_node(world: WorldOnWire, end: End, screen: bool = False) -> Terminal:
    """End a rotation while it watches its canary; return once no process is left."""
    shown = SCREEN if screen else {}
    terminal = start(world, end.runner, shown, rotate_soak=LONG)
    until("the canary watched", lambda: "watching it" in terminal.text or not terminal.running)
    assert terminal.running, terminal.text
    assert terminated(world) == 1, terminal.text
    end.act(terminal)
    until("every process gone", lambda: not processes(world.folder))
    terminal.process.wait()
    terminal.close()
    assert terminated(world) == 1
    check_left(world, end)
    return terminal


def check_left(world: WorldOnWire, end: End) -> None:
    """Check that no file of ours is left.

    A power cut may leave those that nobody else reads.
    """
    found = [path for path in world.folder.rglob("*") if path.name.startswith(OURS)]
    if end is POWER_CUT:
        assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}
        found = []
    assert found == []


@pytest.mark.parametrize("end", [POWER_CUT, CANCEL, HANG_UP], ids=lambda e: e.name)
def test_a_playbook_that_was_ended_in_the_middle_completes_when_run_again(
    small: WorldOnWire, end: End
) -> None:
    """The runner passes a cancel on as SIGTERM. What follows Ctrl-C is shown below."""
    ended_after_one_node(small, end)
    if end is not POWER_CUT:  # the module ends by itself and gives the lock up
        assert small.report()["leases"] == {}
    again = small.playbook("rotate_eks", rotate_lease_duration=6, rotate_max_surge=1)
    assert again.code == 0, again.output
    # What Ansible could not show any more is shown first.
    shown = again.output.partition("TASK [nodeops.rotator.rotate : Replace the outdated nodes]")[2]
    assert (shown.splitlines()[1] == HEADING) is (end is not POWER_CUT), shown
    if end is not POWER_CUT:
        assert "1 of 4" in shown.splitlines()[4]
        assert "To resume: ansible-playbook" in shown
    report = small.report()
    assert report["breaches"] == []
    group = report["groups"][GROUP]
    assert set(group["images"]) == {report["facts"]["new_image"]}
    assert group["desired"] == group["max"] == 4
    assert (group["suspended"], group["protected"]) == ([], 0)
    assert report["leases"] == {}
    if end is CANCEL:
        third = small.playbook("rotate_eks")
        assert third.code == 0, third.output
        assert third.recap(GROUP)["changed"] == 0, third.output
        assert HEADING not in third.output, "it is shown once"


def test_after_ctrl_c_the_screen_of_the_operator_ends_with_the_table_and_what_to_type(
    small: WorldOnWire,
) -> None:
    terminal = ended_after_one_node(small, CTRL_C, screen=True)
    shown = terminal.text.partition("User interrupted execution")[2]
    assert "was stopped by " in shown  # Ansible adds signals of its own to that of the terminal
    assert "NODE GROUP  NODES REPLACED" in shown
    assert "STOPPED, run again" in shown
    assert "To resume: ansible-playbook" in shown
    shown = small.playbook("status", who="reader")
    assert shown.code == 0, shown.output
    assert "Cluster demo in eu-west-1" in shown.output
    assert "Processes to resume: AZRebalance" in shown.output
    planned = small.playbook("restore", "--check")
    assert planned.code == 0, planned.output
    assert small.report()["records"], "check mode restores nothing"
    restored = small.playbook("restore")
    assert HEADING in restored.output
    # Each new node carries pods, so that the surge stays, which is told.
    assert restored.code == 2, restored.output
    assert "1 above its base of 4" in restored.told(), restored.output
    rows = [line for line in restored.output.splitlines() if line.startswith(f"{GROUP}  ")]
    assert any("  not all restored, 2 problems" in line for line in rows), restored.output
    report = small.report()
    assert (report["leases"], report["groups"][GROUP]["suspended"]) == ({}, [])


def test_a_run_that_shows_nothing_ends_with_its_terminal_too(small: WorldOnWire) -> None:
    terminal = start(small, rotation_progress="never", rotate_soak=LONG)
    until("a node replaced", lambda: terminated(small) == 1 or not terminal.running)
    assert terminal.running, terminal.text
    assert "watching it" not in terminal.text, terminal.text
    terminal.close()
    until("every process gone", lambda: not processes(small.folder))
    assert small.report()["leases"] == {}
    assert terminated(small) == 1
