# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Launch the surge in zones of our choice, instead of raising desired.

Experimental. LaunchInstances (API reference of EC2 Auto Scaling) launches at once or fails at once,
and desired grows by what was launched, so that nobody's write is overwritten. It names one zone, so
one instance is launched at a time and the zones stay balanced.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports


@dataclasses.dataclass(frozen=True)
class LaunchInstance:
    """Launch one instance of the group in a zone.

    `desired`: the desired capacity after it. `token`: tells a request that is sent again from
    another one; it is not part of the command's identity.
    """

    group: str
    desired: int
    zone: str
    token: str = dataclasses.field(compare=False)
    service: ClassVar[str] = "aws"

    def apply(self, ports: Ports) -> None:
        """Send the request."""
        ports.cloud.launch_instance(self.group, self.zone, self.token)


def next_zone(zones: Iterable[str], counts: Mapping[str, int], refused: Collection[str]) -> str:
    """Return the emptiest zone that has not refused, "" if there is none.

    `counts`: launched instances by zone.
    """
    able = [zone for zone in zones if zone not in refused]
    return min(able, key=lambda zone: (counts.get(zone, 0), zone), default="")


def token_of(*parts: object) -> str:
    """Return the client token of a request that these parts tell from others."""
    return hashlib.sha256(" ".join(str(part) for part in parts).encode()).hexdigest()[:40]


def launch_refusal(group: Group) -> RefusedError | None:
    """Return why the group's surge cannot be launched so, None if it can."""
    why = ""
    if not group.source[1]:
        why = "launches from a launch configuration"
    elif group.buys_both:
        why = "buys both On-Demand and Spot instances"
    elif not group.zones:
        why = "names no zone"
    if not why:
        return None
    return RefusedError(
        f"Auto Scaling group {group.name} {why}, so LaunchInstances cannot launch its surge",
        "Set surge_by: set_desired",
    )
