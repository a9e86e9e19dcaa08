# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random acts laid over a group, against the group that they would leave."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    Protect,
    ProtectNew,
    ReadGroup,
    Resume,
    SetDesired,
    SetMaxSize,
    SetTag,
    Suspend,
    Terminate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.overlay import overlay
from ansible_collections.nodeops.rotator.tests.unit.core.builders import a_group, an_instance

NAMES = ("i-a", "i-b", "i-c")
PROCESSES = ("AZRebalance", "AlarmNotification", "ScheduledActions")
SEEDS = range(15)


class Plain:
    """The settings of a group, changed in the plainest way."""

    def __init__(self, group: Group) -> None:
        self.suspended = set(group.suspended)
        self.protected = {one.id for one in group.instances if one.protected}
        self.tags = dict(group.tags)
        self.max_size, self.protects_new = group.max_size, group.protects_new

    def suspend(self, *names: str) -> None:
        self.suspended |= set(names)

    def resume(self, *names: str) -> None:
        self.suspended -= set(names)

    def protect(self, *names: str) -> None:
        self.protected |= set(names) & set(NAMES)

    def release(self, *names: str) -> None:
        self.protected -= set(names)


def act(dice: random.Random, plain: Plain) -> Command:
    """Do one thing to the plain settings; return the command that does it."""
    kind = dice.randrange(8)
    names = tuple(dice.sample((*NAMES, "i-unknown"), 2))
    processes = tuple(dice.sample(PROCESSES, dice.randint(1, 3)))
    if kind == 0:
        plain.suspend(*processes)
        return Suspend("blue", processes)
    if kind == 1:
        plain.resume(*processes)
        return Resume("blue", processes)
    if kind == 2:
        plain.protect(*names)
        return Protect("blue", names, True)
    if kind == 3:
        plain.release(*names)
        return Protect("blue", names, False)
    if kind == 4:
        plain.max_size = dice.randint(1, 9)
        return SetMaxSize("blue", plain.max_size)
    if kind == 5:
        plain.protects_new = dice.random() < 0.5
        return ProtectNew("blue", plain.protects_new)
    key = dice.choice(("team", "nodeops.rotator/run"))
    if kind == 6:
        plain.tags.pop(key, None)
        return SetTag("blue", key, None)
    plain.tags[key] = str(dice.randint(1, 9))
    return SetTag("blue", key, plain.tags[key])


def start() -> Group:
    return a_group(
        an_instance("a"),
        an_instance("b", protected=True),
        an_instance("c"),
        suspended=frozenset(PROCESSES[1:2]),
        tags={"team": "x"},
    )


def settings(found: Group | Plain) -> dict[str, Any]:
    """The settings that acts change."""
    protected = (
        found.protected
        if isinstance(found, Plain)
        else {one.id for one in found.instances if one.protected}
    )
    return {
        "suspended": set(found.suspended),
        "protected": protected,
        "tags": dict(found.tags),
        "max_size": found.max_size,
        "protects_new": found.protects_new,
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_the_overlay_is_the_group_after_the_acts(seed: int) -> None:
    dice, group = random.Random(seed), start()
    plain = Plain(group)
    acts = [act(dice, plain) for _count in range(12)]
    assert settings(overlay(group, acts)) == settings(plain)


@pytest.mark.parametrize("seed", SEEDS)
def test_acts_may_be_laid_over_at_once_or_one_by_one(seed: int) -> None:
    dice = random.Random(seed)
    acts = [act(dice, Plain(start())) for _count in range(8)]
    one_by_one = start()
    for each in acts:
        one_by_one = overlay(one_by_one, [each])
    assert one_by_one == overlay(start(), acts)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_act_that_the_read_shows_already_changes_nothing(seed: int) -> None:
    """The overlay stays for some seconds after a read may have shown the act."""
    dice = random.Random(seed)
    acts = [act(dice, Plain(start())) for _count in range(6)]
    shown = overlay(start(), acts)
    assert overlay(shown, acts[-1:]) == shown


@pytest.mark.parametrize("seed", SEEDS)
def test_what_an_act_does_not_name_stays(seed: int) -> None:
    dice = random.Random(seed)
    acts = [act(dice, Plain(start())) for _count in range(6)]
    found, group = overlay(start(), acts), start()
    assert (found.name, found.desired, found.min_size) == (group.name, group.desired, 0)
    assert [one.id for one in found.instances] == [one.id for one in group.instances]
    assert [one.source for one in found.instances] == [one.source for one in group.instances]
    assert (found.source, found.resolved) == (group.source, group.resolved)


@pytest.mark.parametrize(
    "other", [SetDesired("blue", 7), Terminate("i-a", True), ReadGroup("blue", ("i-a",))]
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_acts_that_are_accounted_for_elsewhere_do_not_disturb(other: Command, place: int) -> None:
    acts: list[Command] = [SetMaxSize("blue", 9), Suspend("blue", ("AZRebalance",))]
    mixed = [*acts[:place], other, *acts[place:]]
    assert overlay(start(), mixed) == overlay(start(), acts)
