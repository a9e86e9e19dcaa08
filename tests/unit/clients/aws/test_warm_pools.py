# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The warm pool of a group as AWS tells and takes it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.warm_pools import (
    end_pooled,
    read_pool,
    set_reuse,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    read_group,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    a_described_group,
    refusal,
)

POOL = {"MinSize": 1, "PoolState": "Stopped", "MaxGroupPreparedCapacity": 6}


def member(name: str, lifecycle: str) -> dict[str, Any]:
    """An instance as both operations show it."""
    template = {"LaunchTemplateId": "lt-1", "Version": "2"}
    return {
        "InstanceId": name,
        "LifecycleState": lifecycle,
        "AvailabilityZone": "a",
        "LaunchTemplate": template,
    }


def test_a_group_without_a_pool_costs_no_call() -> None:
    raw = Recorded()
    assert read_pool(Aws(raw), read_group(a_described_group())) == ()
    set_reuse(Aws(raw), read_group(a_described_group()), False)
    assert raw.calls == []


def test_all_pages_of_a_pool_are_read() -> None:
    pages = [
        {"Instances": [member("i-1", "Warmed:Stopped")], "NextToken": "more"},
        {"Instances": [member("i-2", "Warmed:Pending")]},
    ]
    raw = Recorded(DescribeWarmPool=pages)
    found = read_pool(Aws(raw), read_group(a_described_group(WarmPoolConfiguration=POOL)))
    assert [(one.id, one.lifecycle, one.source) for one in found] == [
        ("i-1", "Warmed:Stopped", ("lt-1", "2")),
        ("i-2", "Warmed:Pending", ("lt-1", "2")),
    ]


def test_what_only_the_group_shows_as_warmed_is_of_the_pool_too() -> None:
    group = a_described_group(
        WarmPoolConfiguration=POOL,
        Instances=[member("i-1", "InService"), member("i-3", "Warmed:Terminating")],
    )
    raw = Recorded(DescribeWarmPool={"Instances": [member("i-2", "Warmed:Stopped")]})
    assert {one.id for one in read_pool(Aws(raw), read_group(group))} == {"i-2", "i-3"}


def test_a_pool_that_may_not_be_read_is_not_taken_for_empty() -> None:
    raw = Recorded(DescribeWarmPool=refusal("AccessDenied"))
    with pytest.raises(ForbiddenError):
        read_pool(Aws(raw), read_group(a_described_group(WarmPoolConfiguration=POOL)))


def test_ec2_ends_an_instance_of_the_pool() -> None:
    raw = Recorded()
    end_pooled(Aws(raw), "blue", "i-1")
    assert raw.calls == [("ec2:TerminateInstances", {"InstanceIds": ["i-1"]})]
    end_pooled(Aws(Recorded(TerminateInstances=refusal("InvalidInstanceID.NotFound"))), "b", "i")
    with pytest.raises(ForbiddenError):
        end_pooled(Aws(Recorded(TerminateInstances=refusal("UnauthorizedOperation"))), "b", "i")


@pytest.mark.parametrize("reuses", [True, False])
@pytest.mark.parametrize("pool", [POOL, {"PoolState": "Running"}])
def test_a_change_of_the_reuse_leaves_the_rest_of_the_pool_as_it_is(
    reuses: bool, pool: dict[str, Any]
) -> None:
    raw = Recorded()
    shown = {**pool, "Status": "PendingDelete"}
    set_reuse(Aws(raw), read_group(a_described_group(WarmPoolConfiguration=shown)), reuses)
    policy = {"InstanceReusePolicy": {"ReuseOnScaleIn": reuses}}
    sent = {"AutoScalingGroupName": "blue", **pool, **policy}
    assert raw.calls == [("autoscaling:PutWarmPool", sent)]
