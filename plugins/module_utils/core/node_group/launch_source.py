# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node group launches from, read from its described Auto Scaling group."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    DEFAULT,
    LATEST,
)


@dataclasses.dataclass(frozen=True)
class Target:
    """What the user names: exactly one of template (id or name), Auto Scaling group, managed node
    group of an EKS cluster, instance group of a kops cluster. `version`: which version a template
    named by itself is read from."""

    template_id: str = ""
    template_name: str = ""
    version: str = LATEST
    group: str = ""
    eks_cluster: str = ""
    eks_nodegroup: str = ""
    kops_cluster: str = ""
    kops_group: str = ""


@dataclasses.dataclass(frozen=True)
class Use:
    """One way of launching: a template and how its version is written ("3", "$Default", "$Latest").
    `types` are the instance types that the group names for it; empty: the template's own."""

    template_id: str
    version: str
    types: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What tells uses of one group apart."""
        return (self.template_id, self.version)


@dataclasses.dataclass(frozen=True)
class Source:
    """A node group's ways of launching, the main one first. Of `uses` and `configuration` one is
    empty. `group` is the Auto Scaling group, empty for a template named by itself. `nodegroup`: EKS
    cluster and managed node group, whose template version only EKS changes. `policy` is the group's
    MixedInstancesPolicy."""

    group: str = ""
    uses: tuple[Use, ...] = ()
    configuration: str = ""
    policy: Mapping[str, Any] | None = None
    subnet: str = ""
    instance_ids: tuple[str, ...] = ()
    nodegroup: tuple[str, str] | None = None
    note: str = ""
    """What a person should know of this kind of group, empty for nothing."""


def read_group(shown: Mapping[str, Any]) -> Source:
    """The Source of an element of DescribeAutoScalingGroups."""
    policy = shown.get("MixedInstancesPolicy")
    if policy:
        uses = _policy_uses(policy)
    elif shown.get("LaunchTemplate"):
        uses = (_use(shown["LaunchTemplate"]),)
    else:
        uses = ()
    subnets = [name for name in shown.get("VPCZoneIdentifier", "").split(",") if name]
    return Source(
        group=shown["AutoScalingGroupName"],
        uses=uses,
        configuration=shown.get("LaunchConfigurationName", "") if not uses else "",
        policy=policy,
        subnet=subnets[0] if subnets else "",
        instance_ids=tuple(member["InstanceId"] for member in shown.get("Instances", ())),
    )


def _use(spec: Mapping[str, Any], types: tuple[str, ...] = ()) -> Use:
    return Use(spec["LaunchTemplateId"], str(spec.get("Version") or DEFAULT), types)


def _policy_uses(policy: Mapping[str, Any]) -> tuple[Use, ...]:
    """The policy's own template and every override's own, each once, with the types that launch
    from it."""
    part = policy["LaunchTemplate"]
    main = _use(part["LaunchTemplateSpecification"])
    types: dict[tuple[str, str], list[str]] = {main.key: []}
    for override in part.get("Overrides", ()):
        spec = override.get("LaunchTemplateSpecification")
        key = _use(spec).key if spec else main.key
        types.setdefault(key, [])
        if override.get("InstanceType"):
            types[key].append(override["InstanceType"])
    return tuple(Use(*key, tuple(names)) for key, names in types.items())


def repoint(source: Source, moves: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """UpdateAutoScalingGroup's parameters for pointing each moved use (by its key) at another
    version.

    A mixed instances policy is sent whole: what is left out of a part that is given would become
    its default.
    """
    if source.policy is None:
        use = source.uses[0]
        version = moves.get(use.key, use.version)
        return {"LaunchTemplate": {"LaunchTemplateId": use.template_id, "Version": version}}
    policy = copy.deepcopy(dict(source.policy))
    part = policy["LaunchTemplate"]
    part["LaunchTemplateSpecification"] = _moved(part["LaunchTemplateSpecification"], moves)
    for override in part.get("Overrides", ()):
        if "LaunchTemplateSpecification" in override:
            override["LaunchTemplateSpecification"] = _moved(
                override["LaunchTemplateSpecification"], moves
            )
    return {"MixedInstancesPolicy": policy}


def _moved(spec: Mapping[str, Any], moves: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """A specification with id and version: the answer's has the name too, and a request may not
    name both."""
    use = _use(spec)
    return {"LaunchTemplateId": use.template_id, "Version": moves.get(use.key, use.version)}
