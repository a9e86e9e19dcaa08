# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an operator reads."""

from __future__ import annotations

import time

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.lines import (
    Screen,
    elapsed,
    line,
    node_name,
    reminder,
    shortened,
)

NOON = 12 * 3600.0
DRAINED = {
    "phase": "drained",
    "subject": "ip-10-0-1-7.eu-west-1.compute.internal",
    "text": "14 pods, 31 s",
    "progress": "4/12",
    "at": NOON,
    "seconds": 67.0,
}
BLOCKED = {
    **DRAINED,
    "phase": "blocked",
    "text": "shop/cart-1 by PDB shop/cart (2 healthy, 2 needed)",
    "since": 57.0,
    "until": 667.0,
}


def clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.gmtime(at))


LOG = Screen(group=4, clock=clock)
EIGHTY = Screen(width=79, group=4, clock=clock)


def test_a_line_in_a_log_says_when_group_progress_node_phase_and_rest() -> None:
    assert line("blue", DRAINED, LOG) == (
        "12:00:00     1:07  blue   4/12  ip-10-0-1-7          drained     14 pods, 31 s"
    )


def test_a_line_on_a_narrow_terminal_says_the_same_in_80_columns() -> None:
    assert line("blue", DRAINED, EIGHTY) == (
        "12:00:00    1:07 blue  4/12 ip-10-0-1-7   drained    14 pods, 31 s"
    )


def test_a_long_text_goes_on_below_and_no_line_is_wider_than_the_terminal() -> None:
    shown = line("blue", BLOCKED, EIGHTY).split("\n")
    assert len(shown) > 1
    assert max(map(len, shown)) <= 79
    assert " ".join(" ".join(shown).split()) == " ".join(line("blue", BLOCKED, LOG).split())


def test_columns_stay_aligned_whatever_the_lengths() -> None:
    other = {**BLOCKED, "progress": "10/12", "seconds": 5000.0, "subject": "ip-10-100-101-219"}
    screen = Screen(group=12, clock=clock)
    assert line("blue", DRAINED, screen).index("drained") == line(
        "a-long-green", other, screen
    ).index("blocked")


def test_the_time_counts_from_the_beginning_of_ansible_if_that_is_known() -> None:
    assert "  5:00  " in line("blue", DRAINED, Screen(group=4, clock=clock, began=NOON - 300))


def test_since_when_an_instance_is_launched_is_no_part_of_the_line() -> None:
    assert "since" not in line("blue", {**BLOCKED, "phase": "launched"}, LOG)


def test_what_is_blocked_says_since_when_and_when_it_is_given_up() -> None:
    assert line("blue", BLOCKED, LOG).endswith("since 11:59:50; gives up at 12:10:00")


def test_what_is_never_given_up_promises_nothing() -> None:
    forever = {name: value for name, value in BLOCKED.items() if name != "until"}
    assert line("blue", forever, LOG).endswith("since 11:59:50")


def test_a_line_about_the_group_itself_does_not_name_it_twice() -> None:
    event = {"phase": "plan", "subject": "blue", "text": "3 of 3"}
    assert line("blue", event, LOG).count("blue") == 1


def test_without_a_group_there_is_no_column_for_it() -> None:
    assert line("", DRAINED, Screen(clock=clock)).startswith("12:00:00     1:07   4/12  ip-10")


def test_a_line_in_a_log_is_one_line() -> None:
    assert "\n" not in line("blue", {**DRAINED, "text": "first\n  second"}, LOG)


def test_whole_lines_stay_as_they_are() -> None:
    assert line("blue", {"phase": "closing", "text": "A  TABLE  "}, EIGHTY) == "A  TABLE"


def test_only_private_dns_names_lose_their_domain() -> None:
    assert (node_name("ip-10-0-1-7.ec2.internal"), node_name("worker.example")) == (
        "ip-10-0-1-7",
        "worker.example",
    )


@pytest.mark.parametrize(
    ("name", "width", "shown"),
    [
        ("blue", 12, "blue"),
        ("production-blue-eu-west-1", 16, "production-…1"),
        ("team-a_production.blue", 14, "team-a_…blue"),
        ("i-1bfaf9e2ff7adc0ae", 13, "i-1bfa…adc0ae"),
    ],
)
def test_names_lose_whole_words_in_their_middle(name: str, width: int, shown: str) -> None:
    assert len(shortened(name, width)) <= width
    assert shortened(name, width) == shown


@pytest.mark.parametrize(
    ("seconds", "text"), [(7.9, "0:07"), (725, "12:05"), (3753, "1:02:33"), (36000, "10:00:00")]
)
def test_elapsed_time_is_a_clock(seconds: float, text: str) -> None:
    assert elapsed(seconds) == text


def test_a_reminder_says_for_how_long_nothing_came_what_came_last_and_the_end() -> None:
    event = reminder("blue", 125, DRAINED, NOON + 58, NOON + 600, clock)
    assert line("blue", event, LOG) == (
        "12:00:58     2:05  blue   4/12                       waiting     for 58 s; all"
        " nodes done at about 12:10; last: ip-10-0-1-7 drained 14 pods, 31 s"
    )


def test_a_reminder_promises_no_end_that_is_not_known() -> None:
    assert "done at" not in reminder("blue", 125, DRAINED, NOON)["text"]


def test_a_reminder_names_a_node_once() -> None:
    """A node without a name is called by its instance, which the text begins with."""
    new = {"seconds": 5.0, "subject": "i-1", "phase": "launched", "text": "i-1 in eu-west-1a"}
    assert reminder("blue", 60, new)["text"] == "for 55 s; last: launched i-1 in eu-west-1a"


def test_a_reminder_before_the_first_event_says_so() -> None:
    assert reminder("blue", 60, None, NOON)["text"] == "for 1 min; last: nothing yet"


def test_a_text_of_one_name_is_shortened_where_it_does_not_fit() -> None:
    told = {"seconds": 7.0, "subject": "ip-10-0-1-7", "phase": "evicted"}
    pod = "shop/cart-e0c877d168-svq2z-of-a-rather-long-name"
    (shown,) = line("demo-blue", {**told, "text": pod}, Screen(80, 9)).splitlines()
    assert len(shown) <= 80
    assert shown.split()[-1] == "shop/cart-e0c877d168-…long-name"


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    told = {"seconds": 7.0, "phase": "drained", "text": "i-0123456789abcdef0 of blue, 7 s"}
    lines = line("demo-blue", told, Screen(80, 9)).splitlines()
    assert [text.split()[-2:] for text in lines[1:]] == [["7", "s"]]


LONG = "control-plane-eu-west-1c.masters.demo.example.com"


@pytest.mark.parametrize("width", [80, 120, 200])
def test_no_line_is_wider_than_its_terminal(width: int) -> None:
    text = "Replacement node i-1 is not ready 300 s after its launch: waiting for its node to join"
    shown = line(LONG, {**DRAINED, "text": " ".join([text] * 4)}, Screen(width, len(LONG), clock))
    assert max(map(len, shown.splitlines())) <= width


@pytest.mark.parametrize(
    ("width", "shown"),
    [(120, "control-plane-eu-…example.com"), (200, LONG), (0, LONG)],
)
def test_a_long_name_of_a_node_group_leaves_room_for_the_text(width: int, shown: str) -> None:
    (first, *_rest) = line(LONG, DRAINED, Screen(width, len(LONG), clock)).splitlines()
    assert f"  {shown} " in first
    assert first.endswith("14 pods, 31 s")
