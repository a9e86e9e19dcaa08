# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read an Auto Scaling group from an answer of DescribeAutoScalingGroups.

Nothing else reads the fields of such an answer.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import (
    CLASSIC,
    Instance,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    managed_by_eks,
    template_note,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    LaunchOverride,
    Source,
    Use,
    use_of,
)


@dataclasses.dataclass(frozen=True)
class DescribedGroup:
    """An Auto Scaling group as described, without what EC2 knows of its instances.

    `zones` are those in which it launches. `suspended`: suspended processes. `protects_new`: new
    instances are protected from scale-in. `target_groups`: ARNs, and classic load balancers (see
    core.model.aws, also for `by_balancers`). `warm_pool`: its configuration, None without one.
    `hold`: seconds for which termination hooks may hold an instance; `leftovers`: clauses about
    what forbids a rotation. Both are read besides.
    """

    name: str
    arn: str
    desired: int
    min_size: int
    max_size: int
    instances: tuple[Instance, ...]
    source: Source
    zones: tuple[str, ...]
    tags: Mapping[str, str]
    suspended: frozenset[str]
    protects_new: bool
    target_groups: tuple[str, ...]
    warm_pool: Mapping[str, Any] | None
    subnets: tuple[str, ...] = ()
    deleting: bool = False
    by_balancers: bool = False
    """It is being deleted."""
    hold: float = 0.0
    leftovers: tuple[str, ...] = ()
    capacity_type: str = ""
    """What its sizes count, "" for instances: "vcpu" or "memory-mib"."""


def read_group(shown: Mapping[str, Any]) -> DescribedGroup:
    """Return the group that an element of AutoScalingGroups describes."""
    instances = tuple(read_instance(entry) for entry in shown.get("Instances", ()))
    tags = {tag["Key"]: tag.get("Value", "") for tag in shown.get("Tags", ())}
    return DescribedGroup(
        name=shown["AutoScalingGroupName"],
        arn=shown.get("AutoScalingGroupARN", ""),
        desired=shown["DesiredCapacity"],
        min_size=shown["MinSize"],
        max_size=shown["MaxSize"],
        instances=instances,
        source=_source(shown, instances, tags),
        zones=tuple(shown.get("AvailabilityZones", ())),
        tags=tags,
        suspended=frozenset(entry["ProcessName"] for entry in shown.get("SuspendedProcesses", ())),
        protects_new=bool(shown.get("NewInstancesProtectedFromScaleIn")),
        target_groups=_target_groups(shown),
        warm_pool=shown.get("WarmPoolConfiguration") or None,
        subnets=_subnets(shown),
        deleting=bool(shown.get("Status")),
        by_balancers="ELB" in shown.get("HealthCheckType", ""),
        capacity_type=shown.get("DesiredCapacityType", "").replace("units", ""),
    )


def _target_groups(shown: Mapping[str, Any]) -> tuple[str, ...]:
    classic = (CLASSIC + name for name in shown.get("LoadBalancerNames", ()))
    return (*shown.get("TargetGroupARNs", ()), *classic)


def read_instance(entry: Mapping[str, Any]) -> Instance:
    """Return an instance as its group knows it, without what only EC2 knows."""
    template = entry.get("LaunchTemplate")
    source = (
        (template["LaunchTemplateId"], str(template.get("Version") or ""))
        if template
        else (entry.get("LaunchConfigurationName", ""), "")
    )
    return Instance(
        id=entry["InstanceId"],
        zone=entry.get("AvailabilityZone", ""),
        lifecycle=entry.get("LifecycleState", ""),
        protected=bool(entry.get("ProtectedFromScaleIn")),
        source=source,
        state="",
        type=entry.get("InstanceType", ""),
    )


def _source(
    shown: Mapping[str, Any], instances: tuple[Instance, ...], tags: Mapping[str, str]
) -> Source:
    """Return what the group launches from.

    It has a mixed instances policy, a template or a launch configuration. Where an answer shows
    the template of the policy a second time, the policy counts.
    """
    policy = shown.get("MixedInstancesPolicy") or {}
    part = policy.get("LaunchTemplate") or {}
    own = part.get("LaunchTemplateSpecification")
    main = own or shown.get("LaunchTemplate")
    overrides = tuple(_override(one) for one in part.get("Overrides", ()))
    subnets = _subnets(shown)
    return Source(
        group=shown["AutoScalingGroupName"],
        uses=_uses(use_of(main), overrides) if main else (),
        configuration="" if main else shown.get("LaunchConfigurationName", ""),
        policy=policy if own else None,
        overrides=overrides,
        subnet=subnets[0] if subnets else "",
        instances=instances,
        nodegroup=managed_by_eks(tags),
        note=template_note(tags),
    )


def _subnets(shown: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the IDs of the subnets in which it launches."""
    return tuple(name for name in shown.get("VPCZoneIdentifier", "").split(",") if name)


def _override(entry: Mapping[str, Any]) -> LaunchOverride:
    spec = entry.get("LaunchTemplateSpecification")
    return LaunchOverride(
        type=entry.get("InstanceType", ""),
        own=use_of(spec) if spec else None,
        image_id=entry.get("ImageId", ""),
        weight=entry.get("WeightedCapacity", ""),
    )


def _uses(main: Use, overrides: tuple[LaunchOverride, ...]) -> tuple[Use, ...]:
    """Return the main template and the overrides' own, each once with its types."""
    types: dict[tuple[str, str], list[str]] = {main.key: []}
    for override in overrides:
        names = types.setdefault((override.own or main).key, [])
        names += [override.type] if override.type else []
    return tuple(Use(*key, tuple(names)) for key, names in types.items())
