# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hooks of a group, and what kops has detached from it, are read once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.beside import (
    HANDLER_TAG,
    BesideReads,
    detached_instances,
    termination_hold,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import (
    unsupported,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
    read_group,
)
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import (
    Recorded,
    a_described_group,
    refusal,
)

KOPS = {"KubernetesCluster": "c", "kops.k8s.io/instancegroup": "nodes", "k8s.io/role/node": "1"}


def hook(seconds: int | None, transition: str = "TERMINATING") -> dict[str, Any]:
    shown = {"LifecycleTransition": f"autoscaling:EC2_INSTANCE_{transition}"}
    return shown if seconds is None else {**shown, "HeartbeatTimeout": seconds}


def a_group(**tags: str) -> DescribedGroup:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    return read_group(a_described_group(Tags=listed))


def detached(*states: str) -> dict[str, Any]:
    shown = [{"InstanceId": f"i-{state}", "State": {"Name": state}} for state in states]
    return {"Reservations": [{"Instances": shown}]}


@pytest.mark.parametrize(
    ("hooks", "seconds"),
    [
        ([], 0),
        ([hook(300)], 300),
        ([hook(300), hook(600), hook(9000, "LAUNCHING")], 900),
        ([hook(None)], 3600),
    ],
)
def test_termination_hooks_hold_one_after_the_other(hooks: list[Any], seconds: int) -> None:
    raw = Recorded(DescribeLifecycleHooks={"LifecycleHooks": hooks})
    assert termination_hold(Aws(raw), "blue") == seconds
    assert raw.asked("DescribeLifecycleHooks") == [{"AutoScalingGroupName": "blue"}]


def test_only_living_instances_are_leftovers() -> None:
    raw = Recorded(DescribeInstances=detached("running", "terminated", "stopped", "shutting-down"))
    assert detached_instances(Aws(raw), "blue") == ["i-running", "i-stopped"]


def test_a_group_of_nobody_costs_no_call() -> None:
    raw = Recorded()
    assert BesideReads().added(Aws(raw), a_group()) == a_group()
    assert raw.calls == []


def test_hooks_count_where_the_termination_handler_waits_on_them() -> None:
    raw = Recorded(DescribeLifecycleHooks={"LifecycleHooks": [hook(1200)]})
    found = BesideReads().added(Aws(raw), a_group(**{HANDLER_TAG: ""}))
    assert (found.hold, found.leftovers) == (1200, ())


def test_a_group_of_kops_names_what_was_detached_and_is_read_once() -> None:
    raw = Recorded(DescribeInstances=detached("running"))
    reads, aws = BesideReads(), Aws(raw)
    found = reads.added(aws, a_group(**KOPS))
    assert tuple(unsupported(found)) == (
        "has lost i-running to a kops rolling-update that did not finish",
    )
    assert reads.added(aws, a_group(**KOPS)) == found
    assert len(raw.calls) == 1


def test_what_may_not_be_read_is_an_error() -> None:
    raw = Recorded(DescribeLifecycleHooks=refusal("AccessDenied"))
    with pytest.raises(ForbiddenError, match="read the lifecycle hooks of Auto Scaling group"):
        BesideReads().added(Aws(raw), a_group(**{HANDLER_TAG: ""}))
