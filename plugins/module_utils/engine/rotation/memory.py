# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember a rotation between looks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Literal, Union

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RotatorError,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Group, Target
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import (
    Lease,
    Node,
    Workload,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.accounting import (
    NEVER,
    Doubt,
    Foreign,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import (
    Journal,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Marks,
    Situation,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    NodeIndex,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.workloads import (
    Hope,
    Loss,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    DrainPhase,
)

STALE_READ_TIMEOUT = 90.0
"""Seconds for which a read that does not show our own change of desired counts as stale (Describe*
calls are eventually consistent); after that somebody else has changed it."""
Mode = Literal["survey", "rotate", "settle", "release", "stop"]
"""What a run is at; see the glossary for settle."""
NodePhase = Union[DrainPhase, Literal["outdated", "cordoned", "terminated", "kept"]]
"""How far a node's replacement is."""
CanaryVerdict = Literal["none", "passed", "failed"]
BROKEN = "broken"
"""Reason for which a replacement node that failed is removed again."""
RETRACTED = ("surplus", BROKEN)
"""Reasons for which a replacement node is removed again."""
REPEAT = 20.0
"""Seconds for which an act of ours that succeeded counts, whatever reads say."""


@dataclasses.dataclass(frozen=True)
class Retry:
    """Failures of a command: how many in a row, when to try again, the last error."""

    times: int
    at: float
    error: RotatorError


@dataclasses.dataclass(frozen=True)
class NodeRecord:
    """What the result says of one node that we replaced or tried to.

    Moments are by the engine's clock.
    """

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


@dataclasses.dataclass(frozen=True)
class Memory:
    """Everything that a rotation remembers between looks; see the module.

    `lease` is as last read or written, `seen` when its renewTime was first seen as it is; `held`
    and `confirmed`: it is ours, by a write issued at that moment. `journal` is what the record
    should say, `written` what it says. `read`: the group as last read, `group`: the same with our
    own late acts laid over it. `desired_at`: when our last write of desired or decrement ended;
    `doubt`: a desired that nothing of ours explains yet; `lost`: instances that ended since and
    that we did not end; `ended_by_us`: those that we asked to end; `foreign`: proven writes of
    others, not told yet. `target`: as resolved when this run began. `robbed`: keys of the
    controllers that lost a pod by this run; `losses`: what it took from workloads, and
    `ready_before`: their ready pods before that, by key; `claim_zones`: of the volumes of those
    pods; `hopes`: the launches that Pending pods wait for, by uid; `least_lacking`: the fewest pods
    that were missing since the gate closed; `careful`: no new node that carries pods is drained any
    more; `turned_back`: the nodes of a failed image are being replaced by those of the previous
    one; `relapses`: how often a new node stopped to take pods. `timers`: when a condition was
    first seen. `mode`: survey, rotate, settle or release; `problem` why we settle. `elsewhere`: the
    Lease in other namespaces, and when it was asked for. `unread`: why
    not all of the record is understood. `left`: sentences about what stays as we set it.
    """

    began: float
    next_look: float = math.inf
    """When the last look wanted the next one at the latest."""
    mode: Mode = "survey"
    cluster_uid: str = ""
    cluster_proven: bool = False
    lease: Lease | None = None
    lease_read: float = -math.inf
    seen: float = 0.0
    held: bool = False
    confirmed: float = -math.inf
    journal: Journal = Journal()
    written: Journal | None = None
    resumed: bool = False
    group: Group | None = None
    read: Group | None = None
    target: Target | None = None
    read_began: float = -math.inf
    read_ended: float = -math.inf
    acted: float = -math.inf
    desired_at: float = NEVER
    doubt: Doubt | None = None
    lost: frozenset[str] = frozenset()
    ended_by_us: frozenset[str] = frozenset()
    raise_sent: bool = False
    """The recorded raise of desired may have been sent, by us or by who recorded it."""
    raise_absent: float | None = None
    """When a read began that showed desired as before that raise, and every read since did."""
    decremented: frozenset[str] = frozenset()
    """Instances whose end with decrement Auto Scaling has answered well."""
    foreign: tuple[Foreign, ...] = ()
    seen_nodes: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()
    booting: frozenset[str] = frozenset()
    robbed: frozenset[str] = frozenset()
    ready_before: Mapping[str, int] = dataclasses.field(default_factory=dict)
    losses: Mapping[str, Loss] = dataclasses.field(default_factory=dict)
    claim_zones: Mapping[str, str] = dataclasses.field(default_factory=dict)
    hopes: Mapping[str, Hope] = dataclasses.field(default_factory=dict)
    least_lacking: int | None = None
    careful: bool = False
    turned_back: bool = False
    relapses: Mapping[str, int] = dataclasses.field(default_factory=dict)
    workloads: tuple[tuple[Mapping[str, Workload], ...], Mapping[str, Workload]] | None = None
    launches_from: tuple[str, str] = ("", "")
    dead: frozenset[str] = frozenset()
    evicted_last: frozenset[str] = frozenset()
    first_read_at: float | None = None
    unread: RotatorError | None = None
    elsewhere: Mapping[str, tuple[Lease | None, float]] = dataclasses.field(default_factory=dict)
    lease_losses: int = 0
    lease_unproven: bool = False
    lost_launches: int = 0
    poll_soon: bool = False
    outside: frozenset[str] = frozenset()
    marks: Marks = Marks()
    retries: Mapping[Command, Retry] = dataclasses.field(default_factory=dict)
    node_writes: Mapping[tuple[str, str], tuple[int, float]] = dataclasses.field(
        default_factory=dict
    )
    acts: Mapping[Command, float] = dataclasses.field(default_factory=dict)
    timers: Mapping[str, float] = dataclasses.field(default_factory=dict)
    told: frozenset[str] = frozenset()
    drain: DrainMemory = dataclasses.field(default_factory=DrainMemory)
    records: Mapping[str, NodeRecord] = dataclasses.field(default_factory=dict)
    problem: RotatorError | None = None
    left: tuple[str, ...] = ()
    canary: CanaryVerdict = "none"
    index: tuple[Mapping[str, Node], Group | None, NodeIndex] | None = None
    memo: tuple[tuple[Any, ...], tuple[Any, ...], Situation] | None = None
    released: bool = False
    changed: bool = False

    @property
    def unseen(self) -> bool:
        """Return whether no read shows yet what we did to desired."""
        account = self.journal.account
        if account.raise_from is not None:
            return True
        return bool(self.marks.gone.intersection(account.decrements))
