# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch configurations over random updates and rollbacks; names of copies."""

from __future__ import annotations

import base64
import random
import re
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.configurations import (
    NAME_LIMIT,
    ConfigurationPlan,
    data_of,
    encoded,
    family_of,
    join,
    plan_configuration,
    plan_configuration_rollback,
    prunable_configurations,
    request_of,
    split,
)

IMAGES = ("ami-1", "ami-2", "ami-3")
SEEDS = range(15)


class Account:
    """Launch configurations by name, and the one that a group launches from."""

    def __init__(self) -> None:
        self.every: dict[str, dict[str, Any]] = {
            "red": {"ImageId": IMAGES[0], "InstanceType": "m5.large"},
            "red-team": {"ImageId": IMAGES[0]},
        }
        self.current = "red"

    @property
    def image(self) -> str:
        """The image that the group launches."""
        return str(self.every[self.current]["ImageId"])

    def carry_out(self, plan: ConfigurationPlan) -> None:
        """Do what the plan says."""
        assert plan.create is (plan.name not in self.every)
        if plan.create:
            self.every[plan.name] = dict(plan.after)
        self.current = plan.name

    def update(self, image: str) -> ConfigurationPlan:
        plan = plan_configuration(self.current, family_of(self.current, self.every), image, {})
        self.carry_out(plan)
        return plan

    def roll_back(self) -> ConfigurationPlan:
        plan = plan_configuration_rollback(self.current, family_of(self.current, self.every))
        self.carry_out(plan)
        return plan


def used(seed: int) -> tuple[Account, random.Random]:
    """An account after some updates and rollbacks."""
    dice, account = random.Random(seed), Account()
    for _count in range(dice.randint(0, 5)):
        if dice.random() < 0.3:
            account.roll_back()
        else:
            account.update(dice.choice(IMAGES))
    return account, dice


@pytest.mark.parametrize("seed", SEEDS)
def test_after_an_update_the_group_launches_what_is_wanted(seed: int) -> None:
    account, dice = used(seed)
    image = dice.choice(IMAGES)
    account.update(image)
    assert account.image == image
    assert not account.update(image).changed


@pytest.mark.parametrize("seed", SEEDS)
def test_a_configuration_is_never_written_again(seed: int) -> None:
    """Only its image differs from the original, and what is there stays as it was."""
    account, dice = used(seed)
    before = {name: dict(data) for name, data in account.every.items()}
    plan = account.update(dice.choice(IMAGES))
    assert {name: account.every[name] for name in before} == before
    assert plan.changes in ((), ("ImageId",))
    assert account.every[account.current]["InstanceType"] == "m5.large"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rollback_after_an_update_to_the_newest_brings_what_was_before(seed: int) -> None:
    account, dice = used(seed)
    before = account.current
    numbers = set(family_of(before, account.every))
    plan = account.update(dice.choice(IMAGES))
    newest = max(family_of(account.current, account.every))
    if plan.changed and split(account.current)[1] == newest:
        older = max(number for number in numbers if number < newest)
        assert account.roll_back().changed
        assert split(account.current) == ("red", older)
        assert not account.roll_back().changed


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("keep", [0, 1, 2, 9])
def test_pruning_keeps_the_original_and_what_is_used(seed: int, keep: int) -> None:
    account, _dice = used(seed)
    family = family_of("red", account.every)
    gone = prunable_configurations(family, "red", keep, {account.current}, {"red-nodeops-2"})
    ours = sorted(number for number in family if number)
    assert "red" not in gone
    assert account.current not in gone
    assert "red-nodeops-2" not in gone
    assert set(gone) <= {join("red", number) for number in ours[: max(0, len(ours) - keep)]}
    spared = {join("red", number) for number in ours} - set(gone)
    assert len(spared - {account.current, "red-nodeops-2"}) <= keep


@pytest.mark.parametrize("number", [0, 1, 9, 10, 999])
@pytest.mark.parametrize("base", ["red", "red-nodeops", "a-nodeops-x", "x" * 240])
def test_a_name_is_taken_apart_as_it_was_put_together(base: str, number: int) -> None:
    name = join(base, number)
    assert len(name) <= NAME_LIMIT
    assert split(name) == (base, number)


@pytest.mark.parametrize("number", [1, 99, 12345])
def test_a_name_that_is_too_long_is_cut_before_its_number(number: int) -> None:
    name = join("x" * 300, number)
    assert len(name) == NAME_LIMIT
    assert name.endswith(f"x-nodeops-{number}")
    assert split(name)[1] == number


@pytest.mark.parametrize(
    "name", ["red-nodeops-", "red-nodeops-1a", "-nodeops-1", "nodeops-1", "red-nodeops-1 "]
)
def test_what_is_nearly_the_name_of_a_copy_is_an_original(name: str) -> None:
    assert split(name) == (name, 0)


def test_what_only_answers_have_is_not_sent() -> None:
    shown = {
        "LaunchConfigurationName": "red",
        "LaunchConfigurationARN": "arn:red",
        "CreatedTime": 5,
        "ImageId": "ami-1",
        "KeyName": "",
        "SecurityGroups": [],
    }
    assert data_of(shown) == {"ImageId": "ami-1"}


TEXT = "#!/bin/bash\necho hello\n"
BASE64 = base64.b64encode(TEXT.encode()).decode()


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"UserData": TEXT}, {"UserData": BASE64}),
        ({"UserData": BASE64}, {"UserData": BASE64}),
        ({"UserData": ""}, {"UserData": ""}),
        ({"UserData": None}, {"UserData": None}),
        ({"KeyName": "k"}, {"KeyName": "k"}),
        ({}, {}),
    ],
    ids=["text", "base64", "empty", "removed", "another field", "nothing"],
)
def test_user_data_may_be_given_as_text_or_base64(
    overrides: dict[str, Any], said: dict[str, Any]
) -> None:
    assert encoded(overrides) == said


@pytest.mark.parametrize("data", [{}, {"ImageId": "ami-1"}, {"UserData": ""}])
def test_without_user_data_nothing_is_decoded(data: dict[str, Any]) -> None:
    assert request_of(data) == data


def test_boto3_gets_the_bytes_that_it_encodes_itself() -> None:
    sent = request_of({"ImageId": "ami-1", "UserData": BASE64})
    assert sent == {"ImageId": "ami-1", "UserData": TEXT.encode()}


def test_a_planned_text_compares_equal_to_what_is_described() -> None:
    family = {0: {"ImageId": "ami-1", "UserData": BASE64}}
    assert not plan_configuration("red", family, "ami-1", {"UserData": TEXT}).changed
    plan = plan_configuration("red", family, "ami-1", {"UserData": TEXT + "more\n"})
    assert plan.changes == ("UserData",)
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", plan.after["UserData"])
