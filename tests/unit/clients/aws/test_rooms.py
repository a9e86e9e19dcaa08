# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The room that quotas leave, read from an account."""

from __future__ import annotations

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.rooms import (
    read_rooms,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.quotas import tight
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import CredentialsError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.builders import BLUE, due
from ansible_collections.nodeops.rotator.tests.simulation.gate import Fault
from ansible_collections.nodeops.rotator.tests.simulation.world import World
from ansible_collections.nodeops.rotator.tests.unit.core.checks.builders import look


@pytest.fixture
def world() -> World:
    """Four nodes of two vCPUs each."""
    return due()


def read(world: World) -> tuple[Room, ...] | None:
    return read_rooms(Aws(aws_call(world.account)), set(world.account.groups[BLUE].members))


def test_the_instances_of_the_account_are_counted_and_the_limit_is_read(world: World) -> None:
    world.account.quotas["m"] = 9
    assert read(world) == (Room("L-1216C47A", ("m6i.large",), 2, 8, 9),)


@pytest.mark.parametrize(("quota", "starts"), [(8, False), (9, False), (10, True)])
def test_a_quota_is_called_tight_where_the_account_refuses_the_next_launch(
    world: World, quota: int, starts: bool
) -> None:
    world.account.quotas["m"] = quota
    assert (list(tight(look(rooms=read(world)))) == []) is starts
    world.account.scaler.set_desired(world.account.groups[BLUE], 5)
    world.kernel.advance(world.kernel.now + 300)
    assert (len(world.account.groups[BLUE].members) == 5) is starts


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "NoSuchResourceException", "TooManyRequestsException"]
)
def test_a_limit_that_cannot_be_read_is_not_known(world: World, code: str) -> None:
    world.gate.faults.append(Fault("service-quotas:GetServiceQuota", code, times=-1))
    assert read(world) == (Room("L-1216C47A", ("m6i.large",), 2, 8, None),)


def test_if_the_instances_may_not_be_read_nothing_is_known(world: World) -> None:
    world.gate.faults.append(Fault("ec2:DescribeInstances", "UnauthorizedOperation", times=-1))
    assert read(world) is None


@pytest.mark.parametrize("call", ["ec2:DescribeInstances", "service-quotas:GetServiceQuota"])
def test_credentials_that_have_expired_end_the_read(world: World, call: str) -> None:
    world.gate.faults.append(Fault(call, "ExpiredToken", times=-1))
    with pytest.raises(CredentialsError):
        read(world)


def test_a_group_without_instances_costs_no_call(world: World) -> None:
    assert read_rooms(Aws(aws_call(world.account)), set()) == ()
    assert world.gate.calls["ec2:DescribeInstances"] == 0
