# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one template needs, for every way of pointing at it; and the way back."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    InputError,
    NotFoundError,
)
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
    resolve,
)

OLD, NEW = "ami-00000001", "ami-00000002"
NEWEST = Wanted(NEW)


def version(
    number: int, image: str = OLD, default: bool = False, source: int = 0, act: str = "update"
) -> Version:
    return Version(
        number,
        {"ImageId": image, "InstanceType": "m5.large"},
        write_mark(Mark(source, act)) if source else "",
        default,
    )


THREE = [version(1, default=True), version(2), version(3)]


def pointing(plan: Plan) -> tuple[int, bool, str | None, int | None]:
    return (plan.number, plan.create, plan.group_version, plan.default_to)


@pytest.mark.parametrize(
    ("written", "number"), [("$Latest", 3), ("$Default", 1), ("", 1), ("2", 2)]
)
def test_a_pointer_means_one_version(written: str, number: int) -> None:
    assert resolve(THREE, written).number == number


def test_a_version_that_is_gone_is_said() -> None:
    with pytest.raises(NotFoundError, match="no version 7"):
        resolve(THREE, "7")


@pytest.mark.parametrize(
    ("written", "wanted", "expected"),
    [
        ("2", NEWEST, (4, True, "4", None)),
        ("$Latest", NEWEST, (4, True, None, None)),
        ("$Default", NEWEST, (4, True, None, 4)),
        ("$Latest", Wanted(NEW, pin=True), (4, True, "4", None)),
        ("$Default", Wanted(NEW, pin=True), (4, True, "4", None)),
        ("2", Wanted(NEW, set_default=True), (4, True, "4", 4)),
        ("$Latest", Wanted(NEW, set_default=True), (4, True, None, 4)),
        ("2", Wanted(OLD), (2, False, None, None)),
        ("$Latest", Wanted(OLD), (3, False, None, None)),
        ("$Default", Wanted(OLD), (1, False, None, None)),
        ("$Latest", Wanted(OLD, pin=True), (3, False, "3", None)),
        ("2", Wanted(OLD, set_default=True), (2, False, None, 2)),
    ],
)
def test_the_group_goes_on_pointing_as_it_does(
    written: str, wanted: Wanted, expected: tuple[int, bool, str | None, int | None]
) -> None:
    plan = plan_update(THREE, written, wanted)
    assert pointing(plan) == expected
    assert plan.changed is (
        plan.create or plan.group_version is not None or plan.default_to is not None
    )


@pytest.mark.parametrize(
    ("written", "wanted", "was"),
    [
        ("2", NEWEST, 0),
        ("2", Wanted(NEW, set_default=True), 1),
        ("$Latest", Wanted(NEW, set_default=True), 1),
        ("$Default", NEWEST, 0),
        ("$Default", Wanted(NEW, set_default=True), 0),
        ("$Default", Wanted(NEW, set_default=True, pin=True), 1),
        ("$Default", Wanted(NEW, pin=True), 0),
    ],
)
def test_a_default_that_moves_apart_from_the_group_is_remembered(
    written: str, wanted: Wanted, was: int
) -> None:
    assert plan_update(THREE, written, wanted).default_was == was


@pytest.mark.parametrize(("was", "there", "back"), [(1, True, 1), (0, True, 3), (1, False, 3)])
def test_a_default_goes_back_to_where_it_was(was: int, there: bool, back: int) -> None:
    """Not to the version of the group, unless that was it or the other is gone."""
    mark = write_mark(Mark(3, default=was))
    ours = Version(4, {"ImageId": NEW}, mark, default=True)
    versions = [*([version(1)] if there else []), version(3), ours]
    plan = plan_rollback(versions, "4")
    assert (plan.group_version, plan.default_to) == ("3", back)


@pytest.mark.parametrize("written", ["1", "$Latest", "$Default"])
@pytest.mark.parametrize(
    "wanted",
    [
        NEWEST,
        Wanted(NEW, set_default=True),
        Wanted(NEW, pin=True),
        Wanted(overrides={"KeyName": "k"}),
    ],
)
def test_the_second_run_changes_nothing(written: str, wanted: Wanted) -> None:
    versions = [version(1, default=True)]
    plan = plan_update(versions, written, wanted)
    after = carried_out(versions, plan)
    again = plan_update(after, plan.group_version or written, wanted)
    assert not again.changed
    assert again.number == plan.number


def carried_out(versions: list[Version], plan: Plan) -> list[Version]:
    """The versions after the plan was carried out."""
    mark = write_mark(Mark(plan.source.number, plan.act))
    made = [Version(plan.number, plan.after, mark)] if plan.create else []
    default = plan.default_to or next(one.number for one in versions if one.default)
    return [dataclasses.replace(one, default=one.number == default) for one in [*versions, *made]]


def test_a_run_that_died_before_pointing_is_completed() -> None:
    versions = [version(1, default=True), version(2, NEW, source=1)]
    assert pointing(plan_update(versions, "1", NEWEST)) == (2, False, "2", None)
    assert pointing(plan_update(versions, "$Default", NEWEST)) == (2, False, None, 2)


def test_an_alias_that_means_the_image_stays() -> None:
    aliased = [version(1, "resolve:ssm:/golden", default=True)]
    plan = plan_update(aliased, "1", NEWEST, same_image=True)
    assert not plan.changed
    assert plan.after["ImageId"] == "resolve:ssm:/golden"
    assert plan_update(aliased, "1", NEWEST).after["ImageId"] == NEW


def test_user_data_and_all_else_are_carried_over() -> None:
    data: dict[str, Any] = {
        "ImageId": OLD,
        "UserData": "eA==",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda"}],
        "Unheard": {"Of": 1},
    }
    plan = plan_update([Version(1, data, default=True)], "1", NEWEST)
    assert plan.after == {**data, "ImageId": NEW}
    assert plan.changes == ("ImageId",)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2", (1, False, "1", 1)), ("$Default", (1, False, None, 1)), ("$Latest", (3, True, None, 1))],
)
def test_rolling_back(written: str, expected: tuple[int, bool, str | None, int | None]) -> None:
    versions = [version(1), version(2, NEW, source=1, default=True)]
    plan = plan_rollback(versions, written)
    assert pointing(plan) == expected
    assert plan.after["ImageId"] == OLD
    assert plan.changes == ("ImageId",)


@pytest.mark.parametrize("written", ["2", "$Default", "$Latest"])
def test_rolling_back_twice_changes_nothing(written: str) -> None:
    versions = [version(1), version(2, NEW, source=1, default=True)]
    plan = plan_rollback(versions, written)
    again = plan_rollback(carried_out(versions, plan), plan.group_version or written)
    assert not again.changed


def test_an_update_after_a_rollback_is_made_again() -> None:
    versions = [version(1), version(2, NEW, source=1, default=True)]
    back = carried_out(versions, plan_rollback(versions, "$Latest"))
    assert plan_update(back, "$Latest", NEWEST).create
    assert pointing(plan_update(versions, "1", NEWEST)) == (2, False, "2", None)


def test_what_is_not_ours_is_not_rolled_back() -> None:
    assert not plan_rollback(THREE, "3").changed


def test_a_deleted_way_back_is_said() -> None:
    with pytest.raises(
        NotFoundError, match="Version 1, which version 2 was made from, was deleted"
    ):
        plan_rollback([version(2, NEW, source=1, default=True)], "2")


def test_a_negative_number_of_versions_is_refused() -> None:
    with pytest.raises(InputError, match="keep_versions is -1"):
        Wanted(keep=-1)
