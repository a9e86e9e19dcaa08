# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the rules that the judge holds every command to, and breaches of them."""

from __future__ import annotations

import dataclasses
from typing import Any


@dataclasses.dataclass
class Rules:
    """What a run may do to one group, in nodes.

    `base` is the size that its users asked for.
    """

    base: int
    surge: int = 1
    unavailable: int = 0
    most: int | None = None
    """How many may be launched, where that is not base and surge together."""
    lease: str = ""
    namespace: str = "kube-system"
    """The Lease whose holder alone may act on the group; "" while nobody says."""
    volumes: bool = True
    """Whether an instance may end only when no volume is attached to its node any more."""

    @property
    def allowed(self) -> int:
        """Return how many instances may be launched."""
        return self.base + self.surge if self.most is None else self.most


@dataclasses.dataclass(frozen=True)
class Breach:
    """A command that should not have been given."""

    at: float
    command: str
    why: str


def is_evictable(pod: dict[str, Any]) -> bool:
    """Return whether a drain has to move this pod.

    That is one not of a DaemonSet, not static, not finished, not already going.
    """
    meta = pod["metadata"]
    owners = {owner["kind"] for owner in meta.get("ownerReferences", ())}
    mirror = "kubernetes.io/config.mirror" in meta.get("annotations", {})
    finished = pod.get("status", {}).get("phase") in ("Succeeded", "Failed")
    return not (
        owners & {"DaemonSet", "Node"} or mirror or finished or meta.get("deletionTimestamp")
    )
