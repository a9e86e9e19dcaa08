# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a rotation, validated."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, Literal

from ansible_collections.nodeops.rotator.plugins.module_utils.core.control_plane.backups import (
    BackupCheck,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain import (
    policy as drain_policy,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.drain.policy import DrainPolicy
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import USUAL_NAMESPACE
from ansible_collections.nodeops.rotator.plugins.module_utils.core.options import (
    called,
    check_above_zero,
    check_at_least,
    check_choice,
    check_given,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.selection import (
    CordonedNodes,
    Selection,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.rotation.sizes import (
    Size,
    check_confirmed,
    parse,
    window,
)

WorkloadGate = Literal["wait", "warn", "off"]
"""Whether pods that were evicted have to run again before the next node goes."""
DaemonSetGate = Literal["wait", "off"]
"""Whether the DaemonSet pods of a new node have to be ready."""
REBALANCE = "AZRebalance"
"""The process that is suspended in every rotation."""
SuspendedProcess = Literal["AlarmNotification", "ScheduledActions"]
"""Processes of Auto Scaling that a rotation can do without."""
OnFailure = Literal["rollback_template", "keep_template", "rollback"]
"""What becomes of the template after a failed canary."""
UnknownInstances = Literal["leave", "end"]
"""What becomes of instances that never had a Node in this cluster."""
SurgeBy = Literal["set_desired", "launch_instances"]
"""How the surge is launched: by raising desired, or at once in a zone that we name."""
ControlPlaneCheck = Literal["direct", "indirect"]
"""Whether each API server of a control plane has to say itself that it is ready."""
OnOutage = Literal["rollback_template", "leave"]
"""What becomes of the template when the API does not come back in time."""
StandbyInstances = Literal["leave", "refuse"]
"""What becomes of a group with instances that somebody has put into standby."""
Goal = Literal["replaced", "restored"]
"""What the module is to do: rotate, or only restore what an interrupted run has changed."""
DRAIN_PREFIX = "drain_"
"""Begins the names of a rotation's options for its drains."""
DURATIONS = ("soak", "min_ready", "lock_wait")
LIMITS = (
    "boot_timeout",
    "lb_timeout",
    "poll_interval",
    "lease_duration",
    "stop_timeout",
    "terminate_timeout",
    "gate_timeout",
    "dead_node_timeout",
    "max_node_age",
    "pause_timeout",
    "etcd_settle",
    "etcd_backup_max_age",
    "api_outage_timeout",
)


@dataclasses.dataclass(frozen=True)
class RotationPolicy:
    """Options of asg_node_replace, where their meaning is described.

    Durations are in seconds. `run`: this run's ID. `holder`: our name in the Lease. `version`: the
    template version that the group is known to launch from (reads may be older). `boot_timeout`
    None: by the kind of the instances (see core.rotation.boot). `plan_only`: check mode.
    `restore_only`: state restored. `nodes`, `instances`, `limit`, `cordoned_nodes`: see Selection.
    `not_after`: when the maintenance window closes, by the loop's clock, None without one;
    `maintenance`: the window, for people. `addresses`: of the machine or pod that we run on.
    `again`: the command that began the run, "" if unknown. `run_given`: the ID of the run was
    given, so that an update of the template may have left the Lease to it.
    """

    group: str
    run: str
    holder: str
    max_surge: Size = Size(1)
    max_unavailable: Size = Size(0)
    canary: Size = Size(1)
    soak: float = 60
    failure_budget: int = 0
    min_ready: float = 10
    boot_timeout: float | None = None
    lb_timeout: float = 420
    max_node_age: float | None = None
    poll_interval: float = 120
    scale_in_fence: bool = True
    lease_duration: float = 30
    stop_timeout: float = 20
    lock_wait: float = 0
    cluster_parallel: int | None = None
    terminate_timeout: float = 600
    gate_timeout: float = 900
    dead_node_timeout: float = 300
    version: str = ""
    plan_only: bool = False
    restore_only: bool = False
    cluster: str = ""
    again: str = ""
    run_given: bool = False
    lock_namespace: str = USUAL_NAMESPACE
    unknown_instances: UnknownInstances = "leave"
    on_failure: OnFailure = "rollback_template"
    workload_gate: WorkloadGate = "wait"
    repair: bool = False
    confirm_sizes: bool = False
    keep_failed: bool = False
    surge_by: SurgeBy = "set_desired"
    nodes: tuple[str, ...] = ()
    instances: tuple[str, ...] = ()
    limit: int | None = None
    cordoned_nodes: CordonedNodes = "rotate"
    standby_instances: StandbyInstances = "leave"
    suspend_processes: tuple[SuspendedProcess, ...] = ()
    readiness_gates: tuple[str, ...] = ()
    daemonset_gate: DaemonSetGate = "wait"
    pause_timeout: float = 14400
    force_takeover: bool = False
    not_after: float | None = None
    maintenance: str = ""
    addresses: tuple[str, ...] = ()
    etcd_settle: float = 120
    etcd_backup_max_age: float = 3600
    etcd_backup_check: BackupCheck = "require"
    control_plane_check: ControlPlaneCheck = "direct"
    control_plane_repair: bool = False
    allow_api_outage: bool = False
    api_outage_timeout: float = 1800
    on_outage: OnOutage = "rollback_template"
    drain: DrainPolicy = DrainPolicy()

    def __post_init__(self) -> None:
        window(self.max_surge, self.max_unavailable, 1)
        if not self.confirm_sizes:
            check_confirmed(self.max_surge, self.max_unavailable)
        check_choice("workload_gate", self.workload_gate, WorkloadGate)
        check_choice("daemonset_gate", self.daemonset_gate, DaemonSetGate)
        for process in self.suspend_processes:
            check_choice("suspend_processes", process, SuspendedProcess)
        check_choice("on_failure", self.on_failure, OnFailure)
        check_choice("surge_by", self.surge_by, SurgeBy)
        check_choice("cordoned_nodes", self.cordoned_nodes, CordonedNodes)
        check_choice("standby_instances", self.standby_instances, StandbyInstances)
        check_above_zero("limit", self.limit)
        check_above_zero("cluster_parallel", self.cluster_parallel, "rotations")
        check_choice("etcd_backup_check", self.etcd_backup_check, BackupCheck)
        check_choice("control_plane_check", self.control_plane_check, ControlPlaneCheck)
        check_choice("on_outage", self.on_outage, OnOutage)
        check_choice("unknown_instances", self.unknown_instances, UnknownInstances)
        check_at_least("failure_budget", self.failure_budget, 0)
        for name in DURATIONS:
            check_at_least(name, getattr(self, name), 0, "seconds")
        for name in LIMITS:
            check_above_zero(name, getattr(self, name), "seconds")

    @property
    def lease_lasts(self) -> float:
        """Return for how long others take a Lease for held after its last renewal.

        While the API is down it cannot be renewed.
        """
        return self.lease_duration + self.api_outage_timeout * self.allow_api_outage

    @functools.cached_property
    def selection(self) -> Selection:
        """Return which outdated nodes to replace."""
        return Selection(self.nodes, self.instances, self.limit, self.cordoned_nodes)


@functools.lru_cache(maxsize=8)
def patient(policy: RotationPolicy, hold: float) -> RotationPolicy:
    """Return the options with time enough for the hooks of a group.

    `hold`: the seconds for which they may hold the end of an instance.
    """
    if hold <= policy.terminate_timeout:
        return policy
    return dataclasses.replace(policy, terminate_timeout=hold)


NOT_OPTIONS = frozenset(
    ("group", "run", "holder", "version", "plan_only", "restore_only", "cluster")
    + ("again", "run_given", "lock_namespace", "drain", "not_after", "maintenance", "addresses")
)
"""Fields of RotationPolicy that are not options of their own name."""
OPTIONS = tuple(
    field.name for field in dataclasses.fields(RotationPolicy) if field.name not in NOT_OPTIONS
)
"""Options of a rotation besides those that say what to rotate."""


def from_params(
    params: Mapping[str, Any],
    run: str,
    holder: str,
    check: bool,
    epoch: float,
    again: str = "",
    closes: tuple[float | None, str] = (None, ""),
) -> RotationPolicy:
    """Return the policy for the parameters of asg_node_replace.

    `run`, `holder` and `again`: see RotationPolicy. `check`: only plan. `epoch`: seconds since the
    epoch at 0 of the loop's clock. `closes`: when the maintenance window does, in seconds since the
    epoch, and the window for people. Raises InputError.
    """
    options = {name: params[name] for name in OPTIONS}
    for name in ("max_surge", "max_unavailable", "canary"):
        options[name] = parse(name, options[name])
    for name in ("nodes", "instances", "suspend_processes", "readiness_gates"):
        options[name] = tuple(options[name])
    with called(DRAIN_PREFIX, drain_policy.OPTIONS):
        drain = drain_policy.from_params(params, epoch, DRAIN_PREFIX)
    name = "autoscaling_group_name"
    return RotationPolicy(
        group=check_given(name, params[name], "the name of the node group's Auto Scaling group"),
        cluster=params["cluster_name"] or params["eks_cluster"] or "",
        lock_namespace=params["lock_namespace"],
        run=run,
        holder=holder,
        again=again,
        run_given=bool(params["run_id"]),
        version=params["launch_template_version"],
        plan_only=check,
        restore_only=params["state"] == "restored",
        not_after=None if closes[0] is None else closes[0] - epoch,
        maintenance=closes[1],
        drain=drain,
        **options,
    )
