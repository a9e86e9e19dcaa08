# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find target groups that one pod alone serves, before a rotation."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.look import Look
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.following import (
    following,
    serving,
)


def gaps(look: Look) -> Iterator[str]:
    """Yield the target groups that will lack a healthy target for a while.

    Also those for whose sake new nodes will be ended, and that this cannot be told.
    """
    targets = look.group.targets
    if look.services is None:
        if targets:
            yield (
                "The Services may not be read, so no target group is taken to follow pods, and a"
                " new node has to be healthy in each. Allow list and watch of services"
            )
        return
    for group, why in sorted(following(targets, look.services, look.on_group()).items()):
        if look.group.by_balancers:
            yield (
                f"Target group {group} follows pods ({why}), and Auto Scaling group"
                f" {look.group.name} ends instances that it finds unhealthy: a new node without"
                " such a pod is ended undrained after the health check's grace period. Have the"
                " group check EC2 alone (HealthCheckType EC2) while it is rotated"
            )
        pods = serving(group, targets, look.services, look.pods)
        if len(pods) == 1:
            yield (
                f"Target group {group} follows pods ({why}), and pod {pods[0].id} alone serves it:"
                " it has no healthy target from that pod's eviction until the next one is ready."
                " Run two of them on different nodes"
            )
