# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record how far the replacement of each node is.

Moments are by the engine's clock.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal, Union

from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainPhase,
)

NodePhase = Union[DrainPhase, Literal["outdated", "cordoned", "terminated", "kept"]]
"""How far a node's replacement is."""


@dataclasses.dataclass(frozen=True)
class NodeRecord:
    """What the result says of one node that we replaced or tried to."""

    name: str
    instance_id: str
    zone: str
    reason: str
    phase: NodePhase = "cordoned"
    replaced: bool = False
    began: float = 0.0
    ended: float | None = None
    image_id: str = ""
    evictions: int = 0
    blocked_by: tuple[str, ...] = ()
    console_output: str | None = None
    """The end of what a failed replacement node wrote; None until it was read."""
    since: float = 0.0
    """When it reached its phase."""
    spent: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """Seconds in each phase before."""

    def moved(self, phase: NodePhase, now: float) -> NodeRecord:
        """Return the record in this phase, with the seconds of the one before counted."""
        if phase == self.phase:
            return self
        return dataclasses.replace(self, phase=phase, since=now, spent=self.phase_seconds(now))

    def phase_seconds(self, now: float) -> dict[str, float]:
        """Return the seconds in each phase so far."""
        if self.ended is not None:
            return dict(self.spent)
        spent = self.spent.get(self.phase, 0.0) + now - self.since
        return {**self.spent, self.phase: spent}


@dataclasses.dataclass(frozen=True)
class TakenBack:
    """How often the surge was taken back since the last new node became ready.

    `first` and `last`: when. `joined`: the nodes that were ready then.
    """

    times: int = 0
    first: float = 0.0
    last: float = 0.0
    joined: frozenset[str] = frozenset()


def replaced(records: Mapping[str, NodeRecord]) -> int:
    """Return how many of these nodes have been replaced; records are by instance ID."""
    return sum(record.replaced for record in records.values())
