# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator reads."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import (
    line,
    reminder,
    short,
)

DRAINED = {
    "phase": "drained",
    "subject": "ip-10-0-1-7.eu-west-1.compute.internal",
    "text": "14 pods, 31 s",
    "progress": "4/12",
}


def test_a_line_says_group_progress_node_phase_and_rest_in_columns() -> None:
    assert line("blue", DRAINED) == "blue   4/12  ip-10-0-1-7          drained     14 pods, 31 s"


def test_lines_of_different_length_keep_their_columns() -> None:
    other = {
        "phase": "blocked",
        "subject": "ip-10-0-1-19",
        "text": "shop/cart by PDB cart",
        "progress": "10/12",
    }
    assert line("blue ", DRAINED).index("drained") == line("green", other).index("blocked")


def test_a_line_about_the_group_itself_does_not_name_it_twice() -> None:
    assert line("blue ", {"phase": "plan", "subject": "blue", "text": "3 of 3"}).count("blue") == 1


def test_without_a_group_the_line_begins_with_the_progress() -> None:
    assert line("", DRAINED).startswith(" 4/12  ip-10-0-1-7")


def test_a_line_is_one_line() -> None:
    assert "\n" not in line("blue", {**DRAINED, "text": "first\n  second"})


def test_only_private_dns_names_are_cut() -> None:
    assert (short("ip-10-0-1-7.ec2.internal"), short("worker.example")) == (
        "ip-10-0-1-7",
        "worker.example",
    )


def test_a_reminder_says_for_how_long_and_what_came_last() -> None:
    said = reminder("blue", 125, DRAINED)
    assert said.startswith("blue")
    assert "running for 2 min 5 s" in said
    assert "4/12 ip-10-0-1-7 drained 14 pods, 31 s" in said


def test_a_reminder_before_the_first_event_says_so() -> None:
    assert "no event yet" in reminder("blue", 60, None)
