# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pause and resume rotations by playbooks."""

from __future__ import annotations

import re

from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire

GROUP = "demo-blue"
WHY = {"rotation_pause_by": "anna", "rotation_pause_reason": "incident 4711"}


def test_a_pause_says_who_and_why_and_lasts_until_it_is_resumed(small: WorldOnWire) -> None:
    silent = small.playbook("pause")
    assert silent.code == 2, silent.output
    assert "Say why the rotation is paused" in silent.output
    first = small.playbook("pause", **WHY)
    assert first.code == 0, first.output
    assert "Paused: anna: incident 4711" in first.output
    assert first.recap(GROUP)["changed"] == 1
    assert small.playbook("pause", **WHY).recap(GROUP)["changed"] == 0
    shown = small.playbook("status", who="reader")
    assert re.search(r"Paused since \S+: anna: incident 4711", shown.output)
    before = small.changes()
    run = small.playbook("rotate_eks")
    assert run.code == 2, run.output
    assert f"Node group {GROUP} is paused: anna: incident 4711. It keeps launching" in run.told()
    assert small.changes() == before
    kept = small.playbook("uninstall", rotation_uninstall=True)
    assert kept.code == 2, kept.output
    assert "is paused: anna: incident 4711" in kept.told()
    back = small.playbook("resume")
    assert "Not paused (it was: anna: incident 4711)" in back.output
    assert back.recap(GROUP)["changed"] == 1
    assert small.report()["breaches"] == []
    listed = small.playbook("uninstall", who="reader")
    assert "would be removed" in listed.output
    gone = small.playbook("uninstall", rotation_uninstall=True)
    assert gone.code == 0, gone.output
    assert gone.recap(GROUP)["changed"] == 1
    assert "No Lease of a node group" in small.playbook("status").output
