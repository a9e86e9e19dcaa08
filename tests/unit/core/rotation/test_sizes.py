# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Budget arithmetic as truth tables."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.policy import (
    RotationPolicy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    Size,
    Window,
    all_at_once,
    check_confirmed,
    may_take,
    parse,
    room,
    window,
)

HUGE = 10**30


@pytest.mark.parametrize(
    "surge, unavailable, base, expected",
    [
        ("1", "0", 10, (1, 0)),
        ("0", "1", 10, (0, 1)),
        ("2", "3", 10, (2, 3)),
        ("25%", "0", 10, (3, 0)),  # rounds up
        ("0", "25%", 10, (0, 2)),  # rounds down
        ("0", "25%", 3, (0, 1)),  # but to 1 at least when nothing is launched in addition
        ("1%", "1%", 10, (1, 0)),  # and to 0 when something is
        ("25%", "25%", 4, (1, 1)),
        ("100%", "0", 7, (7, 0)),
        ("0", "100%", 7, (0, 7)),
        ("150%", "0", 3, (5, 0)),
        ("1%", "0", 1, (1, 0)),
        ("0%", "1", 5, (0, 1)),
        ("0", "0", 5, None),
        ("0%", "0%", 5, None),
        (str(HUGE), "0", 5, (HUGE, 0)),
    ],
)
def test_window(surge: str, unavailable: str, base: int, expected: tuple[int, int] | None) -> None:
    if expected is None:
        with pytest.raises(InputError):
            window(parse("max_surge", surge), parse("max_unavailable", unavailable), base)
        return
    sizes = parse("max_surge", surge), parse("max_unavailable", unavailable)
    found = window(*sizes, base)
    assert (found.surge, found.unavailable) == expected
    assert found.size == sum(expected)
    assert sizes == (parse("max_surge", surge), parse("max_unavailable", unavailable))


@pytest.mark.parametrize(
    "text, size",
    [
        (2, Size(2)),
        ("2", Size(2)),
        (" 2 ", Size(2)),
        ("25%", Size(25, True)),
        ("0", Size(0)),
        (0, Size(0)),
    ],
)
def test_what_a_user_may_write(text: object, size: Size) -> None:
    assert parse("max_surge", text) == size
    assert parse("max_surge", str(size)) == size


@pytest.mark.parametrize(
    "text",
    [
        "-1",
        -1,
        "-5%",
        "",
        "%",
        "one",
        "25 %",
        "2.5",
        2.5,
        2.0,
        True,
        False,
        None,
        "1e3",
        "0x10",
        "50%%",
        [1],
        "1\n2",
    ],
)
def test_what_a_user_may_not_write_names_the_option_and_what_was_written(text: object) -> None:
    with pytest.raises(InputError) as caught:
        parse("max_unavailable", text)
    assert f"max_unavailable is '{text}'" in str(caught.value)
    assert "25%" in str(caught.value)


@pytest.mark.parametrize(
    "available, base, unavailable, may",
    [
        (4, 4, 0, False),
        (5, 4, 0, True),
        (4, 4, 1, True),
        (3, 4, 1, False),
        (1, 1, 1, True),
        (0, 1, 1, False),
        (9, 4, 0, True),
    ],
)
def test_one_more_may_be_taken_only_if_enough_stay(
    available: int, base: int, unavailable: int, may: bool
) -> None:
    assert may_take(available, base, Window(1, unavailable)) is may


@pytest.mark.parametrize(
    "launched, base, surge, more",
    [(4, 4, 2, 2), (5, 4, 2, 1), (6, 4, 2, 0), (9, 4, 2, 0), (3, 4, 1, 2), (4, 4, 0, 0)],
)
def test_room_above_what_is_launched(launched: int, base: int, surge: int, more: int) -> None:
    assert room(launched, base, Window(surge, 0)) == more


@pytest.mark.parametrize(
    "field, value",
    [
        ("limit", 0),
        ("soak", -0.1),
        ("failure_budget", -1),
        ("min_ready", -1),
        ("boot_timeout", 0),
        ("lb_timeout", 0),
    ]
    + [
        ("poll_interval", 0),
        ("lease_duration", 0),
        ("stop_timeout", -1),
        ("terminate_timeout", 0),
        ("max_node_age", 0),
        ("boot_timeout", -1),
    ],
)
def test_a_policy_that_cannot_be_meant_names_the_field(field: str, value: float) -> None:
    fields: dict[str, object] = {"group": "g", "run": "r", "holder": "h"}
    RotationPolicy(**fields)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=f"{field} is {value}"):
        RotationPolicy(**fields, **{field: value})  # type: ignore[arg-type]


def test_a_policy_with_both_sizes_zero_is_refused() -> None:
    with pytest.raises(InputError, match="both 0"):
        RotationPolicy("g", "r", "h", max_surge=Size(0), max_unavailable=Size(0))


@pytest.mark.parametrize(
    ("surge", "unavailable", "said"),
    [
        ("101%", "0", "max_surge is 101%, more nodes than the group has"),
        ("1", "100%", "max_unavailable is 100%, all nodes at one time"),
        ("0", "150%", "max_unavailable is 150%"),
    ],
)
def test_more_than_people_usually_mean_has_to_be_confirmed(
    surge: str, unavailable: str, said: str
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        check_confirmed(parse("max_surge", surge), parse("max_unavailable", unavailable))
    assert "set confirm_sizes" in caught.value.hint


@pytest.mark.parametrize(("surge", "unavailable"), [("100%", "99%"), ("50", "0"), ("0", "1")])
def test_usual_sizes_need_no_confirmation(surge: str, unavailable: str) -> None:
    check_confirmed(parse("max_surge", surge), parse("max_unavailable", unavailable))


@pytest.mark.parametrize(
    ("unavailable", "base", "all_of_it"),
    [
        ("4", 4, True),
        ("5", 4, True),
        ("3", 4, False),
        ("2", 2, True),
        ("1", 1, False),
        ("5", 1, False),
        ("1", 0, False),
        ("100%", 4, False),  # refused before the group is known
    ],
)
def test_a_number_that_is_the_whole_group_has_to_be_confirmed(
    unavailable: str, base: int, all_of_it: bool
) -> None:
    error = all_at_once(parse("max_unavailable", unavailable), base)
    assert (error is not None) is all_of_it
    assert error is None or "set confirm_sizes" in error.hint
