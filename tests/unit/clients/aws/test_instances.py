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
    BOOTING,
    Machines,
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


def a_machine(name: str, state: str = "running") -> dict[str, Any]:
    return {"InstanceId": name, "State": {"Name": state}}


def answer(*machines: dict[str, Any]) -> dict[str, Any]:
    return {"Reservations": [{"Instances": list(machines)}]}


class TestMachines:
    """A group from read to read: i-1 runs, i-2 is booting, i-3 is not known yet."""

    FIRST = ("i-1", "i-2", "i-3")
    MAX_AGE = 300.0

    def asked_for(
        self, *shown: str, also: tuple[str, ...] = (), later: float = 1.0, max_age: float = MAX_AGE
    ) -> list[str]:
        """Return what the second read asks for."""
        first = answer(a_machine("i-1"), a_machine("i-2", "pending"))
        raw, machines = Recorded(DescribeInstances=[first, answer()]), Machines()
        machines.describe(Aws(raw), "look", self.FIRST, (), 1000.0, max_age)
        machines.describe(Aws(raw), "look", shown, also, 1000.0 + later, max_age)
        asked = raw.asked("DescribeInstances")[1:]
        return [name for one in asked for name in one["Filters"][0]["Values"]]

    def test_the_first_read_describes_all(self) -> None:
        raw = Recorded(DescribeInstances=answer(a_machine("i-1")))
        found = Machines().describe(Aws(raw), "look", self.FIRST, ("i-9",), 1000.0, self.MAX_AGE)
        assert list(found) == ["i-1"]
        (asked,) = raw.asked("DescribeInstances")
        assert asked["Filters"][0]["Values"] == ["i-1", "i-2", "i-3", "i-9"]

    def test_the_next_one_describes_what_was_not_known(self) -> None:
        assert self.asked_for(*self.FIRST) == ["i-3"]

    def test_and_what_was_not_seen_to_run_for_a_while(self) -> None:
        assert self.asked_for("i-1", "i-2", later=BOOTING - 1) == []
        assert self.asked_for("i-1", "i-2", later=BOOTING) == ["i-2"]

    def test_and_what_is_new(self) -> None:
        assert self.asked_for("i-1", "i-4") == ["i-4"]

    def test_and_what_is_named(self) -> None:
        assert self.asked_for("i-1", also=("i-1",)) == ["i-1"]

    def test_and_all_once_in_max_age(self) -> None:
        assert self.asked_for("i-1", later=self.MAX_AGE - 1) == []
        assert self.asked_for("i-1", later=self.MAX_AGE) == ["i-1"]

    def test_without_an_age_all_are_described_each_time(self) -> None:
        assert self.asked_for("i-1", max_age=0.0) == ["i-1"]

    def test_what_ec2_does_not_know_any_more_is_unknown(self) -> None:
        raw = Recorded(DescribeInstances=[answer(a_machine("i-1")), answer()])
        machines = Machines()
        for also in ((), ("i-1",)):
            found = machines.describe(Aws(raw), "look", ("i-1",), also, 1000.0, self.MAX_AGE)
        assert found == {}
