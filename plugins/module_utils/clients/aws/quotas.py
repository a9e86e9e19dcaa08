# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what the account runs, and what its quotas let it run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Machine

COUNTED = ("pending", "running")
"""States of the instances that count against a quota."""


def read_machines(aws: Aws) -> tuple[Machine, ...]:
    """Return the instances of the account in this region that count against a quota."""
    filters = [{"Name": "instance-state-name", "Values": list(COUNTED)}]
    shown = aws.pages(
        "read the running instances of the account",
        "ec2",
        "DescribeInstances",
        "Reservations",
        Filters=filters,
    )
    return tuple(_machine(one) for reservation in shown for one in reservation["Instances"])


def read_limit(aws: Aws, code: str) -> int:
    """Return how many vCPUs a quota of EC2 allows."""
    answer = aws.call(
        f"read quota {code} of EC2",
        "service-quotas",
        "GetServiceQuota",
        ServiceCode="ec2",
        QuotaCode=code,
    )
    return int(answer["Quota"]["Value"])


def _machine(shown: Mapping[str, Any]) -> Machine:
    options = shown.get("CpuOptions", {})
    cores, threads = options.get("CoreCount"), options.get("ThreadsPerCore")
    return Machine(
        shown["InstanceId"],
        shown["InstanceType"],
        cores * threads if cores and threads else None,
        shown.get("InstanceLifecycle") == "spot",
        shown.get("Placement", {}).get("Tenancy") == "host",
    )
