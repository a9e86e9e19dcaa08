# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of Auto Scaling: groups, their members and their activities."""

from __future__ import annotations

import dataclasses
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kernel import Event

PROCESSES = (
    "Launch",
    "Terminate",
    "AddToLoadBalancer",
    "AlarmNotification",
    "AZRebalance",
    "HealthCheck",
    "InstanceRefresh",
    "ReplaceUnhealthy",
    "ScheduledActions",
)
"""Processes that SuspendProcesses can suspend (EC2 Auto Scaling user guide, types of processes)."""

METRICS = (
    "GroupMinSize",
    "GroupMaxSize",
    "GroupDesiredCapacity",
    "GroupInServiceInstances",
    "GroupPendingInstances",
    "GroupStandbyInstances",
    "GroupTerminatingInstances",
    "GroupTotalInstances",
)
"""Metrics that EnableMetricsCollection enables by default."""


@dataclasses.dataclass
class Member:
    """An instance as its group sees it.

    `launch_template` is (ID, name, number) as resolved at launch. `doomed`: its termination is
    accepted, although it may still be reported InService. `drained` is when its targets are done.
    """

    instance_id: str
    zone: str
    instance_type: str
    lifecycle_state: str = "Pending"
    health: str = "Healthy"
    protected: bool = False
    launch_template: tuple[str, str, int] | None = None
    launch_configuration: str = ""
    weight: int | None = None
    doomed: bool = False
    returns: bool = False
    """It leaves since the group becomes smaller, and may go back to a warm pool."""
    hooks: set[str] = dataclasses.field(default_factory=set)
    hook_event: Event | None = None
    activity: Activity | None = None

    @property
    def counted(self) -> bool:
        """Return True if it counts toward desired: Pending or InService, not doomed."""
        return not self.doomed and (
            self.lifecycle_state == "InService" or self.lifecycle_state.startswith("Pending")
        )


@dataclasses.dataclass
class Activity:
    """A scaling activity."""

    id: str
    description: str
    cause: str
    started_at: float
    status: str = "InProgress"
    message: str = ""
    progress: int = 50
    ended_at: float | None = None
    details: str = "{}"


@dataclasses.dataclass
class Tag:
    """A group's tag."""

    value: str
    propagate: bool = False


@dataclasses.dataclass
class Hook:
    """A lifecycle hook.

    `transition` is "launching" or "terminating"; `timeout` is the heartbeat timeout in seconds.
    """

    name: str
    transition: str
    timeout: float = 3600.0
    default_result: str = "ABANDON"
    metadata: str = ""
    target_arn: str = ""
    role_arn: str = ""


@dataclasses.dataclass
class WarmPool:
    """A warm pool: its configuration, as DescribeWarmPool shows it, and its members."""

    configuration: dict[str, Any]
    members: dict[str, Member] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Group:
    """An Auto Scaling group.

    Exactly one of `template` (a LaunchTemplateSpecification: ID, name and Version as given),
    `launch_configuration` and `mixed` (a MixedInstancesPolicy) is set. `refreshes`, `policies` and
    `scheduled_actions` hold what the Describe operations show. `surplus_launches` are the instances
    launched beyond desired to balance zones. `launches` are the answers of LaunchInstances by
    client token. `asked`: who moved desired last, as the causes of activities begin.
    """

    name: str
    arn: str
    minimum: int
    maximum: int
    desired: int
    subnets: list[str]
    zones: list[str]
    created_at: float
    template: dict[str, str] | None = None
    launch_configuration: str = ""
    mixed: dict[str, Any] | None = None
    target_groups: list[str] = dataclasses.field(default_factory=list)
    tags: dict[str, Tag] = dataclasses.field(default_factory=dict)
    members: dict[str, Member] = dataclasses.field(default_factory=dict)
    suspended: dict[str, str] = dataclasses.field(default_factory=dict)
    activities: list[Activity] = dataclasses.field(default_factory=list)
    hooks: dict[str, Hook] = dataclasses.field(default_factory=dict)
    warm_pool: WarmPool | None = None
    refreshes: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    policies: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    scheduled_actions: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)
    status: str = ""
    surplus_launches: set[str] = dataclasses.field(default_factory=set)
    launches: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    asked: str = ""
    last_scaled_at: float | None = None
    pending: Event | None = None
    metrics: set[str] = dataclasses.field(default_factory=set)

    def setting(self, name: str) -> Any:
        """Return a setting of CreateAutoScalingGroup, or its documented default."""
        return self.settings.get(name, DEFAULTS.get(name))

    def counted(self) -> list[Member]:
        """Return the members that count toward desired."""
        return [member for member in self.members.values() if member.counted]

    def capacity(self) -> int:
        """Return the capacity of the members that count: their number or their weights."""
        return sum(member.weight or 1 for member in self.members.values() if member.counted)


DEFAULTS: dict[str, Any] = {
    "DefaultCooldown": 300,
    "HealthCheckType": "EC2",
    "HealthCheckGracePeriod": 0,
    "NewInstancesProtectedFromScaleIn": False,
    "TerminationPolicies": ["Default"],
    "CapacityRebalance": False,
}
