# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what an instance has written to its console."""

from __future__ import annotations

import re

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError

LAST_LINES, LAST_CHARACTERS = 100, 16_000
"""The end of the output that is returned: what made a boot fail stands there."""
NOT_LATEST = "UnsupportedOperation"
"""Code of the refusal to read the latest output: only instances on Nitro can be asked for it."""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
"""Colors, and other characters that would disturb a screen."""


def console_output(aws: Aws, instance: str) -> str:
    """Return the end of the console output of an instance, "" if there is none yet.

    It is the latest where the instance type allows that, else what EC2 has kept of the boot.
    """
    doing, operation = f"read the console output of instance {instance}", "GetConsoleOutput"
    try:
        answer = aws.call(doing, "ec2", operation, InstanceId=instance, Latest=True)
    except RotatorError as error:
        if error.code != NOT_LATEST:
            raise
        answer = aws.call(doing, "ec2", operation, InstanceId=instance)
    lines = CONTROL.sub("", answer.get("Output") or "").splitlines()
    return "\n".join(lines[-LAST_LINES:])[-LAST_CHARACTERS:].strip()
