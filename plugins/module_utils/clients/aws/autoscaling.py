# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Auto Scaling groups as the engine needs them: core.ports.Cloud on AWS calls."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.groups import (
    describe_group,
    instance_of,
    unsupported,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.pointers import point_back
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import NotFoundError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    Group,
    Target,
    TargetHealth,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import tags_of
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    read_group,
)

IDS_AT_ONCE = 200
"""EC2 takes up to 200 values in a filter (DescribeInstances, API reference)."""
REFRESHING = ("Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking")
REFRESH_LOOK = 300.0
"""Seconds between looks at instance refreshes: somebody starting one while we work is rare."""


class AutoScaling:
    """core.commands.Cloud. One attempt a call; raises core.errors. Cost of a read:
    DescribeAutoScalingGroups, DescribeInstances per 200 instances, DescribeLaunchTemplateVersions
    (the first time perhaps once more), DescribeTargetHealth per target group."""

    def __init__(self, aws: Aws, clock: Callable[[], float] = time.time) -> None:
        """`clock` answers seconds since the epoch."""
        self._aws, self._clock = aws, clock
        self._refresh_seen: tuple[float, bool] = (float("-inf"), False)
        self._contents: dict[
            tuple[str, str], Any
        ] = {}  # of versions in use; a version never changes

    def until(self, moment: float) -> AutoScaling:
        """Return the same, which sends nothing after this moment but raises LateError."""
        limited = copy.copy(self)
        limited._aws = self._aws.until(moment)
        return limited

    def read_group(self, name: str, also: tuple[str, ...] = ()) -> Group:
        """The group with everything about it that a rotation looks at; NotFoundError if there is
        none."""
        doing, now = f"read Auto Scaling group {name}", self._clock()
        raw = describe_group(self._aws, name)
        ids = [entry["InstanceId"] for entry in raw.get("Instances", ())]
        machines = self._machines(doing, [*ids, *also])
        instances = tuple(
            instance_of(entry, machines.get(entry["InstanceId"], {}))
            for entry in raw.get("Instances", ())
        )
        source = read_group(raw).pointer
        short = sum(instance.launched for instance in instances) < raw["DesiredCapacity"]
        return Group(
            name=name,
            arn=raw.get("AutoScalingGroupARN", ""),
            desired=raw["DesiredCapacity"],
            min_size=raw["MinSize"],
            max_size=raw["MaxSize"],
            instances=instances,
            source=source,
            suspended=frozenset(
                entry["ProcessName"] for entry in raw.get("SuspendedProcesses", ())
            ),
            protects_new=bool(raw.get("NewInstancesProtectedFromScaleIn")),
            zones=tuple(raw.get("AvailabilityZones", ())),
            tags=tags_of(raw),
            refreshing=self._refreshing(name, now),
            unsupported=tuple(unsupported(raw)),
            activity=self._activity(name) if short else "",
            targets=tuple(self._targets(raw.get("TargetGroupARNs", ()))),
            departed=tuple(
                instance_of({"InstanceId": i}, machines[i])
                for i in also
                if i in machines and i not in ids
            ),
            resolved=self._resolve(source, {instance.source for instance in instances}, now),
            read_at=now,
        )

    def _machines(self, doing: str, ids: list[str]) -> dict[str, Mapping[str, Any]]:
        """EC2's view by instance id. Asked by filter, since asking by id fails for all if one is
        already forgotten."""
        found: dict[str, Mapping[str, Any]] = {}
        for start in range(0, len(ids), IDS_AT_ONCE):
            filters = [{"Name": "instance-id", "Values": ids[start : start + IDS_AT_ONCE]}]
            for reservation in self._aws.pages(
                doing, "ec2", "DescribeInstances", "Reservations", Filters=filters
            ):
                found.update({entry["InstanceId"]: entry for entry in reservation["Instances"]})
        return found

    def _resolve(
        self, source: tuple[str, str], used: set[tuple[str, str]], now: float
    ) -> Target | None:
        """What the group launches from now, `$Latest` and `$Default` resolved; None if it does not
        exist. `used`: what its instances were launched from, to see which of that says the same."""
        template, version = source
        if not version:
            return self._configuration(template)
        found = self._versions(template, [version])
        if not found:
            return None
        number, data = str(found[0]["VersionNumber"]), found[0].get("LaunchTemplateData", {})
        others = sorted(
            {other for name, other in used if name == template and other not in ("", number)}
        )
        if missing := [other for other in others if (template, other) not in self._contents]:
            entries = {
                str(entry["VersionNumber"]): entry for entry in self._versions(template, missing)
            }
            self._contents |= {
                (template, name): entries.get(name, {}).get("LaunchTemplateData")
                for name in missing
            }
        equivalent_versions = frozenset(
            other for other in others if self._contents[template, other] == data
        )
        return Target(
            template,
            number,
            data.get("ImageId", ""),
            found[0].get("LaunchTemplateName", ""),
            now,
            equivalent_versions,
        )

    def _versions(self, template: str, versions: list[str]) -> list[dict[str, Any]]:
        """These versions of a template, images resolved; none if one of them does not exist (any
        more)."""
        params = {"LaunchTemplateId": template, "Versions": versions, "ResolveAlias": True}
        try:
            doing = f"read launch template {template}"
            found = self._aws.call(doing, "ec2", "DescribeLaunchTemplateVersions", **params)
        except NotFoundError:
            return []
        return list(found["LaunchTemplateVersions"])

    def _configuration(self, name: str) -> Target | None:
        doing = f"read launch configuration {name}"
        found = self._aws.call(
            doing, "autoscaling", "DescribeLaunchConfigurations", LaunchConfigurationNames=[name]
        )
        entries = found["LaunchConfigurations"]
        return Target(name, "", entries[0].get("ImageId", ""), name) if entries else None

    def _refreshing(self, name: str, now: float) -> bool:
        if now - self._refresh_seen[0] < REFRESH_LOOK:
            return self._refresh_seen[1]
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
        self._refresh_seen = (now, running)
        return running

    def _activity(self, name: str) -> str:
        doing = f"read the scaling activities of Auto Scaling group {name}"
        found = self._aws.call(
            doing,
            "autoscaling",
            "DescribeScalingActivities",
            AutoScalingGroupName=name,
            MaxRecords=5,
        )
        failed = (
            entry for entry in found.get("Activities", ()) if entry.get("StatusCode") == "Failed"
        )
        return next((" ".join(entry.get("StatusMessage", "").split()) for entry in failed), "")

    def _targets(self, arns: Iterable[str]) -> Iterable[TargetHealth]:
        for arn in arns:
            doing = f"read the health of target group {arn}"
            try:
                found = self._aws.call(doing, "elbv2", "DescribeTargetHealth", TargetGroupArn=arn)
            except NotFoundError:  # deleted: it sends no traffic any more
                continue
            for entry in found.get("TargetHealthDescriptions", ()):
                target = entry["Target"]
                yield TargetHealth(
                    arn, target["Id"], target.get("Port", 0), entry["TargetHealth"]["State"]
                )

    def set_desired(self, group: str, desired: int) -> None:
        """Raise desired, without waiting for a cooldown."""
        self._act(
            f"set desired of {group} to {desired}",
            "SetDesiredCapacity",
            group,
            DesiredCapacity=desired,
            HonorCooldown=False,
        )

    def set_max_size(self, group: str, size: int) -> None:
        """Set MaxSize."""
        self._act(
            f"set MaxSize of {group} to {size}", "UpdateAutoScalingGroup", group, MaxSize=size
        )

    def terminate(self, instance: str, decrement: bool) -> None:
        """TerminateInstanceInAutoScalingGroup; scale-in protection does not stand in its way."""
        operation = "TerminateInstanceInAutoScalingGroup"
        params = {"InstanceId": instance, "ShouldDecrementDesiredCapacity": decrement}
        self._aws.call(f"terminate instance {instance}", "autoscaling", operation, **params)

    def protect(self, group: str, instances: tuple[str, ...], protected: bool) -> None:
        """Scale-in protection of at most 50 instances."""
        params = {"InstanceIds": list(instances), "ProtectedFromScaleIn": protected}
        self._act(f"set scale-in protection in {group}", "SetInstanceProtection", group, **params)

    def protect_new(self, group: str, protected: bool) -> None:
        """NewInstancesProtectedFromScaleIn."""
        doing = f"set scale-in protection of new instances of {group}"
        self._act(
            doing, "UpdateAutoScalingGroup", group, NewInstancesProtectedFromScaleIn=protected
        )

    def suspend(self, group: str, processes: tuple[str, ...]) -> None:
        """SuspendProcesses."""
        self._act(
            f"suspend {', '.join(processes)} of {group}",
            "SuspendProcesses",
            group,
            ScalingProcesses=list(processes),
        )

    def resume(self, group: str, processes: tuple[str, ...]) -> None:
        """ResumeProcesses."""
        self._act(
            f"resume {', '.join(processes)} of {group}",
            "ResumeProcesses",
            group,
            ScalingProcesses=list(processes),
        )

    def deregister(self, target_group: str, targets: tuple[tuple[str, int], ...]) -> None:
        """DeregisterTargets."""
        self._move("DeregisterTargets", target_group, targets)

    def register(self, target_group: str, targets: tuple[tuple[str, int], ...]) -> None:
        """RegisterTargets."""
        self._move("RegisterTargets", target_group, targets)

    def _move(
        self, operation: str, target_group: str, targets: tuple[tuple[str, int], ...]
    ) -> None:
        named = [{"Id": id_, **({"Port": port} if port else {})} for id_, port in targets]
        self._aws.call(
            f"change the targets of {target_group}",
            "elbv2",
            operation,
            TargetGroupArn=target_group,
            Targets=named,
        )

    def point_back(self, group: str, template: str, version: str) -> None:
        """Let the group launch from an earlier version of its template; how it points (a number,
        $Default, $Latest) stays. `version` "": `template` is a launch configuration."""
        point_back(self._aws, describe_group(self._aws, group), template, version)

    def set_tag(self, group: str, key: str, value: str | None) -> None:
        """Write or (None) delete a tag of the group that instances do not get."""
        tag = {"ResourceId": group, "ResourceType": "auto-scaling-group", "Key": key}
        if value is None:
            self._aws.call(f"untag {group}", "autoscaling", "DeleteTags", Tags=[tag])
        else:
            full = {**tag, "Value": value, "PropagateAtLaunch": False}
            self._aws.call(f"tag {group}", "autoscaling", "CreateOrUpdateTags", Tags=[full])

    def _act(self, doing: str, operation: str, group: str, **params: Any) -> None:
        self._aws.call(doing, "autoscaling", operation, AutoScalingGroupName=group, **params)
