# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implement core.ports.Cloud with AWS calls."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.activities import (
    Activities,
    read_activities,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.beside import BesideReads
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.console import (
    console_output,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.control_plane import (
    ControlPlaneReads,
    Resolve,
    unresolved,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import (
    describe_group,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.instances import (
    Machines,
    joined,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.launches import (
    launch_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.pointers import point_back
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.resolve import (
    Resolver,
    sources_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.tags import (
    tag_group,
    tag_instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.targets import (
    Delays,
    TargetCalls,
    read_targets,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.warm_pools import (
    end_pooled,
    read_pool,
    set_reuse,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.checks.refusals import (
    unsupported,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Instance,
    WarmPool,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.described import (
    DescribedGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.ports import REFRESH_AGE

REFRESHING = ("Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking")
AS_SHOWN = (
    *("arn", "desired", "min_size", "max_size", "suspended", "protects_new", "by_balancers"),
    *("zones", "tags", "subnets", "target_groups", "hold"),
)
"""Fields of Group that are as they were described."""
MOVED_LOOK = 60.0
"""Seconds for which the scaling activities are read after desired has moved."""
OVERDUE = 60.0
"""Seconds for which instances have to be missing until every read asks why."""


class AutoScaling(ControlPlaneReads, TargetCalls):
    """Implements core.ports.Cloud.

    Every method makes one attempt and raises core.errors. A read costs DescribeAutoScalingGroups,
    DescribeInstances for each 200 instances, DescribeLaunchTemplateVersions (the first time perhaps
    once more), and, if asked, DescribeTargetHealth for each target group. With a `max_age` it costs
    the first, and the others only where something may have changed, or once in that time.
    """

    def __init__(
        self,
        aws: Aws,
        clock: Callable[[], float] = time.time,
        resolve: Resolve = unresolved,
        causes: bool = True,
    ) -> None:
        """Read through `aws`; `clock`: seconds since the epoch; `resolve` asks DNS.

        `causes`: the first read asks what moved desired last, to tell others from us.
        """
        self._aws, self._clock, self._resolve = aws, clock, resolve
        self._causes = causes
        self._desired: dict[str, tuple[int, float]] = {}
        self._short_since: dict[str, float] = {}
        self._refreshes: dict[str, tuple[float, bool]] = {}
        self._machines, self._resolver, self._beside = Machines(), Resolver(), BesideReads()
        self._delays = Delays()

    def until(self, moment: float) -> AutoScaling:
        """Return the same, which sends nothing after this moment but raises LateError."""
        limited = copy.copy(self)
        limited._aws = self._aws.until(moment)
        return limited

    def read_group(
        self,
        name: str,
        also: tuple[str, ...] = (),
        max_age: float = 0.0,
        refresh_age: float = REFRESH_AGE,
        targets: bool = True,
    ) -> Group:
        """Return the group, see core.ports.Cloud. Raises NotFoundError."""
        now, shown = self._clock(), self._beside.added(self._aws, describe_group(self._aws, name))
        pooled = read_pool(self._aws, shown)
        ids = [instance.id for instance in (*shown.instances, *pooled)]
        doing = f"read the instances of Auto Scaling group {name}"
        machines = self._machines.describe(self._aws, doing, ids, also, now, max_age)
        instances, pooled = _joined(shown.instances, machines), _joined(pooled, machines)
        gone = [id_ for id_ in also if id_ in machines and id_ not in ids]
        used = sources_of((*instances, *pooled), shown.warm_pool is not None)
        short = sum(instance.launched for instance in instances) < shown.desired
        activities = self._activities(name, shown.desired, short, now, max_age)
        looked, refreshing = self._refreshing(name, now, refresh_age)
        resolved = self._resolver.resolve(self._aws, shown.source.pointers, used, now, max_age)
        return Group(
            **{field: getattr(shown, field) for field in AS_SHOWN},
            name=name,
            instances=instances,
            source=shown.source.pointer if resolved else self._resolver.missing,
            refreshing=refreshing,
            refreshing_age=now - looked,
            unsupported=tuple(unsupported(shown)),
            activity=activities.failure,
            cause=activities.cause,
            buys_both=shown.source.buys_both,
            warm_pool=_pool(shown, pooled),
            targets=tuple(read_targets(self._aws, shown.target_groups if targets else ())),
            former=tuple(joined(Instance(id_, "", ""), machines[id_]) for id_ in gone),
            resolved=resolved,
            read_at=now,
        )

    def _refreshing(self, name: str, now: float, max_age: float) -> tuple[float, bool]:
        """Return when instance refreshes were looked at, and whether one runs.

        That was `max_age` seconds ago at most, and REFRESH_AGE while one runs.
        """
        at, running = self._refreshes.get(name, (float("-inf"), False))
        if now - at < (min(max_age, REFRESH_AGE) if running else max_age):
            return at, running
        doing = f"read the instance refreshes of Auto Scaling group {name}"
        found = self._aws.call(
            doing,
            "autoscaling",
            "DescribeInstanceRefreshes",
            AutoScalingGroupName=name,
            MaxRecords=1,
        )
        running = any(
            refresh.get("Status") in REFRESHING for refresh in found.get("InstanceRefreshes", ())
        )
        self._refreshes[name] = (now, running)
        return now, running

    def _activities(
        self, name: str, desired: int, short: bool, now: float, max_age: float
    ) -> Activities:
        """Read the activities first, and where instances lack or desired has moved.

        With a `max_age` only where instances have been missing for a while.
        """
        first = name not in self._desired
        before, moved_at = self._desired.get(name, (desired, float("-inf")))
        moved_at = moved_at if desired == before else now
        self._desired[name] = (desired, moved_at)
        since = min(self._short_since.get(name, now), now) if short else math.inf
        self._short_since[name] = since
        overdue = now - since >= min(max_age, OVERDUE)
        asked = overdue or (first and self._causes) or (not max_age and now - moved_at < MOVED_LOOK)
        found = read_activities(self._aws, name) if asked else Activities()
        # What moved desired last is perhaps a raise of an earlier run.
        return found if short or not first else Activities("", found.cause)

    def console_output(self, instance: str) -> str:
        """Return the end of an instance's console output, "" if there is none."""
        return console_output(self._aws, instance)

    def set_desired(self, group: str, desired: int) -> None:
        """Set the desired capacity without waiting for a cooldown."""
        self._act(
            f"set desired of {group} to {desired}",
            "SetDesiredCapacity",
            group,
            DesiredCapacity=desired,
            HonorCooldown=False,
        )

    def launch_instance(self, group: str, zone: str, token: str) -> None:
        """Launch one instance of the group in a zone at once."""
        launch_instance(self._aws, group, zone, token)

    def set_max_size(self, group: str, size: int) -> None:
        """Set MaxSize."""
        self._act(
            f"set MaxSize of {group} to {size}", "UpdateAutoScalingGroup", group, MaxSize=size
        )

    def terminate(self, instance: str, decrement: bool) -> None:
        """Terminate an instance of a group, even if it is protected from scale-in."""
        operation = "TerminateInstanceInAutoScalingGroup"
        params = {"InstanceId": instance, "ShouldDecrementDesiredCapacity": decrement}
        self._aws.call(f"terminate instance {instance}", "autoscaling", operation, **params)

    def end_pooled(self, group: str, instance: str) -> None:
        """End an instance that is in the warm pool of a group."""
        end_pooled(self._aws, group, instance)

    def set_reuse(self, group: str, reuses: bool) -> None:
        """Set whether instances go back to the warm pool when the group becomes smaller."""
        set_reuse(self._aws, describe_group(self._aws, group), reuses)

    def enter_standby(self, group: str, instance: str) -> None:
        """Put an instance into standby; the group becomes one smaller."""
        params = {"InstanceIds": [instance], "ShouldDecrementDesiredCapacity": True}
        self._act(f"put instance {instance} into standby", "EnterStandby", group, **params)

    def tag_instance(self, instance: str, key: str, value: str) -> None:
        """Write a tag of an instance."""
        tag_instance(self._aws, instance, key, value)

    def protect(self, group: str, instances: tuple[str, ...], protected: bool) -> None:
        """Set scale-in protection of at most 50 instances."""
        params = {"InstanceIds": list(instances), "ProtectedFromScaleIn": protected}
        self._act(f"set scale-in protection in {group}", "SetInstanceProtection", group, **params)

    def protect_new(self, group: str, protected: bool) -> None:
        """Set scale-in protection of new instances."""
        doing, setting = f"protect new instances of {group}", "NewInstancesProtectedFromScaleIn"
        self._act(doing, "UpdateAutoScalingGroup", group, **{setting: protected})

    def suspend(self, group: str, processes: tuple[str, ...]) -> None:
        """Suspend scaling processes."""
        self._act(
            f"suspend {', '.join(processes)} of {group}",
            "SuspendProcesses",
            group,
            ScalingProcesses=list(processes),
        )

    def resume(self, group: str, processes: tuple[str, ...]) -> None:
        """Resume scaling processes."""
        self._act(
            f"resume {', '.join(processes)} of {group}",
            "ResumeProcesses",
            group,
            ScalingProcesses=list(processes),
        )

    def point_back(self, group: str, ways: tuple[tuple[str, str], ...]) -> None:
        """Let the group launch from these earlier versions of its templates.

        How it points (a number, $Default, $Latest) stays. A version "" is that of a launch
        configuration.
        """
        point_back(self._aws, describe_group(self._aws, group), ways)

    def set_tag(self, group: str, key: str, value: str | None) -> None:
        """Write or (None) delete a tag of the group that instances do not get."""
        tag_group(self._aws, group, key, value)

    def _act(self, doing: str, operation: str, group: str, **params: Any) -> None:
        self._aws.call(doing, "autoscaling", operation, AutoScalingGroupName=group, **params)


def _joined(
    found: tuple[Instance, ...], machines: Mapping[str, Mapping[str, Any]]
) -> tuple[Instance, ...]:
    """Return the instances with what EC2 knows of them."""
    return tuple(joined(one, machines.get(one.id, {})) for one in found)


def _pool(shown: DescribedGroup, instances: tuple[Instance, ...]) -> WarmPool | None:
    """Return the warm pool of a group, None without one."""
    if shown.warm_pool is None:
        return None
    reuse = shown.warm_pool.get("InstanceReusePolicy") or {}
    return WarmPool(instances, bool(reuse.get("ReuseOnScaleIn")))
