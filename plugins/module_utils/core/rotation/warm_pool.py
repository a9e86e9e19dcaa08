# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say which instances of a warm pool are outdated, and what is done about them.

The next launch of the group takes from the pool, so what is outdated there goes first, and the
group fills the pool again from the new template. TerminateInstanceInAutoScalingGroup cannot be
called on instances of a pool (user guide, "Warm pools"), so EC2 ends them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import ClassVar

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Instance,
    Target,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Node
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import Ports
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import outdated


@dataclasses.dataclass(frozen=True)
class EndPooled:
    """End an instance that is in the warm pool of the group."""

    group: str
    instance: str
    service: ClassVar[str] = "aws"

    def apply(self, ports: Ports) -> None:
        """Send the request."""
        ports.cloud.end_pooled(self.group, self.instance)


@dataclasses.dataclass(frozen=True)
class SetReuse:
    """Let instances go back to the warm pool when the group becomes smaller, or not."""

    group: str
    reuses: bool
    service: ClassVar[str] = "aws"

    def apply(self, ports: Ports) -> None:
        """Send the request."""
        ports.cloud.set_reuse(self.group, self.reuses)


def behind(
    group: Group,
    nodes: Mapping[str, Node],
    target: Target,
    now: float,
    max_age: float | None = None,
) -> tuple[tuple[Instance, str], ...]:
    """Return the instances of the warm pool that have to go, each with the reason.

    `nodes`: by instance ID. `now`, in seconds since the epoch, and `max_age`: see members.outdated.
    What is ending, or has left the pool for the group, is not among them.
    """
    pool = group.warm_pool.instances if group.warm_pool is not None else ()
    taken = group.by_id
    found = (
        (one, outdated(one, nodes.get(one.id), target, now, max_age))
        for one in pool
        if not one.ending and one.id not in taken
    )
    return tuple((one, why) for one, why in found if why)
