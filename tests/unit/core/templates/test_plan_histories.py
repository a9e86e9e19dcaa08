# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A template over random updates and rollbacks, carried out as planned."""

from __future__ import annotations

import dataclasses
import random

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    Mark,
    Version,
    write_mark,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import (
    Plan,
    Wanted,
    plan_rollback,
    plan_update,
    renumbered,
    resolve,
)

IMAGES = ("ami-00000001", "ami-00000002", "ami-00000003")
POINTERS = ("1", "$Latest", "$Default")
SEEDS = range(15)


class Template:
    """A launch template and how one group points at it."""

    def __init__(self, written: str) -> None:
        self.versions = [Version(1, {"ImageId": IMAGES[0]}, default=True)]
        self.written = written

    @property
    def image(self) -> str:
        """The image that the group launches."""
        return resolve(self.versions, self.written).image_id

    def carry_out(self, plan: Plan) -> None:
        """Do what the plan says."""
        if plan.create:
            mark = write_mark(Mark(plan.source.number, plan.act))
            assert plan.number not in {one.number for one in self.versions}
            self.versions.append(Version(plan.number, plan.after, mark))
        if plan.default_to is not None:
            self.versions = [
                dataclasses.replace(one, default=one.number == plan.default_to)
                for one in self.versions
            ]
        self.written = plan.group_version or self.written

    def update(self, wanted: Wanted) -> Plan:
        plan = plan_update(self.versions, self.written, wanted)
        self.carry_out(plan)
        return plan

    def roll_back(self) -> Plan:
        plan = plan_rollback(self.versions, self.written)
        self.carry_out(plan)
        return plan


def used(seed: int, written: str) -> tuple[Template, random.Random]:
    """A template after some updates and rollbacks."""
    dice, template = random.Random(seed), Template(written)
    for _count in range(dice.randint(0, 5)):
        if dice.random() < 0.3:
            template.roll_back()
        else:
            template.update(Wanted(dice.choice(IMAGES)))
    return template, dice


@pytest.mark.parametrize("written", POINTERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_after_an_update_the_group_launches_what_is_wanted(seed: int, written: str) -> None:
    template, dice = used(seed, written)
    image = dice.choice(IMAGES)
    template.update(Wanted(image))
    assert template.image == image
    assert not plan_update(template.versions, template.written, Wanted(image)).changed


@pytest.mark.parametrize("written", POINTERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_group_goes_on_pointing_as_it_did(seed: int, written: str) -> None:
    template, _dice = used(seed, written)
    if written == "1":
        assert template.written.isdecimal()
    else:
        assert template.written == written


@pytest.mark.parametrize("written", POINTERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_rollback_after_an_update_brings_the_image_of_before(seed: int, written: str) -> None:
    template, dice = used(seed, written)
    before = template.image
    plan = template.update(Wanted(dice.choice(IMAGES)))
    if plan.create:
        assert template.roll_back().changed
        assert template.image == before
        assert not plan_rollback(template.versions, template.written).changed


@pytest.mark.parametrize("written", POINTERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_that_changes_nothing_needs_no_writes(seed: int, written: str) -> None:
    template, _dice = used(seed, written)
    plan = plan_update(template.versions, template.written, Wanted(template.image))
    assert not plan.changed
    assert plan.changes == ()
    assert plan.before == plan.after
    assert plan.number == plan.source.number


@pytest.mark.parametrize("written", POINTERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_pin_makes_the_pointer_a_number_of_the_wanted_image(seed: int, written: str) -> None:
    template, dice = used(seed, written)
    image = dice.choice(IMAGES)
    template.update(Wanted(image, pin=True))
    assert template.written.isdecimal()
    assert template.image == image


@pytest.mark.parametrize("written", POINTERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_default_follows_where_it_is_asked_to(seed: int, written: str) -> None:
    template, dice = used(seed, written)
    image = dice.choice(IMAGES)
    template.update(Wanted(image, set_default=True))
    assert resolve(template.versions, "$Default").image_id == image
    assert template.image == image


@pytest.mark.parametrize("seed", SEEDS)
def test_a_template_has_one_default_after_any_history(seed: int) -> None:
    template, _dice = used(seed, "$Default")
    assert len([one for one in template.versions if one.default]) == 1


@pytest.mark.parametrize("written", POINTERS)
@pytest.mark.parametrize(
    "wanted", [Wanted(IMAGES[1]), Wanted(IMAGES[1], set_default=True, pin=True)]
)
def test_a_version_that_somebody_else_made_faster_moves_the_plan(
    written: str, wanted: Wanted
) -> None:
    template = Template(written)
    plan = plan_update(template.versions, written, wanted)
    moved = renumbered(plan, 5)
    assert (plan.number, moved.number) == (2, 5)
    assert moved.group_version == ("5" if plan.group_version else None)
    assert moved.default_to == (5 if plan.default_to else None)
    assert (
        dataclasses.replace(
            moved, number=2, group_version=plan.group_version, default_to=plan.default_to
        )
        == plan
    )
