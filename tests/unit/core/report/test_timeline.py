# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of each node is made of what was told of it."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.timeline import (
    NodeLife,
    Span,
    capacity,
    lives,
    soak,
)
from ansible_collections.nodeops.rotator.tests.unit.core.report.report_builders import (
    BEGAN,
    ROTATION,
    event,
    of_new,
    of_old,
)

EVENTS = [record for record in ROTATION if "phase" in record]


def the_lives(*events: dict[str, object], until: float = 200) -> list[NodeLife]:
    return lives(events, BEGAN + until)


def stages(node: NodeLife) -> list[tuple[str, float, float]]:
    return [(span.stage, span.began - BEGAN, span.ended - BEGAN) for span in node.spans]


def test_an_outdated_node_is_cordoned_drained_blocked_and_ended() -> None:
    old = lives(EVENTS, BEGAN + 141)[1]
    assert stages(old) == [
        ("cordoned", 70, 71),
        ("draining", 71, 90),
        ("blocked", 90, 120),
        ("draining", 120, 121),
        ("ending", 121, 130),
    ]
    assert (old.name, old.instance_id, old.zone, old.leaves) == ("ip-10-0-0-4", "i-old", "b", True)
    assert (old.outcome, old.evicted, old.blocked_seconds) == ("replaced", 2, 30)
    assert old.reason == "version 1, target is 2"


def test_a_replacement_node_boots_and_is_ready() -> None:
    new = lives(EVENTS, BEGAN + 141)[0]
    assert stages(new) == [("booting", 10, 70)]
    assert (new.name, new.leaves, new.outcome) == ("ip-10-0-0-9", False, "ready")


def test_what_has_not_ended_lasts_until_the_last_word_and_is_open() -> None:
    (node,) = the_lives(of_old(70, "cordoned"), of_old(71, "draining"))
    assert stages(node)[-1] == ("draining", 71, 200)
    assert node.outcome == "open"


def test_a_node_that_never_came_has_the_name_of_its_instance() -> None:
    (node,) = the_lives(of_new(10, "launched", "i-new"), of_new(60, "failed", "i-new"))
    assert (node.name, node.outcome) == ("i-new", "failed")


def test_a_replacement_node_that_failed_stays_one_when_it_is_ended() -> None:
    (node,) = the_lives(
        of_new(10, "launched", "i-new"),
        of_new(60, "failed", "i-new"),
        {**of_new(70, "terminated", "i-new"), "leaves": True},
    )
    assert (node.leaves, node.outcome) == (False, "failed")


def test_a_replacement_node_that_was_ended_to_restore_the_size_is_surplus() -> None:
    (node,) = the_lives(
        of_new(10, "launched"),
        of_new(60, "ready"),
        {**of_new(70, "cordoned", text="surplus"), "leaves": True},
        {**of_new(90, "terminated"), "leaves": True},
    )
    assert (node.leaves, node.outcome, node.reason) == (False, "surplus", "surplus")


def test_an_outdated_node_whose_drain_failed_once_may_be_replaced_later() -> None:
    (node,) = the_lives(of_old(70, "failed"), of_old(90, "terminated"))
    assert (node.leaves, node.outcome) == (True, "replaced")


def test_events_about_no_instance_make_no_node() -> None:
    assert the_lives(event(0, "start"), event(3, "surge")) == []


def test_capacity_counts_what_is_launched_and_what_takes_pods() -> None:
    curve = [(at - BEGAN, launched, taking) for at, launched, taking in capacity(EVENTS, 3)]
    assert curve == [
        (0, 3, 3),
        (10, 4, 3),
        (70, 4, 4),
        (70, 4, 3),
        (130, 3, 3),
    ]


def test_a_node_that_is_uncordoned_takes_pods_again() -> None:
    curve = capacity([of_old(1, "cordoned"), of_old(2, "uncordoned")], 3)
    assert [taking for _at, _launched, taking in curve] == [2, 3]


def test_a_node_that_is_put_back_takes_pods_again() -> None:
    curve = capacity([of_old(1, "cordoned"), of_old(2, "failed"), of_old(3, "restored")], 3)
    assert [taking for _at, _launched, taking in curve] == [2, 3]


def test_what_is_restored_of_the_group_is_no_node() -> None:
    assert capacity([event(1, "restored", text="update config 1 of 3")], 3) == []


def test_a_ready_node_that_ends_without_a_cordon_takes_no_pods_any_more() -> None:
    told = [of_new(1, "launched"), of_new(2, "ready"), of_new(3, "terminated")]
    assert [point[1:] for point in capacity(told, 3)] == [(4, 3), (4, 4), (3, 3)]


def test_a_new_node_that_fails_never_took_pods() -> None:
    told = [of_new(1, "launched"), of_new(2, "failed"), {**of_new(3, "terminated"), "leaves": True}]
    assert [point[1:] for point in capacity(told, 3)] == [(4, 3), (3, 3)]


def test_an_instance_boots_from_its_launch_on_and_not_from_when_it_was_seen() -> None:
    told = [event(0, "start"), of_new(40, "launched", seconds=40, since=12), of_new(70, "ready")]
    assert stages(lives(told, BEGAN + 70)[0]) == [("booting", 12, 70)]
    assert [at - BEGAN for at, _launched, _taking in capacity(told, 3)] == [0, 12, 70]


def test_a_node_has_failed_when_that_was_told() -> None:
    (node,) = the_lives(of_new(10, "launched"), of_new(90, "failed"), of_new(95, "terminated"))
    assert node.failed_at == BEGAN + 90
    assert lives(EVENTS, BEGAN + 141)[0].failed_at is None


WATCHING = event(20, "canary", text="replaced; watching it for 120 s")


@pytest.mark.parametrize(
    ("told", "ended"),
    [
        pytest.param([event(140, "canary", text="passed"), event(150, "failed")], 140, id="passed"),
        pytest.param([of_new(60, "failed"), event(61, "settle")], 60, id="failed"),
        pytest.param([], 200, id="still watched, or killed"),
    ],
)
def test_the_canary_is_watched_until_its_verdict(
    told: list[dict[str, object]], ended: float
) -> None:
    span = Span("soak", BEGAN + 20, BEGAN + ended, "replaced; watching it for 120 s")
    assert soak([event(0, "start"), WATCHING, *told], BEGAN + 200) == span


@pytest.mark.parametrize(
    "told", [[], [event(9, "failed")], [event(9, "canary", text="passed")]], ids=str
)
def test_a_canary_that_was_not_watched_has_no_span(told: list[dict[str, object]]) -> None:
    assert soak([event(0, "start"), *told], BEGAN + 200) is None


@pytest.mark.parametrize(
    ("phase", "stage"),
    [
        ("launched", "booting"),
        ("cordoned", "cordoned"),
        ("draining", "draining"),
        ("blocked", "blocked"),
        ("evicted", "draining"),
        ("deleted", "draining"),
        ("volumes", "volumes"),
        ("drained", "ending"),
    ],
)
def test_each_phase_begins_its_stage(phase: str, stage: str) -> None:
    (node,) = the_lives(of_old(5, phase), until=9)
    assert stages(node) == [(stage, 5, 9)]


@pytest.mark.parametrize("phase", ["ready", "uncordoned", "restored", "warning", "terminated"])
def test_where_nothing_is_awaited_there_is_no_stage(phase: str) -> None:
    (node,) = the_lives(of_old(5, phase), until=9)
    assert stages(node) == []


def test_a_stage_that_goes_on_is_one_stage() -> None:
    (node,) = the_lives(
        of_old(1, "draining"), of_old(2, "evicted"), of_old(3, "evicted"), of_old(4, "drained")
    )
    assert stages(node)[0] == ("draining", 1, 4)


def test_a_stage_that_comes_again_is_another_one() -> None:
    (node,) = the_lives(of_old(1, "cordoned"), of_old(2, "uncordoned"), of_old(5, "cordoned"))
    assert stages(node) == [("cordoned", 1, 2), ("cordoned", 5, 200)]


@pytest.mark.parametrize(
    ("phases", "outcome"),
    [
        (("cordoned", "drained", "terminated"), "replaced"),
        (("cordoned", "failed"), "failed"),
        (("launched", "failed", "kept"), "kept"),
        (("launched", "ready"), "ready"),
        (("launched",), "open"),
        (("ready", "terminated"), "replaced"),
    ],
)
def test_the_last_word_is_the_outcome(phases: tuple[str, ...], outcome: str) -> None:
    events = [of_old(after, phase) for after, phase in enumerate(phases)]
    (node,) = the_lives(*events)
    assert node.outcome == outcome


def test_pods_that_were_deleted_past_their_budgets_have_gone_too() -> None:
    (node,) = the_lives(of_old(1, "evicted"), of_old(2, "deleted"), of_old(3, "evicted"))
    assert node.evicted == 3


def test_nodes_stand_in_the_order_in_which_they_were_first_heard_of() -> None:
    told = the_lives(of_old(1, "cordoned"), of_new(2, "launched"), of_old(3, "draining"))
    assert [node.instance_id for node in told] == ["i-old", "i-new"]


def test_a_node_that_was_ready_once_and_boots_again_is_heard_twice() -> None:
    (node,) = the_lives(of_new(1, "launched"), of_new(5, "ready"), of_new(9, "launched"))
    assert stages(node) == [("booting", 1, 5), ("booting", 9, 200)]
