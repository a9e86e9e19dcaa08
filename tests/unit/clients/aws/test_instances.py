# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2 instances, asked for by filter and joined with those of their group."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.instances import (
    describe_instances,
    joined,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded

KNOWN = Instance("i-1", "a", "InService", True, ("lt-1", "2"), "", type="m5.large")
LAUNCHED = datetime.datetime(2026, 5, 6, 7, 8, 9, tzinfo=datetime.UTC)
MACHINE: dict[str, Any] = {
    "InstanceId": "i-1",
    "State": {"Name": "running"},
    "ImageId": "ami-1",
    "InstanceType": "m6i.large",
    "LaunchTime": LAUNCHED,
    "PrivateDnsName": "ip-10-0-0-1.internal",
    "Placement": {"AvailabilityZone": "b"},
    "Platform": "Windows",
}


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (200, [200]), (401, [200, 200, 1])]
)
def test_they_are_asked_for_by_filter_two_hundred_at_a_time(count: int, sizes: list[int]) -> None:
    raw = Recorded(DescribeInstances={"Reservations": [{"Instances": [MACHINE]}]})
    ids = [f"i-{number}" for number in range(count)]
    found = list(describe_instances(Aws(raw), "look", "instance-id", ids))
    asked = [params["Filters"][0] for params in raw.asked("DescribeInstances")]
    assert [len(one["Values"]) for one in asked] == sizes
    assert [value for one in asked for value in one["Values"]] == ids
    assert {one["Name"] for one in asked} <= {"instance-id"}
    assert len(found) == len(sizes)


def test_all_instances_of_all_reservations_and_pages_are_found() -> None:
    pages = [
        {"Reservations": [{"Instances": [1, 2]}, {"Instances": [3]}], "NextToken": "t"},
        {"Reservations": [{"Instances": [4]}]},
    ]
    raw = Recorded(DescribeInstances=pages)
    assert list(describe_instances(Aws(raw), "look", "private-dns-name", ["x"])) == [1, 2, 3, 4]


def test_what_ec2_knows_is_joined_with_what_the_group_knows() -> None:
    assert joined(KNOWN, MACHINE) == Instance(
        "i-1",
        "a",
        "InService",
        True,
        ("lt-1", "2"),
        "running",
        "ami-1",
        "m6i.large",
        LAUNCHED.timestamp(),
        "ip-10-0-0-1.internal",
        "windows",
    )


@pytest.mark.parametrize(("key", "kept"), [("nodeops.rotator/kept", True), ("Name", False)])
def test_the_tag_tells_that_an_instance_is_kept(key: str, kept: bool) -> None:
    assert joined(KNOWN, {**MACHINE, "Tags": [{"Key": key, "Value": "r1"}]}).kept is kept


def test_an_instance_that_ec2_does_not_know_stays_unknown() -> None:
    found = joined(KNOWN, {})
    assert (found.state, found.image_id, found.launched_at, found.private_dns) == ("", "", 0.0, "")
    assert (found.zone, found.type) == ("a", "m5.large")


def test_the_zone_of_one_that_has_left_its_group_is_ec2s() -> None:
    assert joined(Instance("i-1", ""), MACHINE).zone == "b"
