# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets of target groups, and their health."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.targets import (
    DELAY,
    change_targets,
    read_targets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    CLASSIC,
    TargetHealth,
    Targets,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded, refusal

HEALTHY = {
    "TargetHealthDescriptions": [
        {"Target": {"Id": "i-1", "Port": 80}, "TargetHealth": {"State": "healthy"}}
    ]
}


def test_a_target_group_that_is_deleted_has_no_targets_and_the_next_is_read() -> None:
    raw = Recorded(DescribeTargetHealth=[refusal("TargetGroupNotFound"), HEALTHY])
    assert list(read_targets(Aws(raw), ["gone", "web"])) == [
        TargetHealth("web", "i-1", 80, "healthy")
    ]


@pytest.mark.parametrize(("said", "port"), [("32000", 32000), ("traffic-port", 0), ("", 0)])
def test_the_port_of_the_health_check_is_read_if_it_is_a_number(said: str, port: int) -> None:
    entry = {**HEALTHY["TargetHealthDescriptions"][0], "HealthCheckPort": said}
    raw = Recorded(DescribeTargetHealth={"TargetHealthDescriptions": [entry]})
    (found,) = read_targets(Aws(raw), ["web"])
    assert found == TargetHealth("web", "i-1", 80, "healthy", port)
    assert found.ports == frozenset((80, port)) - {0}


def test_a_read_of_a_target_group_tells_its_delay_which_is_asked_for_once() -> None:
    delay = {"Attributes": [{"Key": DELAY, "Value": "120"}, {"Key": "x", "Value": "y"}]}
    raw = Recorded(DescribeTargetHealth=HEALTHY, DescribeTargetGroupAttributes=delay)
    cloud = AutoScaling(Aws(raw))
    for _time in range(2):
        found = cloud.read_targets("web")
        assert found == Targets((TargetHealth("web", "i-1", 80, "healthy"),), 120.0)
    assert [name for name, _params in raw.calls] == [
        "elbv2:DescribeTargetHealth",
        "elbv2:DescribeTargetGroupAttributes",
        "elbv2:DescribeTargetHealth",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(refusal("AccessDenied"), id="it may not be read"),
        pytest.param(refusal("TargetGroupNotFound"), id="it was deleted"),
        pytest.param({"Attributes": []}, id="it has none"),
        pytest.param({"Attributes": [{"Key": DELAY, "Value": "soon"}]}, id="it is no number"),
    ],
)
def test_a_delay_that_is_not_known_is_none(answer: Any) -> None:
    raw = Recorded(DescribeTargetHealth=HEALTHY, DescribeTargetGroupAttributes=answer)
    assert AutoScaling(Aws(raw)).read_targets("web").delay is None


def test_a_classic_load_balancer_has_no_delay_and_a_deleted_target_group_no_targets() -> None:
    raw = Recorded(
        DescribeInstanceHealth={"InstanceStates": [{"InstanceId": "i-1", "State": "InService"}]},
        DescribeTargetHealth=refusal("TargetGroupNotFound"),
    )
    cloud = AutoScaling(Aws(raw))
    assert cloud.read_targets(CLASSIC + "api").delay is None
    assert cloud.read_targets("gone") == Targets(exists=False)
    assert len(raw.calls) == 2


def test_what_may_not_be_read_is_not_taken_for_none() -> None:
    with pytest.raises(ForbiddenError):
        list(read_targets(Aws(Recorded(DescribeTargetHealth=refusal("AccessDenied"))), ["web"]))


def test_a_target_without_a_port_is_named_by_its_id() -> None:
    raw = Recorded()
    change_targets(Aws(raw), "RegisterTargets", "web", (("i-1", 80), ("i-2", 0)))
    targets = [{"Id": "i-1", "Port": 80}, {"Id": "i-2"}]
    assert raw.calls == [("elbv2:RegisterTargets", {"TargetGroupArn": "web", "Targets": targets})]


@pytest.mark.parametrize(
    ("state", "description", "health"),
    [
        ("InService", "N/A", "healthy"),
        ("OutOfService", "Instance has failed at least the UnhealthyThreshold number", "unhealthy"),
        ("OutOfService", "Instance registration is still in progress.", "initial"),
        ("InService", "Instance deregistration currently in progress.", "draining"),
        ("Unknown", "A transient error occurred. Please try again later.", "initial"),
    ],
)
def test_what_a_classic_load_balancer_says_is_told_in_the_words_of_target_groups(
    state: str, description: str, health: str
) -> None:
    entry = {"InstanceId": "i-1", "State": state, "Description": description}
    raw = Recorded(DescribeInstanceHealth={"InstanceStates": [entry]})
    (found,) = read_targets(Aws(raw), [CLASSIC + "api"])
    assert found == TargetHealth(CLASSIC + "api", "i-1", 0, health)
    assert found.ports == frozenset()
    assert raw.calls == [("elb:DescribeInstanceHealth", {"LoadBalancerName": "api"})]


def test_a_classic_load_balancer_that_is_deleted_has_no_instances() -> None:
    raw = Recorded(DescribeInstanceHealth=refusal("LoadBalancerNotFound"))
    assert list(read_targets(Aws(raw), [CLASSIC + "gone"])) == []


@pytest.mark.parametrize(
    ("operation", "classic"),
    [
        ("RegisterTargets", "RegisterInstancesWithLoadBalancer"),
        ("DeregisterTargets", "DeregisterInstancesFromLoadBalancer"),
    ],
)
def test_instances_of_a_classic_load_balancer_are_changed_by_its_own_calls(
    operation: str, classic: str
) -> None:
    raw = Recorded()
    change_targets(Aws(raw), operation, CLASSIC + "api", (("i-1", 0), ("i-2", 0)))
    named = [{"InstanceId": "i-1"}, {"InstanceId": "i-2"}]
    assert raw.calls == [(f"elb:{classic}", {"LoadBalancerName": "api", "Instances": named})]
