# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep a rotation's memory in parts. Moments are by the engine's clock."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.commands import Command
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.backups import (
    Newest,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.look import (
    Components,
    EtcdVolume,
    Hardware,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.records import (
    Records,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.streaks import (
    Streak,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RotatorError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Target,
    TargetRead,
)
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
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.heartbeats import (
    Heartbeat,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.journal import Journal
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.members import (
    Marks,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.node_index import (
    NodeIndex,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.rejoining import Joined
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.workloads import (
    Hope,
    Loss,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.engine.rotation.records import (
    NodeRecord,
    TakenBack,
)

CanaryVerdict = Literal["none", "passed", "failed"]


@dataclasses.dataclass(frozen=True)
class Retry:
    """Failures of a command in a row: how many, the next try, last error and time."""

    times: int
    at: float
    error: RotatorError
    failed: float = math.inf


@dataclasses.dataclass(frozen=True)
class LeaseMemory:
    """What is known of the Lease and of the cluster that it is in (lock, namespaces).

    `lease` is as last read or written, `seen` when its renewTime was first seen as it is; `held`
    and `confirmed`: it is ours, by a write issued at that moment, and since `taken`.
    `lease_losses`: how often it was found deleted; `lease_unproven`: no read has shown it since.
    `elsewhere`: the Lease in other namespaces, and when it was asked for. `unread`: why not all of
    the record is understood.
    """

    lease: Lease | None = None
    lease_read: float = -math.inf
    seen: float = 0.0
    held: bool = False
    confirmed: float = -math.inf
    taken: float = -math.inf
    released: bool = False
    lease_losses: int = 0
    lease_unproven: bool = False
    elsewhere: Mapping[str, tuple[Lease | None, float]] = dataclasses.field(default_factory=dict)
    unread: RotatorError | None = None
    turn: bool = False
    """We go on in the cluster, or try to (turns)."""
    turn_at: float = math.inf
    """When a look has first seen our Lease say so, or say the contrary."""
    forced_wait: float = 0.0
    taken_from: str = ""
    """From whom our write takes it, told once that has succeeded, and how long to wait for him."""
    cluster_uid: str = ""
    cluster_proven: bool = False


@dataclasses.dataclass(frozen=True)
class GroupMemory:
    """What reads have shown of the group (observe, outcomes).

    `read`: the group as last read, between `read_began` and `read_ended`; `group`: the same with
    our own late acts laid over it. `first_read_at`: in seconds since the epoch. `target`: as
    resolved when this run began. `desired_at`: when our last write of desired or decrement ended;
    `doubt`: a desired that nothing of ours explains yet; `lost`: instances that ended since, not by
    us; `ended_by_us`: those that we asked to end; `decremented`: those whose end with decrement was
    answered well; `foreign`: proven writes of others, not told yet; `cause`: what moved it last, as
    an activity says. `outside`: instances of Nodes that no read has shown. `ready`: members whose
    node was Ready at the last look; `turned`: those that are not any more, and not looked up since.
    `read_due`: when to read because of what we did. `target_times`: the shortest in which targets
    drained and ("join") a node was found healthy.
    """

    group: Group | None = None
    read: Group | None = None
    read_began: float = -math.inf
    read_ended: float = -math.inf
    first_read_at: float | None = None
    target: Target | None = None
    outside: frozenset[str] = frozenset()
    desired_at: float = NEVER
    doubt: Doubt | None = None
    lost: frozenset[str] = frozenset()
    ended_by_us: frozenset[str] = frozenset()
    decremented: frozenset[str] = frozenset()
    cause: str = ""
    foreign: tuple[Foreign, ...] = ()
    lowered: tuple[int, float] = (0, -math.inf)
    """How many he may have ended who lowered desired, and when he was counted."""
    poll_soon: bool = False
    target_reads: Mapping[str, TargetRead] = dataclasses.field(default_factory=dict)
    target_times: Mapping[str, float] = dataclasses.field(default_factory=dict)
    read_due: float = math.inf
    ready: frozenset[str] = frozenset()
    turned: frozenset[str] = frozenset()
    taken_back: TakenBack = TakenBack()
    raise_sent: bool = False
    """The recorded raise of desired may have been sent, by us or by who recorded it."""
    raise_answered: bool = False
    """A call of ours for the recorded raise was answered well, and no read has shown it."""
    raise_absent: float | None = None
    """When a read began that showed desired as before that raise, and every read since did."""


@dataclasses.dataclass(frozen=True)
class Outbox:
    """What became of our commands (context, failures, outcomes).

    `acted`: when the last one on AWS ended. `acts`: those that succeeded lately, and when;
    `unanswered`: those whose answer was lost. `node_writes`: how often each Node was written ("":
    the group), and when last; `unshown`: the versions so made that no watch has shown.
    """

    acted: float = -math.inf
    acts: Mapping[Command, float] = dataclasses.field(default_factory=dict)
    unanswered: Mapping[Command, float] = dataclasses.field(default_factory=dict)
    retries: Mapping[Command, Retry] = dataclasses.field(default_factory=dict)
    node_writes: Mapping[tuple[str, str], tuple[int, float]] = dataclasses.field(
        default_factory=dict
    )
    unshown: Mapping[tuple[str, str], str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class NodesMemory:
    """What is known of the group's nodes (capacity, new_nodes, replacement).

    `records`: what the result says of them. `seen_nodes`: instances whose Node was seen.
    `pooled`: instances that were in the warm pool.
    `booting`: new instances that were not ready at the last look, `lost_launches`: how many in a
    row ended so. `watched`: the canaries. `relapses`: how often a new node stopped to take pods.
    `dead`: ended without a drain. `evicted_last`: by node and controller, the pods that come back
    and whose last eviction was accepted, with when.
    `scheduled`: instances with kops's taint at the first look, None before it.
    `index`, `marked` and `memo`: what the last look has computed.
    """

    marks: Marks = Marks()
    records: Mapping[str, NodeRecord] = dataclasses.field(default_factory=dict)
    seen_nodes: frozenset[str] = frozenset()
    pooled: frozenset[str] = frozenset()
    booting: frozenset[str] = frozenset()
    lost_launches: int = 0
    watched: frozenset[str] = frozenset()
    boots: Mapping[str, float] = dataclasses.field(default_factory=dict)
    """Seconds from launch to ready of the instances that were launched during this run."""
    relapses: Mapping[str, int] = dataclasses.field(default_factory=dict)
    dead: frozenset[str] = frozenset()
    heartbeats: Mapping[str, Heartbeat] = dataclasses.field(default_factory=dict)
    """What reads of their leases have shown, by the name of nodes that were not Ready."""
    evicted_last: Mapping[tuple[str, str], Mapping[str, float]] = dataclasses.field(
        default_factory=dict
    )
    scheduled: frozenset[str] | None = None
    index: tuple[Mapping[str, Node], Group | None, NodeIndex] | None = None
    marked: tuple[object, Any, Mapping[str, Node]] | None = None
    memo: Joined | None = None

    @property
    def drains(self) -> list[float]:
        """Return the seconds from cordon to termination of the replaced nodes."""
        ended = ((one.ended, one.began) for one in self.records.values() if one.replaced)
        return [end - began for end, began in ended if end is not None]


@dataclasses.dataclass(frozen=True)
class GateMemory:
    """What the workload gate knows (losses, gate).

    `robbed`: keys of the controllers that lost a pod by this run; `losses`: what it took from
    workloads, and `ready_before`: their ready pods before that, by key; `claim_zones`: of the
    volumes of those pods; `hopes`: the launches that Pending pods wait for, by uid;
    `least_lacking`: the fewest pods that were missing since the gate closed. `workloads`: by key,
    with what they were made of.
    """

    robbed: frozenset[str] = frozenset()
    ready_before: Mapping[str, int] = dataclasses.field(default_factory=dict)
    losses: Mapping[str, Loss] = dataclasses.field(default_factory=dict)
    claim_zones: Mapping[str, str] = dataclasses.field(default_factory=dict)
    hopes: Mapping[str, Hope] = dataclasses.field(default_factory=dict)
    least_lacking: int | None = None
    workloads: tuple[tuple[Mapping[str, Workload], ...], Mapping[str, Workload]] | None = None


@dataclasses.dataclass(frozen=True)
class ReportMemory:
    """What people are told (context, result, closing).

    `told`: what was told once. `left`: sentences about what stays as we set it. `problem`: why we
    settle. `canary`: its last verdict. `launches_from`: the template and version that new instances
    come from again. `changed`: we have changed something. `pool_ended`: of the warm pool, by us.
    """

    told: frozenset[str] = frozenset()
    left: tuple[str, ...] = ()
    problem: RotatorError | None = None
    canary: CanaryVerdict = "none"
    launches_from: tuple[str, str] = ("", "")
    changed: bool = False
    pool_ended: tuple[str, ...] = ()
    to_restore: Journal = Journal()
    """The record when everything was about to be restored."""
    left_out: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Outdated instances that the rotation has left on purpose at its end, with the reason."""


@dataclasses.dataclass(frozen=True)
class ControlPlaneMemory:
    """What is known of a control plane of kops (engine.control_plane).

    `machines`, `components`, `backups` and `dns`: by reads that began at `machines_at`,
    `components_at` and `dns_at`. `judged_at`: the read that was judged last; `streaks`: by
    instance, since when each has been whole. `renewals`: by node, the renewTime of its Lease and
    since when. `shared`: the shared Lease, as read or written at `shared_read`; `shared_seen`: as
    `renewals`; it is ours (`shared_held`) by a write issued at `shared_confirmed`, the first one at
    `first_confirmed`; `shared_wait`: seconds to wait for `shared_from`, from whom it was taken by
    force; `volumes`: of the node that is to go; `way_back`: the file that tells it; `repaired`: the
    node that was ended. `others`: Leases of node groups, listed at `others_at`; `rivals`: those of
    the control plane, listed at `rivals_at`; `holders`: as `shared_seen`.
    """

    machines: Hardware | None = None
    machines_at: float = -math.inf
    components: Components | None = None
    components_at: float = -math.inf
    backups: Newest | None = None
    dns: Records = dataclasses.field(default_factory=dict)
    dns_at: float = -math.inf
    judged_at: float = -math.inf
    streaks: Mapping[str, Streak] = dataclasses.field(default_factory=dict)
    renewals: Mapping[str, tuple[str, float]] = dataclasses.field(default_factory=dict)
    shared: Lease | None = None
    shared_read: float = -math.inf
    shared_seen: Mapping[str, tuple[str, float]] = dataclasses.field(default_factory=dict)
    shared_held: bool = False
    shared_confirmed: float = -math.inf
    first_confirmed: float = math.inf
    shared_wait: float = 0.0
    shared_from: str = ""
    repaired: str = ""
    volumes: tuple[EtcdVolume, ...] = ()
    way_back: str = ""
    others: tuple[Lease, ...] = ()
    others_at: float = -math.inf
    rivals: tuple[Lease, ...] = ()
    rivals_at: float = -math.inf
    holders: Mapping[str, tuple[str, float]] = dataclasses.field(default_factory=dict)
