# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook rotate_kops is killed where it matters most, and started again.

`make kops-deaths` kills it before each of its writes.
"""

from __future__ import annotations

from ansible_collections.nodeops.rotator.tests.integration.kops_deaths import WORKFLOWS, twice

BACK = {"desired": 3, "max": 6, "suspended": [], "protected": 0, "ours": [], "leases": []}


def test_a_run_that_was_killed_past_the_roll_back_of_its_image_is_finished_and_told() -> None:
    code, left, told = twice(WORKFLOWS["failing"], before="autoscaling:ResumeProcesses")
    assert code != 0, told
    assert "The canary of node group nodes-b.demo.example.com failed in an earlier run" in told
    assert "is not ready 8 s after its launch" in told
    assert "Choose another image, or run again to try this one once more" in told
    assert "(the state store of kops names " in told
    old = {"images": ["old_image"] * 3, "stored": "old_image", "launched": "old_image"}
    assert left == {**BACK, **old, "breaches": []}
