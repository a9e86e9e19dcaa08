# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of options are checked, and the wrong ones named."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import (
    called,
    check_above_zero,
    check_at_least,
    check_choice,
    check_given,
    choices,
)

Color = Literal["red", "green"]


def test_the_values_of_a_literal_are_its_choices_in_order() -> None:
    assert choices(Color) == ("red", "green")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("red", ""),
        ("green", ""),
        ("blue", "color is 'blue'. Choose one of red, green"),
        ("", "color is ''. Choose one of red, green"),
        ("Red", "color is 'Red'. Choose one of red, green"),
    ],
)
def test_one_of_the_choices(value: str, message: str) -> None:
    assert refusal(check_choice, "color", value, Color) == message


@pytest.mark.parametrize(
    ("value", "least", "unit", "message"),
    [
        (0, 0, "", ""),
        (1, 0, "", ""),
        (None, 5, "", ""),
        (-1, 0, "", "soak is -1, it must be 0 or more"),
        (0.5, 1, "seconds", "soak is 0.5, it must be 1 or more seconds"),
    ],
)
def test_at_least(value: float | None, least: float, unit: str, message: str) -> None:
    assert refusal(check_at_least, "soak", value, least, unit) == message


@pytest.mark.parametrize(
    ("value", "unit", "message"),
    [
        (1, "", ""),
        (0.001, "", ""),
        (None, "", ""),
        (0, "", "limit is 0, it must be more than 0"),
        (-2, "seconds", "limit is -2, it must be more than 0 seconds"),
    ],
)
def test_above_zero(value: float | None, unit: str, message: str) -> None:
    assert refusal(check_above_zero, "limit", value, unit) == message


@pytest.mark.parametrize("value", ["", None])
def test_what_is_empty_is_asked_for(value: str | None) -> None:
    assert refusal(check_given, "group", value, "its name") == "group is empty. Give its name"


def test_what_is_given_is_returned() -> None:
    assert check_given("group", "blue", "its name") == "blue"


def refusal(check: Any, *arguments: Any) -> str:
    """The message with which a check refuses, "" if it passes."""
    try:
        check(*arguments)
    except InputError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("soak is -1", "rotate_soak is -1"),
        ("window.start is '9'", "rotate_window.start is '9'"),
        ("something is wrong", "something is wrong"),
        ("soaked is -1", "soaked is -1"),
    ],
)
def test_an_option_and_its_parts_are_named_as_users_name_them(message: str, told: str) -> None:
    with pytest.raises(InputError) as caught, called("rotate_", ("soak", "window")):
        raise InputError(message, "hint", "code")
    assert caught.value.message == told
    assert (caught.value.hint, caught.value.code) == ("hint", "code")
