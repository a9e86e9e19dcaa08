# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a launched instance may take to become a ready node."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance

USUAL, SLOW = 900.0, 1800.0
"""Seconds: of most instances, and of those that boot slowly."""
ACCELERATED = re.compile(r"^(p\d|g\d|gr\d|inf\d|trn\d|dl\d|vt\d|f\d)[a-z0-9-]*\.")
"""Instance types with GPU, Neuron or other accelerators (EC2 instance types, "Accelerated
computing"); their drivers and device plugins come up minutes after the kubelet."""


def usual_boot_timeout(instances: Iterable[Instance]) -> float:
    """Return the time limit of a boot, in seconds, where the user has not set one.

    It is longer for Windows and for accelerated instance types, if the group has any of them.
    """
    slow = any(one.platform == "windows" or ACCELERATED.match(one.type) for one in instances)
    return SLOW if slow else USUAL


def boot_began(
    now: float, age: float, limit: float, watched: float, was_there: bool = False
) -> float:
    """Return since when a boot counts: since the launch, by the clock of `now`.

    `age`: of the instance, in seconds by EC2's clock, 0 if it is not known. `watched`: seconds that
    are left at least, since clocks differ and a new run has to look first. `was_there`: its node
    had joined before this run, so that its launch says nothing about what it lacks now.
    """
    return now if was_there else now - max(0.0, min(age, limit - watched))
