# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tell how far EKS is with each node, from labels, cordons and pods."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    ManagedMember,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Pod
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import duration

ManagedPhase = Literal[
    "outdated", "cordoned", "draining", "drained", "terminated", "launched", "ready"
]
USUAL_SECONDS = 240.0
"""What the replacement of a node takes where none has been seen: its pods, and EKS's minute."""


@dataclasses.dataclass(frozen=True)
class ManagedRecord:
    """What is known of one node's replacement.

    `began`: when it was cordoned, `ended`: when its instance was gone; seconds of the loop's clock.
    `pods`: how many had to leave when it was first seen, `left` how many still do.
    """

    name: str
    instance_id: str
    zone: str
    image_id: str
    reason: str
    phase: ManagedPhase
    began: float | None = None
    ended: float | None = None
    pods: int = 0
    left: int = 0
    blocked_by: tuple[str, ...] = ()

    @property
    def is_old(self) -> bool:
        """Return whether it is a node that has to go."""
        return bool(self.reason)


def phase_of(member: ManagedMember, pods: tuple[Pod, ...], before: int) -> ManagedPhase:
    """Return how far a node is.

    `pods`: those that still have to leave, of `before` at first.
    """
    node = member.node
    if not member.outdated:
        return "ready" if node is not None and node.ready is True else "launched"
    if node is None or not node.unschedulable:
        return "outdated"
    if not pods:
        return "drained"
    moving = len(pods) < before or any(pod.deleted_at is not None for pod in pods)
    return "draining" if moving else "cordoned"


def seconds_left(left: int, at_once: int, seen: tuple[float, ...]) -> float:
    """Estimate how long the rest takes.

    `seen`: seconds that replacements have taken so far.
    """
    each = sum(seen) / len(seen) if seen else USUAL_SECONDS
    return math.ceil(left / max(1, at_once)) * each


def estimate(left: int, at_once: int, seen: tuple[float, ...]) -> str:
    """Return the estimate for people, "" when nothing is left."""
    return f"about {duration(seconds_left(left, at_once, seen))} left" if left else ""
