# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that end before a rotation does, or that nobody knows, are told."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.credentials import (
    ending,
    too_short,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Course, Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.preflight import (
    blockers,
    warnings,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.credentials import Life
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import Window
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import (
    fresh,
    instance,
    look,
)

NOW = 5000.0
LEARNT = Journal(boots=(100, 100, 200), drains=(50, 50, 100))
"""A replacement takes 150 s, 300 s at most: three nodes and 60 s of soak are 510 s, 960 s."""


def seen(life: Life, *instances: Any, **changes: Any) -> Look:
    """Three outdated nodes, and what earlier runs have learnt."""
    return look(*instances, credentials=life, read_at=NOW, **{"journal": LEARNT, **changes})


def ends_in(seconds: float, known: bool = True) -> Life:
    """Credentials of the environment."""
    return Life("the environment", known, NOW + seconds)


@pytest.mark.parametrize(
    ("life", "warned", "refused"),
    [
        (Life("instance"), False, False),
        (ends_in(960), False, False),
        (ends_in(959), True, False),
        (ends_in(150), True, False),
        (ends_in(149), False, True),
        (ends_in(-10), False, True),
        (Life("sso", known=False), True, False),
        (ends_in(960, known=False), False, False),
        (ends_in(959, known=False), True, False),
        (ends_in(10, known=False), True, False),
    ],
)
def test_only_credentials_that_surely_last_are_fine(
    life: Life, warned: bool, refused: bool
) -> None:
    found = seen(life)
    assert bool(list(ending(found))) is warned
    assert bool(list(too_short(found))) is refused


def test_the_sentences_say_how_long_both_are() -> None:
    assert list(ending(seen(ends_in(600)))) == [
        "The AWS credentials (the environment) end in 10 min, and to replace 3 nodes of blue"
        " takes some 8 min 30 s, or 16 min. If they end before, the run is suspended, and"
        " another one with new credentials goes on"
    ]
    assert list(ending(seen(Life("sso", known=False)))) == [
        "How long the AWS credentials (sso) are good is not known, and to replace 3 nodes of blue"
        " takes some 8 min 30 s, or 16 min. If they end before, the run is suspended, and"
        " another one with new credentials goes on"
    ]
    assert list(too_short(seen(ends_in(-10)))) == [
        "The AWS credentials (the environment) end in 0 s, and to replace one node of blue takes at"
        " least 2 min 30 s. Renew them"
    ]


def test_credentials_that_end_before_one_node_is_replaced_refuse_a_rotation() -> None:
    short, middling = seen(ends_in(149)), seen(ends_in(500))
    assert [said for said in blockers(short) if "credentials" in said] == list(too_short(short))
    assert [said for said in warnings(short) if "credentials" in said] == []
    assert [said for said in blockers(middling) if "credentials" in said] == []
    assert [said for said in warnings(middling) if "credentials" in said] == list(ending(middling))


@pytest.mark.parametrize("life", [ends_in(1), Life("sso", known=False)])
def test_where_nothing_is_to_be_replaced_nothing_is_said(life: Life) -> None:
    found = seen(life, fresh(1), fresh(2))
    assert [*ending(found), *too_short(found)] == []


@pytest.mark.parametrize(
    ("course", "most"),
    [
        (Course(Window(1, 0), 1, 60), 960),
        (Course(Window(1, 0), 1, 0), 900),
        (Course(Window(2, 0), 1, 0), 600),
        (Course(Window(1, 1), 0, 60), 600),
        (Course(Window(3, 0), 0, 60), 300),
    ],
)
def test_the_pace_of_the_rotation_decides_how_long_it_takes(course: Course, most: float) -> None:
    assert list(ending(seen(ends_in(most), course=course))) == []
    assert list(ending(seen(ends_in(most - 1), course=course))) != []


def test_without_earlier_runs_the_usual_times_count() -> None:
    found = seen(ends_in(89), instance(1), journal=Journal())
    assert "at least 1 min 30 s" in next(too_short(found))
    assert list(too_short(seen(ends_in(90), instance(1), journal=Journal()))) == []
