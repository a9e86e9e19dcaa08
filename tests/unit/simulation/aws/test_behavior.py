# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stale answers, error odds, injected faults and unknown callers."""

from __future__ import annotations

import collections
import dataclasses
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import Credential
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault, Gate
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel

LAGGING = dataclasses.replace(
    Behavior.polite(), describe_lag=5.0, boot=(30.0, 30.0), shutdown=(20.0, 20.0)
)


def often(world: Any, read: Any) -> collections.Counter[Any]:
    return collections.Counter(read() for _time in range(200))


def test_an_answer_may_be_as_old_as_the_lag_and_no_older(make_world: Any) -> None:
    world = make_world(LAGGING)
    world.wait(100)
    world.scaling("UpdateAutoScalingGroup", DesiredCapacity=7)
    world.wait(2.5)
    seen = often(world, lambda: world.seen()["DesiredCapacity"])
    assert set(seen) == {6, 7}
    assert 60 < seen[6] < 140
    world.wait(2.6)
    assert set(often(world, lambda: world.seen()["DesiredCapacity"])) == {7}


def test_members_and_instances_lag_too(make_world: Any) -> None:
    world = make_world(LAGGING)
    world.wait(100)
    name = world.first()
    world.call("ec2", "TerminateInstances", InstanceIds=[name])
    world.wait(2)

    def ec2_state() -> str:
        answer = world.call("ec2", "DescribeInstances", InstanceIds=[name])
        return str(answer["Reservations"][0]["Instances"][0]["State"]["Name"])

    assert set(often(world, ec2_state)) == {"running", "shutting-down"}
    world.wait(20)
    assert {len(world.seen()["Instances"]) for _time in range(200)} == {6, 7}
    world.wait(200)
    assert {len(world.seen()["Instances"]) for _time in range(50)} == {6}


def test_new_resources_may_not_be_found_yet(make_world: Any) -> None:
    world = make_world(LAGGING)
    world.wait(100)
    made = world.call(
        "ec2",
        "RunInstances",
        ImageId=world.image.id,
        InstanceType="m5.large",
        MinCount=1,
        MaxCount=1,
    )
    name = made["Instances"][0]["InstanceId"]
    assert (
        world.refused("ec2", "DescribeInstances", InstanceIds=[name]).code
        == "InvalidInstanceID.NotFound"
    )
    world.call(
        "ec2",
        "CreateLaunchTemplateVersion",
        LaunchTemplateName="nodes",
        SourceVersion="1",
        LaunchTemplateData={},
    )
    world.wait(2.5)
    latest = often(
        world,
        lambda: world.call(
            "ec2",
            "DescribeLaunchTemplateVersions",
            LaunchTemplateName="nodes",
            Versions=["$Latest"],
        )["LaunchTemplateVersions"][0]["VersionNumber"],
    )
    assert set(latest) == {2, 3}
    world.wait(5)
    assert world.call("ec2", "DescribeInstances", InstanceIds=[name])["Reservations"]


def test_addresses_and_names_are_reused(make_world: Any) -> None:
    for reuse, same in ((True, True), (False, False)):
        world = make_world(dataclasses.replace(Behavior.polite(), reuse_addresses=reuse))
        old = world.account.instances[world.first()]
        world.call("ec2", "TerminateInstances", InstanceIds=[old.id])
        world.wait(10)
        fresh = [one for one in world.account.instances.values() if one.launched_at >= 0]
        assert [one.private_ip == old.private_ip for one in fresh] == [same]
        assert [one.private_dns == old.private_dns for one in fresh] == [same]


def test_a_full_subnet_gives_no_address(make_world: Any) -> None:
    world = make_world()
    for subnet in world.account.subnets.values():
        subnet.cidr = subnet.cidr.replace("/20", "/28")
    available = {
        one["AvailableIpAddressCount"] for one in world.call("ec2", "DescribeSubnets")["Subnets"]
    }
    assert available == {9}
    wrong = world.refused(
        "ec2",
        "RunInstances",
        ImageId=world.image.id,
        InstanceType="m5.large",
        MinCount=10,
        MaxCount=10,
    )
    assert wrong.code == "InsufficientFreeAddressesInSubnet"


@pytest.mark.parametrize(
    ("odds", "service", "operation", "code"),
    [
        ("contention_odds", "autoscaling", "SetDesiredCapacity", "ResourceContention"),
        (
            "scaling_in_progress_odds",
            "autoscaling",
            "SetDesiredCapacity",
            "ScalingActivityInProgress",
        ),
        ("throttle_odds", "autoscaling", "SetDesiredCapacity", "Throttling"),
    ],
)
def test_odds(make_world: Any, odds: str, service: str, operation: str, code: str) -> None:
    certain: dict[str, Any] = {odds: 1.0}
    world = make_world(dataclasses.replace(Behavior.polite(), **certain))
    wrong = world.refused(service, operation, AutoScalingGroupName="blue", DesiredCapacity=7)
    assert wrong.code == code
    assert world.group().desired == 6


def test_pages_can_be_small_everywhere(make_world: Any) -> None:
    world = make_world(dataclasses.replace(Behavior.polite(), page_size=4))
    first = world.call("ec2", "DescribeInstances")
    assert len(first["Reservations"]) == 4
    assert (
        len(world.call("ec2", "DescribeInstances", NextToken=first["NextToken"])["Reservations"])
        == 2
    )


def test_a_fault_prevents_the_call_and_an_applied_one_only_loses_the_answer(world: Any) -> None:
    for applied, desired in ((False, 6), (True, 7)):
        world.account.gate.faults.append(
            Fault("autoscaling:Set*", "ServiceUnavailable", applied=applied)
        )
        wrong = world.refused(
            "autoscaling", "SetDesiredCapacity", AutoScalingGroupName="blue", DesiredCapacity=7
        )
        assert (wrong.code, wrong.status) == ("ServiceUnavailable", 503)
        assert world.group().desired == desired
    assert world.account.gate.calls["autoscaling:SetDesiredCapacity"] == 2


@pytest.mark.parametrize(
    ("service", "operation", "params", "denied", "unknown", "expired"),
    [
        (
            "ec2",
            "DescribeInstances",
            {},
            ("UnauthorizedOperation", 403),
            ("AuthFailure", 401),
            ("RequestExpired", 400),
        ),
        (
            "autoscaling",
            "DescribeTags",
            {},
            ("AccessDenied", 403),
            ("InvalidClientTokenId", 403),
            ("ExpiredToken", 403),
        ),
        (
            "ssm",
            "GetParameter",
            {"Name": "x"},
            ("AccessDeniedException", 400),
            ("UnrecognizedClientException", 400),
            ("ExpiredTokenException", 400),
        ),
        (
            "eks",
            "ListClusters",
            {},
            ("AccessDeniedException", 403),
            ("UnrecognizedClientException", 403),
            ("ExpiredTokenException", 403),
        ),
    ],
)
def test_a_denied_caller_gets_the_error_code_of_each_service(
    world: Any, service: str, operation: str, params: Any, denied: Any, unknown: Any, expired: Any
) -> None:
    def refusal(actor: str) -> tuple[str, int]:
        with pytest.raises(Exception) as caught:
            world.account.call(service, operation, params, actor)
        return caught.value.code, caught.value.status  # type: ignore[attr-defined]

    world.account.denied.append(("reader*", "*:*"))
    assert refusal("reader-1") == denied
    world.account.credentials["AKIAOLD"] = Credential(
        "arn:aws:iam::123456789012:user/old", expires=50.0
    )
    assert refusal("AKIASTRANGER") == unknown
    world.wait(60)
    assert refusal("AKIAOLD") == expired


def test_a_denied_call_is_counted_but_not_judged(world: Any) -> None:
    judged: list[str] = []
    world.account.gate.judges.append(lambda call: judged.append(call.operation))
    world.account.denied.append(("*", "autoscaling:Set*"))
    world.refused(
        "autoscaling", "SetDesiredCapacity", AutoScalingGroupName="blue", DesiredCapacity=7
    )
    world.seen()
    assert judged == ["DescribeAutoScalingGroups"]
    assert world.account.gate.calls["autoscaling:SetDesiredCapacity"] == 1


def test_parameters_that_are_not_modelled_are_refused(world: Any) -> None:
    assert world.refused("ec2", "DescribeVpnGateways").code == "UnknownOperationException"
    assert world.refused("ec2", "DescribeInstances", Nonsense=1).code == "NotModelled"


def test_equal_seeds_give_equal_histories(make_world: Any) -> None:
    def history() -> list[str]:
        world = make_world(Behavior())
        world.scaling("SetDesiredCapacity", DesiredCapacity=9)
        told: list[str] = []
        world.account.observers.append(
            lambda event, one: told.append(f"{world.kernel.now} {event} {one.id}")
        )
        world.wait(300)
        return told

    assert history() == history()
    assert len(history()) == 3


def test_observers_are_told_of_boots_and_terminations(world: Any) -> None:
    told: list[tuple[str, str]] = []
    world.account.observers.append(lambda event, one: told.append((event, one.id)))
    name = world.first()
    world.call("ec2", "TerminateInstances", InstanceIds=[name])
    world.wait(120)
    assert told[:2] == [("shutting-down", name), ("terminated", name)]
    assert [event for event, _name in told[2:]] == ["running"]


def test_an_empty_account() -> None:
    kernel = Kernel()
    account = Account(kernel, Gate(lambda: kernel.now))
    assert account.call("ec2", "DescribeInstances", {}) == {"Reservations": []}
    assert account.call("autoscaling", "DescribeAutoScalingGroups", {}) == {"AutoScalingGroups": []}
    assert account.call("eks", "ListClusters", {}) == {"clusters": []}
