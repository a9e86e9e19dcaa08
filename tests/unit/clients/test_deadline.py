# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients look at the clock when they send, before every single request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.autoscaling import (
    AutoScaling,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.deadline import Deadline
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kube.client import KubeClient
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    LateError,
    TemporaryError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import NodeChange, Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import Reply

GROUP = {
    "AutoScalingGroupName": "blue",
    "MinSize": 0,
    "MaxSize": 1,
    "DesiredCapacity": 1,
    "LaunchTemplate": {"LaunchTemplateId": "lt-1", "Version": "2"},
}


class Clock:
    """A clock that stands where it is put, and what was sent by it."""

    def __init__(self, now: float, on_call: float = 0.0) -> None:
        self.now, self._on_call = now, on_call
        self.sent: list[str] = []

    def __call__(self) -> float:
        return self.now

    def aws(self, service: str, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """core.transport.AwsCall; each call takes `on_call` seconds."""
        self.sent.append(operation)
        self.now += self._on_call
        return {"AutoScalingGroups": [GROUP]}

    def request(self, verb: str, path: str, *more: Any) -> Reply:
        """core.transport.KubeCall."""
        self.sent.append(verb)
        meta = {"name": "x", "namespace": "y", "uid": "u", "resourceVersion": "1"}
        return Reply(200, {"metadata": meta})


def ports(clock: Clock) -> Ports:
    deadline = Deadline(clock)
    cluster = KubeClient(clock, deadline=deadline)  # type: ignore[arg-type]
    return Ports(AutoScaling(Aws(clock.aws, deadline)), cluster)


ACTS: list[Callable[[Ports], Any]] = [
    lambda to: to.cloud.set_desired("blue", 5),
    lambda to: to.cloud.terminate("i-1", True),
    lambda to: to.cloud.deregister("tg", (("i-1", 80),)),
    lambda to: to.cloud.set_tag("blue", "run", "r1"),
    lambda to: to.cluster.change_node("a", "1", NodeChange(unschedulable=True)),
    lambda to: to.cluster.evict("shop", "cart", "uid", None, False),
    lambda to: to.cluster.delete_pod("shop", "cart", "uid", None, False),
    lambda to: to.cluster.delete_node("a", "uid"),
    lambda to: to.cluster.write_lease(Lease("lease")),
]


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_sent_after_its_moment_and_everything_until_then(
    act: Callable[[Ports], Any],
) -> None:
    clock = Clock(100.0)
    act(ports(clock).until(100.0))
    assert len(clock.sent) == 1
    clock.now = 101.0
    with pytest.raises(LateError, match="could be sent until 1 s ago"):
        act(ports(clock).until(100.0))
    assert len(clock.sent) == 1


def test_what_has_no_limit_is_sent_whenever_it_is() -> None:
    clock = Clock(1e9)
    act = ports(clock)
    act.cloud.set_desired("blue", 5)
    act.cluster.delete_node("a", "uid")
    assert len(clock.sent) == 2


def test_an_act_of_several_calls_is_stopped_between_them() -> None:
    clock = Clock(100.0, on_call=30.0)
    with pytest.raises(LateError):
        ports(clock).until(120.0).cloud.point_back("blue", (("lt-1", "1"),))
    assert clock.sent == ["DescribeAutoScalingGroups"]


def test_a_limit_is_one_act_s_and_not_the_client_s() -> None:
    clock = Clock(100.0)
    both = ports(clock)
    with pytest.raises(TemporaryError):
        both.until(50.0).cloud.set_desired("blue", 5)
    both.cloud.set_desired("blue", 5)
    assert clock.sent == ["SetDesiredCapacity"]
