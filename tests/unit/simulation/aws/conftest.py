# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small account on virtual time: three zones, a template and a group of six."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.groups import Group
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Image, Template
from ansible_collections.nodeops.rotator.tests.simulation.gate import Gate
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel

# Short but fixed delays and no odds, so that tests can observe each step.
STEADY = dataclasses.replace(
    Behavior.polite(),
    scaling_delay=(5.0, 5.0),
    boot=(30.0, 30.0),
    in_service=(2.0, 2.0),
    terminate_lag=(3.0, 3.0),
    shutdown=(20.0, 20.0),
    detach=(4.0, 4.0),
    health_check=(10.0, 10.0),
    deregistration_delay=50.0,
    target_health=(10.0, 10.0),
    az_rebalance=True,
)


@dataclasses.dataclass
class World:
    """An account and its kernel, with shorthands for calls and for what they show."""

    kernel: Kernel
    account: Account
    image: Image
    template: Template

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Call one operation and return its answer."""
        return self.account.call(service, operation, params)

    def scaling(self, operation: str, group: str = "blue", **params: Any) -> dict[str, Any]:
        """Call one Auto Scaling operation on the group."""
        return self.account.call(
            "autoscaling", operation, {"AutoScalingGroupName": group, **params}
        )

    def refused(self, service: str, operation: str, **params: Any) -> AwsError:
        """Return the error of a call that must fail."""
        with pytest.raises(AwsError) as caught:
            self.account.call(service, operation, params)
        return caught.value

    def wait(self, seconds: float) -> None:
        """Advance the time."""
        self.kernel.advance(self.kernel.now + seconds)

    def seen(self, group: str = "blue") -> dict[str, Any]:
        """Return the group as Describe shows it."""
        answer = self.call(
            "autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[group]
        )
        found: dict[str, Any] = answer["AutoScalingGroups"][0]
        return found

    def states(self, group: str = "blue") -> dict[str, int]:
        """Return how many instances Describe shows in each lifecycle state."""
        states: dict[str, int] = {}
        for instance in self.seen(group)["Instances"]:
            states[instance["LifecycleState"]] = states.get(instance["LifecycleState"], 0) + 1
        return states

    def group(self, name: str = "blue") -> Group:
        """Return the group's record."""
        return self.account.groups[name]

    def first(self, name: str = "blue") -> str:
        """Return the ID of the group's first instance."""
        return next(iter(self.account.groups[name].members))


def make(behavior: Behavior = STEADY, **group: Any) -> World:
    """Return the small account; `group` overrides arguments of add_group."""
    kernel = Kernel()
    account = Account(kernel, Gate(lambda: kernel.now), behavior=behavior)
    build.add_subnets(account)
    image = build.add_image(account, "old")
    newer = build.add_image(account, "new")
    template = build.add_template(
        account,
        "nodes",
        [
            {"ImageId": image.id, "InstanceType": "m5.large"},
            {"ImageId": newer.id, "InstanceType": "m5.large"},
        ],
    )
    build.add_group(
        account, "blue", template, **{"version": 1, "desired": 6, "minimum": 3, **group}
    )
    return World(kernel, account, image, template)


@pytest.fixture
def world() -> World:
    """Return the account with steady behavior."""
    return make()


@pytest.fixture
def make_world() -> Callable[..., World]:
    """Return `make`, for tests that want other behavior or another group."""
    return make
