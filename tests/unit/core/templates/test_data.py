# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Template data: merge, compare, show, mark a description, prune."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import InputError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates import data
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    Mark,
    Rollback,
    Version,
)

DATA: dict[str, Any] = {
    "ImageId": "ami-1",
    "InstanceType": "m5.large",
    "MetadataOptions": {"HttpTokens": "optional", "HttpEndpoint": "enabled"},
    "SecurityGroupIds": ["sg-1", "sg-2"],
    "IamInstanceProfile": {"Name": "node"},
}


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"ImageId": "ami-2"}, "ImageId", "ami-2"),
        (
            {"MetadataOptions": {"HttpTokens": "required"}},
            "MetadataOptions",
            {"HttpTokens": "required", "HttpEndpoint": "enabled"},
        ),
        ({"MetadataOptions": {"HttpTokens": None}}, "MetadataOptions", {"HttpEndpoint": "enabled"}),
        ({"MetadataOptions": None}, "MetadataOptions", None),
        ({"SecurityGroupIds": ["sg-3"]}, "SecurityGroupIds", ["sg-3"]),
        ({"SecurityGroupIds": []}, "SecurityGroupIds", None),
        ({"KeyName": "k"}, "KeyName", "k"),
        ({"KeyName": None}, "KeyName", None),
        ({"Monitoring": {"Enabled": None}}, "Monitoring", None),
        (
            {"Placement": {"Tenancy": "default", "GroupName": None}},
            "Placement",
            {"Tenancy": "default"},
        ),
        ({"IamInstanceProfile": {"Name": None, "Arn": "a"}}, "IamInstanceProfile", {"Arn": "a"}),
        ({"IamInstanceProfile": {"Name": None}}, "IamInstanceProfile", None),
    ],
)
def test_merging(changes: dict[str, Any], field: str, value: Any) -> None:
    before = {name: dict(part) if isinstance(part, dict) else part for name, part in DATA.items()}
    merged = data.merge(DATA, changes)
    assert merged.get(field) == value
    others = {name: part for name, part in merged.items() if name != field}
    assert others == {name: part for name, part in DATA.items() if name != field}
    assert before == DATA, "the source was changed"


def test_differences_are_dotted_and_lists_count_as_one() -> None:
    after = data.merge(
        DATA,
        {
            "MetadataOptions": {"HttpTokens": "required"},
            "SecurityGroupIds": ["sg-1"],
            "KeyName": "k",
        },
    )
    assert data.differences(DATA, after) == [
        "KeyName",
        "MetadataOptions.HttpTokens",
        "SecurityGroupIds",
    ]
    assert data.differences(DATA, dict(DATA)) == []


@pytest.mark.parametrize(
    ("changes", "removed"),
    [
        ({"ImageId": "x"}, False),
        ({"KeyName": "k"}, False),
        ({"MetadataOptions": None}, True),
        ({"MetadataOptions": {"HttpTokens": None}}, True),
        ({"SecurityGroupIds": ["sg-1"]}, False),
    ],
)
def test_what_is_removed_cannot_be_inherited(changes: dict[str, Any], removed: bool) -> None:
    assert data.removes(DATA, data.merge(DATA, changes)) is removed


def test_what_only_answers_have_is_no_difference() -> None:
    shown = {
        **DATA,
        "Operator": {"Managed": False},
        "MetadataOptions": {**DATA["MetadataOptions"], "State": "applied"},
        "KeyName": "",
        "NetworkInterfaces": [{"Ipv6Addresses": [{"Ipv6Address": "::1", "IsPrimaryIpv6": True}]}],
    }
    wanted = {**DATA, "NetworkInterfaces": [{"Ipv6Addresses": [{"Ipv6Address": "::1"}]}]}
    assert data.clean(shown) == wanted
    assert shown["MetadataOptions"]["State"] == "applied", "the answer was changed"


def test_a_diff_shows_user_data_only_where_it_differs() -> None:
    def encode(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    before, after = (
        {**DATA, "UserData": encode("one\ntwo\n")},
        {**DATA, "UserData": encode("one\nthree\n")},
    )
    assert "UserData:\n  one\n  two\n" in data.render(before, after)
    assert "UserData: (12 characters, the same before and after)\n" in data.render(
        before, {**before, "ImageId": "x"}
    )
    assert "MetadataOptions.HttpTokens: optional\n" in data.render(before, after)
    assert 'SecurityGroupIds: ["sg-1", "sg-2"]\n' in data.render(before, after)


@pytest.mark.parametrize(
    "image_id",
    [
        "ami-0123456789abcdef0",
        "ami-01234567",
        "resolve:ssm:/golden/node",
        "resolve:ssm:/golden/node:3",
    ],
)
def test_an_image_is_an_id_or_a_parameter(image_id: str) -> None:
    data.check_image_id(image_id)


@pytest.mark.parametrize(
    "image_id",
    ["ami-", "ami-xyz", "golden", "resolve:ssm:", "resolve:ec2:x", "ami-0123456789abcdef0 "],
)
def test_anything_else_is_refused(image_id: str) -> None:
    with pytest.raises(InputError, match="is not a valid image ID"):
        data.check_image_id(image_id)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        (Mark(3), ""),
        (Mark(3, "rollback", at="2026-06-01T12:00:00Z"), ""),
        (
            Mark(12, "update", "1.33.5-20260129", "run-7", "2026-06-01T12:00:00Z"),
            "by the night shift | with a bar",
        ),
        (Mark(12, "update", "", "run-7", ""), "x" * 400),
        (Mark(12, "update", "1.33", "run-7", "2026-06-01T12:00:00Z", 3), "default was 4"),
        (Mark(12, default=10000), ""),
    ],
)
def test_a_mark_is_read_back(mark: Mark, text: str) -> None:
    written = data.write_mark(mark, text)
    assert len(written) <= 255
    assert data.read_mark(written) == mark


def test_a_mark_survives_any_run_id() -> None:
    read = data.read_mark(data.write_mark(Mark(3, run="a, b | c\nd" + "x" * 300)))
    assert read is not None
    assert read.source == 3
    assert read.run.startswith("a-b-c-d")


@pytest.mark.parametrize(
    "description", ["", "made by hand", "nodeops.rotator", "see nodeops.rotator: update from 3"]
)
def test_a_version_of_somebody_else_has_no_mark(description: str) -> None:
    assert data.read_mark(description) is None


def ours(
    number: int, source: int, act: str = "update", default: bool = False, **contents: str
) -> Version:
    return Version(number, contents, data.write_mark(Mark(source, act)), default)


def test_what_an_interrupted_run_left_is_used_again() -> None:
    versions = [
        Version(1, {"ImageId": "a"}),
        ours(2, 1, ImageId="b"),
        Version(3, {"ImageId": "b"}),
        ours(4, 2, ImageId="b"),
    ]
    found = data.reusable(versions, 1, {"ImageId": "b"})
    assert found is not None, "neither somebody else's nor one made from another version"
    assert found.number == 2, "neither somebody else's nor one made from another version"
    assert data.reusable(versions, 1, {"ImageId": "c"}) is None


def test_the_way_back() -> None:
    versions = [Version(1, {}), ours(2, 1), ours(3, 2)]
    assert data.find_rollback(versions, 3) == Rollback(3, 2)
    assert data.find_rollback(versions, 2) is None, "that is where a rollback has led"
    assert data.find_rollback(versions, 1) is None, "not ours"
    assert data.find_rollback([*versions, ours(4, 3, "rollback")], 4) is None, "rolled back once"


@pytest.mark.parametrize(
    ("keep", "protected", "gone"),
    [
        (0, set(), [2, 5, 6]),
        (1, set(), [2, 5, 6]),
        (2, set(), [2, 5]),
        (2, {5}, [2]),
        (9, set(), []),
    ],
)
def test_only_old_versions_of_ours_are_pruned(
    keep: int, protected: set[int], gone: list[int]
) -> None:
    versions = [
        Version(1, {}),
        ours(2, 1),
        Version(3, {}),
        ours(4, 3, default=True),
        ours(5, 4),
        ours(6, 5),
        ours(7, 6),
    ]
    expected = [number for number in gone if number != 4]
    assert data.prunable(versions, keep, protected) == expected
