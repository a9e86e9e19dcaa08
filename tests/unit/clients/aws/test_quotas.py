# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the account runs and may run, as AWS tells it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.quotas import (
    read_limit,
    read_machines,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import ForbiddenError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Machine
from ansible_collections.nodeops.rotator.tests.unit.clients.aws.recorded import Recorded, refusal


def shown(name: str, **more: Any) -> dict[str, Any]:
    """An instance as EC2 describes it."""
    options = {"CoreCount": 1, "ThreadsPerCore": 2}
    return {"InstanceId": name, "InstanceType": "m5.large", "CpuOptions": options, **more}


def test_all_pages_of_what_counts_are_read() -> None:
    pages = [
        {"Reservations": [{"Instances": [shown("i-1"), shown("i-2")]}], "NextToken": "more"},
        {"Reservations": [{"Instances": [shown("i-3")]}]},
    ]
    raw = Recorded(DescribeInstances=pages)
    assert [one.id for one in read_machines(Aws(raw))] == ["i-1", "i-2", "i-3"]
    filters = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    assert raw.asked("DescribeInstances")[0]["Filters"] == filters


@pytest.mark.parametrize(
    ("more", "machine"),
    [
        ({}, Machine("i-1", "m5.large", 2)),
        ({"InstanceLifecycle": "spot"}, Machine("i-1", "m5.large", 2, spot=True)),
        ({"Placement": {"Tenancy": "host"}}, Machine("i-1", "m5.large", 2, dedicated=True)),
        ({"Placement": {"Tenancy": "default"}}, Machine("i-1", "m5.large", 2)),
        ({"CpuOptions": {}}, Machine("i-1", "m5.large", None)),
        ({"CpuOptions": {"CoreCount": 4, "ThreadsPerCore": 1}}, Machine("i-1", "m5.large", 4)),
    ],
)
def test_what_is_read_of_an_instance(more: dict[str, Any], machine: Machine) -> None:
    raw = Recorded(DescribeInstances={"Reservations": [{"Instances": [shown("i-1", **more)]}]})
    assert read_machines(Aws(raw)) == (machine,)


def test_a_limit_is_a_number_of_vcpus() -> None:
    raw = Recorded(GetServiceQuota={"Quota": {"Value": 1152.0}})
    assert read_limit(Aws(raw), "L-1216C47A") == 1152
    params = {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"}
    assert raw.calls == [("service-quotas:GetServiceQuota", params)]


def test_a_limit_that_may_not_be_read_is_an_error() -> None:
    raw = Recorded(GetServiceQuota=refusal("AccessDeniedException"))
    with pytest.raises(ForbiddenError):
        read_limit(Aws(raw), "L-1216C47A")
