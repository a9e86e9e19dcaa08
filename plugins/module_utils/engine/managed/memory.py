# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember an update of a managed node group between looks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import (
    Command,
    DeletePod,
    Evict,
    ReadCluster,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.commands import (
    ListLeases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.shared import (
    Seen,
    noticed,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import (
    RotatorError,
    may_be_done,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.commands import (
    ChangeConfig,
    ReadNodegroup,
    ReadRooms,
    TagNodegroup,
    UpdateVersion,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.nodegroup import (
    Nodegroup,
    Trouble,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.managed.progress import (
    ManagedRecord,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.kube import Lease
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.quotas import Room
from ansible_collections.nodeops.rotator.plugins.module_utils.core.report.status import Status
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.drain.memory import (
    DrainMemory,
    NodeStatus,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    LeaseTrouble,
    LockMemory,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.handover.memory import (
    learn as learn_of_leases,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.loop import Done, View
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.managed.size import (
    SizeBefore,
)

EKS_BACKOFF = 5.0
"""Seconds until a request of EKS that failed is made again."""
ACTS = (UpdateVersion, ChangeConfig, TagNodegroup)
"""Commands that change something of EKS."""
WRITES = (*ACTS, Evict, DeletePod)
"""Commands that need the Lease."""


@dataclasses.dataclass(frozen=True)
class ManagedMemory:
    """Everything that is remembered; a later run learns it again from EKS.

    `nodegroup`: as last read, by a read that began at `read_began`. `acted_at`: when the last act
    of ours was answered; older reads do not count. `seen`: IDs of the updates that were watched, in
    their order; `begun`: of those that we began. `rooms`: under the quotas of the account, once
    `rooms_read`. `checked`: nothing is in the way of an update of ours. `cluster_uid`: of namespace
    kube-system. `found`: the instances of the first read, with the desired capacity then; `joined`:
    an update ran then, and EKS reported `issues_before`. `watched`: those that are watched in the
    end.
    `size`: what the Lease said of the size before an earlier update, which then counts;
    `soak_owed`: it said that the new nodes of one have not been watched.
    `moved_at`: when something last went on. `ending`: how the run ends. `drain`: our own, with how
    far its nodes are in `drains`. `given_up`: the failed update whose nodes it goes on with, those
    that EKS `named` first; `outdated_then`: how many were outdated, -1 if EKS has not failed yet;
    `judged`: the failed update after which EKS is asked again; `stuck`: the update in which nothing
    went on; `not_of_eks`: instances that run the target and were out of service at the beginning.
    `turn`: there is room for us in the cluster; `turn_at`: since when our Lease says so, or says
    that we wait. `others`: Leases of node groups, by a list that began at `others_at`; since when
    each has been as it is is in `others_seen`.
    """

    began: float
    lock: LockMemory
    working: bool = False
    nodegroup: Nodegroup | None = None
    read_began: float = -math.inf
    acted_at: float = -math.inf
    cluster_uid: str = ""
    rooms: tuple[Room, ...] | None = ()
    rooms_read: bool = False
    checked: bool = False
    held: bool = False
    sure_until: float = -math.inf
    troubles: Mapping[Command, LeaseTrouble] = dataclasses.field(default_factory=dict)
    seen: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()
    version_begun: bool = False
    found: frozenset[str] | None = None
    watched: frozenset[str] | None = None
    issues_before: tuple[Trouble, ...] = ()
    desired_before: int = 0
    joined: bool = False
    size: SizeBefore | None = None
    soak_owed: bool = False
    records: Mapping[str, ManagedRecord] = dataclasses.field(default_factory=dict)
    told: frozenset[str] = frozenset()
    timers: Mapping[str, float] = dataclasses.field(default_factory=dict)
    moved_at: float = 0.0
    drain: DrainMemory = dataclasses.field(default_factory=DrainMemory)
    drains: Mapping[str, NodeStatus] = dataclasses.field(default_factory=dict)
    given_up: str = ""
    named: frozenset[str] = frozenset()
    outdated_then: int = -1
    judged: str = ""
    stuck: str = ""
    not_of_eks: frozenset[str] | None = None
    changed: bool = False
    warnings: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    turn: bool = False
    turn_at: float = math.inf
    others: tuple[Lease, ...] = ()
    others_at: float = -math.inf
    others_seen: Seen = dataclasses.field(default_factory=dict)
    ending: tuple[Status, RotatorError | None] | None = None
    released: Literal["", "asked", "done"] = ""


def learn_outcomes(memory: ManagedMemory, view: View, holder: str) -> ManagedMemory:
    """Return the memory after the outcomes of this look."""
    lock = learn_of_leases(memory.lock, view, holder)
    memory = dataclasses.replace(memory, lock=lock)
    for done in view.done:
        memory = _learnt(memory, done)
    return memory


def _learnt(memory: ManagedMemory, done: Done) -> ManagedMemory:
    command = done.command
    if not isinstance(command, (ReadNodegroup, ReadCluster, ReadRooms, ListLeases, *ACTS)):
        return memory
    troubles = {one: known for one, known in memory.troubles.items() if one != command}
    if done.error is not None:
        since = memory.troubles[command].since if command in memory.troubles else done.began
        troubles[command] = LeaseTrouble(since, done.ended + EKS_BACKOFF, done.error)
        if not isinstance(command, ACTS):
            return dataclasses.replace(memory, troubles=troubles)
        changed = memory.changed or may_be_done(done.error)
        return dataclasses.replace(memory, troubles=troubles, acted_at=done.ended, changed=changed)
    memory = dataclasses.replace(memory, troubles=troubles)
    if isinstance(command, ReadCluster):
        return dataclasses.replace(memory, cluster_uid=done.answer)
    if isinstance(command, ListLeases):
        seen = {**memory.others_seen, **noticed(memory.others_seen, done.answer, done.ended)}
        return dataclasses.replace(
            memory, others=done.answer, others_at=done.began, others_seen=seen
        )
    if isinstance(command, ReadRooms):
        return dataclasses.replace(memory, rooms=done.answer, rooms_read=True)
    if isinstance(command, ReadNodegroup):
        return _read(memory, done)
    ids = () if isinstance(command, TagNodegroup) else (done.answer.id,)
    return dataclasses.replace(
        memory,
        acted_at=done.ended,
        moved_at=done.ended,
        begun=(*memory.begun, *ids),
        seen=(*memory.seen, *ids),
        version_begun=memory.version_begun or isinstance(command, UpdateVersion),
        changed=True,
    )


def _read(memory: ManagedMemory, done: Done) -> ManagedMemory:
    """Return the memory after a read, unless a later one has been answered before."""
    if done.began < memory.read_began:
        return memory
    shown: Nodegroup = done.answer
    memory = dataclasses.replace(memory, nodegroup=shown, read_began=done.began)
    if memory.found is not None:
        return memory
    launched = frozenset(one.id for one in shown.group.launched)
    joined = shown.running is not None and shown.running.moves
    desired = shown.group.desired
    first = dataclasses.replace(memory, found=launched, desired_before=desired, joined=joined)
    return dataclasses.replace(first, issues_before=shown.issues)
