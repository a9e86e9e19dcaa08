# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images and instance types: what EC2 is asked, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    NotFoundError,
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.fit import InstanceType
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.ami.images import (
    TYPES_PER_CALL,
    by_ids,
    get,
    instance_types,
    of_instances,
    search,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded, refusal


def shown(name: str) -> dict[str, Any]:
    """An element of DescribeImages."""
    return {"ImageId": name, "CreationDate": "2026-05-01T07:08:09.000Z", "Name": f"the {name}"}


def test_a_search_asks_for_owners_and_filters_on_every_page() -> None:
    raw = Recorded(
        DescribeImages=[
            {"Images": [shown("ami-1")], "NextToken": "more"},
            {"Images": [shown("ami-2")]},
        ]
    )
    found = search(Aws(raw), ["amazon"], {"name": ["a*", "b*"]}, deprecated=False)
    assert [image.id for image in found] == ["ami-1", "ami-2"]
    first, second = raw.asked("DescribeImages")
    assert first == {
        "Owners": ["amazon"],
        "Filters": [{"Name": "name", "Values": ["a*", "b*"]}],
        "IncludeDeprecated": False,
    }
    assert second == {**first, "NextToken": "more"}


def test_a_search_among_anybodys_images_names_no_owner() -> None:
    raw = Recorded()
    assert search(Aws(raw), (), {}, deprecated=True) == []
    assert raw.asked("DescribeImages") == [{"Filters": [], "IncludeDeprecated": True}]


def test_images_are_asked_for_by_filter_each_once() -> None:
    """A call by IDs would fail if one of them is missing."""
    raw = Recorded(DescribeImages={"Images": [shown("ami-2")]})
    assert sorted(by_ids(Aws(raw), ["ami-2", "ami-1", "ami-2"])) == ["ami-2"]
    (asked,) = raw.asked("DescribeImages")
    assert asked["Filters"] == [{"Name": "image-id", "Values": ["ami-1", "ami-2"]}]
    assert asked["IncludeDeprecated"] is True


def test_no_images_are_not_asked_for() -> None:
    raw = Recorded()
    assert by_ids(Aws(raw), []) == {}
    assert raw.calls == []


def test_one_image_has_to_exist() -> None:
    raw = Recorded(DescribeImages={"Images": [shown("ami-1")]})
    assert get(Aws(raw), "ami-1").name == "the ami-1"
    with pytest.raises(NotFoundError, match="Image ami-2 does not exist in this region"):
        get(Aws(raw), "ami-2")


def a_type(name: str, **more: Any) -> dict[str, Any]:
    return {
        "InstanceType": name,
        "ProcessorInfo": {"SupportedArchitectures": ["x86_64", "i386"]},
        **more,
    }


def test_what_types_can_run_is_read_from_every_page() -> None:
    raw = Recorded(
        DescribeInstanceTypes=[
            {
                "InstanceTypes": [a_type("m5.large", SupportedBootModes=["uefi"])],
                "NextToken": "more",
            },
            {"InstanceTypes": [a_type("t2.large")]},
        ]
    )
    assert instance_types(Aws(raw), ["t2.large", "m5.large", "m5.large"]) == {
        "m5.large": InstanceType(("x86_64", "i386"), ("uefi",)),
        "t2.large": InstanceType(("x86_64", "i386")),
    }
    assert raw.asked("DescribeInstanceTypes")[0]["InstanceTypes"] == ["m5.large", "t2.large"]


@pytest.mark.parametrize(
    ("count", "calls"), [(0, []), (1, [1]), (100, [100]), (101, [100, 1]), (250, [100, 100, 50])]
)
def test_types_are_asked_for_in_calls_that_ec2_takes(count: int, calls: list[int]) -> None:
    raw = Recorded()
    instance_types(Aws(raw), [f"m{number}.large" for number in range(count)])
    asked = [len(one["InstanceTypes"]) for one in raw.asked("DescribeInstanceTypes")]
    assert asked == calls
    assert all(number <= TYPES_PER_CALL for number in asked)


def test_a_type_that_does_not_exist_is_an_error() -> None:
    raw = Recorded(DescribeInstanceTypes=refusal("InvalidInstanceType", "no type m9.huge"))
    with pytest.raises(RotatorError, match=r"describe instance types m9\.huge"):
        instance_types(Aws(raw), ["m9.huge"])


@pytest.mark.parametrize(
    ("states", "images"),
    [
        (("running", "pending"), ["ami-0", "ami-1"]),
        (("running", "terminated"), ["ami-0"]),
        (("shutting-down", "stopped"), ["ami-1"]),
        ((), []),
    ],
)
def test_instances_that_have_ended_run_no_image(states: tuple[str, ...], images: list[str]) -> None:
    instances = [
        {"InstanceId": f"i-{number}", "ImageId": f"ami-{number}", "State": {"Name": state}}
        for number, state in enumerate(states)
    ]
    raw = Recorded(DescribeInstances={"Reservations": [{"Instances": instances}]})
    ids = [one["InstanceId"] for one in instances]
    assert of_instances(Aws(raw), [*ids, *ids]) == images
