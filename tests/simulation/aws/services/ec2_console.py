# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2: the console output of instances."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from ansible_collections.nodeops.rotator.tests.simulation.aws.errors import AwsError
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Instance
from ansible_collections.nodeops.rotator.tests.simulation.aws.operations import Params, operation
from ansible_collections.nodeops.rotator.tests.simulation.aws.services.ec2_instances import (
    no_such_instance,
)

if TYPE_CHECKING:
    from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account

POSTED = 240.0
"""Seconds after its launch at which EC2 posts the output of an instance's boot."""
XEN = ("t2.", "m4.", "c4.", "r4.")
"""Beginnings of instance types that are not on Nitro: their latest output cannot be read."""


@operation("ec2", "GetConsoleOutput", "InstanceId", "Latest", "DryRun")
def get_console_output(account: Account, params: Params) -> dict[str, Any]:
    """Return what an instance has written; nothing soon after its launch.

    With Latest, what it has written by now.
    """
    instance = account.instances.get(params["InstanceId"])
    if instance is None:
        raise no_such_instance([params["InstanceId"]])
    latest = bool(params.get("Latest"))
    if latest and instance.instance_type.startswith(XEN):
        raise AwsError(
            "UnsupportedOperation",
            "This instance type does not support retrieving the latest console logs. Supported"
            " instance types are Nitro-based instances.",
        )
    now = account.kernel.now
    answer = {"InstanceId": instance.id, "Timestamp": account.kernel.second(now)}
    if latest or now - instance.launched_at >= POSTED or instance.state == "terminated":
        answer["Output"] = base64.b64encode(_written(instance).encode()).decode()
    return answer


def _written(instance: Instance) -> str:
    return (
        "[    0.000000] Linux version 6.1.0\r\n"
        f"cloud-init: instance {instance.id} runs image {instance.image_id}\r\n"
        "\x1b[32mStarted\x1b[0m kubelet.\r\n"
    )
