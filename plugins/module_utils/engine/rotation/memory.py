# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember a rotation between looks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.derived import Shelf
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.parts import (
    ControlPlaneMemory,
    GateMemory,
    GroupMemory,
    LeaseMemory,
    NodesMemory,
    Outbox,
    ReportMemory,
)

STALE_READ_TIMEOUT = 90.0
"""Seconds for which a read that does not show our own change of desired counts as stale (Describe*
calls are eventually consistent); after that somebody else has changed it."""
Mode = Literal["survey", "rotate", "settle", "release", "stop"]
"""What a run is at; see the glossary for settle."""
BROKEN = "broken"
"""Reason for which a replacement node that failed is removed again."""
SURPLUS = "surplus"
"""Reason for which a node is removed that is one too many."""
RETRACTED = (SURPLUS, BROKEN)
"""Reasons for which a replacement node is removed again."""
REPEAT = 20.0
"""Seconds for which an act of ours that succeeded counts, whatever reads say."""


@dataclasses.dataclass(frozen=True)
class Memory:
    """What a rotation remembers between looks, in parts by who touches them.

    `mode`: survey, rotate, settle or release. `journal` is what the record should say, `written`
    what it says; `resumed`: another run had begun it. `timers`: when a condition was first seen.
    `careful`: no new node that carries pods is drained any more; `turned_back`: the nodes of a
    failed image are being replaced by those of the previous one.
    """

    began: float
    next_look: float = math.inf
    """When the last look wanted the next one at the latest."""
    mode: Mode = "survey"
    journal: Journal = Journal()
    written: Journal | None = None
    resumed: bool = False
    timers: Mapping[str, float] = dataclasses.field(default_factory=dict)
    careful: bool = False
    turned_back: bool = False
    quiet_until: float = -math.inf
    """Until when nothing is awaited but that targets of load balancers have drained."""
    window_closed: bool = False
    """Too little is left of the maintenance window for another replacement."""
    drain: DrainMemory = dataclasses.field(default_factory=DrainMemory)
    lock: LeaseMemory = LeaseMemory()
    reads: GroupMemory = GroupMemory()
    outbox: Outbox = dataclasses.field(default_factory=Outbox)
    nodes: NodesMemory = dataclasses.field(default_factory=NodesMemory)
    gate: GateMemory = dataclasses.field(default_factory=GateMemory)
    report: ReportMemory = dataclasses.field(default_factory=ReportMemory)
    plane: ControlPlaneMemory = dataclasses.field(default_factory=ControlPlaneMemory)
    shelf: Shelf = dataclasses.field(default_factory=Shelf, repr=False, compare=False)

    @property
    def unseen(self) -> bool:
        """Return whether no read shows yet what we did to desired."""
        account = self.journal.account
        if account.raise_from is not None:
            return True
        return bool(self.nodes.marks.gone.intersection(account.decrements))

    def with_fields(self, **fields: Any) -> Memory:
        """Return the memory with these fields changed, each in the part that holds it.

        No two parts have a field of the same name. Raises AttributeError for a field that none has.
        """
        own: dict[str, Any] = {}
        parts: dict[str, dict[str, Any]] = {}
        for name, value in fields.items():
            holder = PART_OF.get(name)
            before = getattr(self if holder is None else getattr(self, holder), name)
            # Most looks note what is so already. A copy costs more than to see that, and everything
            # that was derived from the memory would be computed anew.
            if value is not before and value != before:
                (own if holder is None else parts.setdefault(holder, {}))[name] = value
        for part, values in parts.items():
            own[part] = dataclasses.replace(getattr(self, part), **values)
        return dataclasses.replace(self, **own) if own else self


PARTS: Mapping[str, type[Any]] = {
    "lock": LeaseMemory,
    "reads": GroupMemory,
    "outbox": Outbox,
    "nodes": NodesMemory,
    "gate": GateMemory,
    "report": ReportMemory,
    "plane": ControlPlaneMemory,
}
"""The parts of the memory by the name of their field."""
PART_OF: Mapping[str, str] = {
    field.name: part for part, kind in PARTS.items() for field in dataclasses.fields(kind)
}
"""The part that holds a field, by its name."""
