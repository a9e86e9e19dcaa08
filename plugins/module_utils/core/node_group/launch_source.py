# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node group launches from, read from its described Auto Scaling group."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.kinds import (
    EKS_CLUSTER_TAG,
    EKS_NODEGROUP_TAG,
    tags_of,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    DEFAULT,
    LATEST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed


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
class Override:
    """One override of a mixed instances policy.

    `type` is "" where it describes instances by their attributes. `own` is its own template, and
    `image_id` its own image, which is launched whatever a template says.
    """

    type: str = ""
    own: Use | None = None
    image_id: str = ""
    weight: str = ""


@dataclasses.dataclass(frozen=True)
class Member:
    """An instance of the group. `source` is what it was launched from, written as Source.pointer
    is."""

    id: str
    type: str = ""
    source: tuple[str, str] = ("", "")


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
    overrides: tuple[Override, ...] = ()
    subnet: str = ""
    members: tuple[Member, ...] = ()
    nodegroup: tuple[str, str] | None = None
    note: str = ""
    """What a person should know of this kind of group, empty for nothing."""

    @property
    def pointer(self) -> tuple[str, str]:
        """Return the main template and its version as the group writes it.

        A launch configuration has no version: the second is "". Nothing at all is ("", "").
        """
        return self.uses[0].key if self.uses else (self.configuration, "")

    @property
    def instance_ids(self) -> tuple[str, ...]:
        """Return the IDs of the group's instances."""
        return tuple(member.id for member in self.members)

    @property
    def types(self) -> tuple[str, ...]:
        """Return the instance types that the group names or runs, sorted."""
        named = {override.type for override in self.overrides}
        running = {member.type for member in self.members}
        return tuple(sorted((named | running) - {""}))


def read_group(shown: Mapping[str, Any]) -> Source:
    """Return the Source of an element of DescribeAutoScalingGroups.

    A group has a mixed instances policy, a template or a launch configuration. Where an answer
    shows the template of the policy a second time, the policy counts.
    """
    policy = shown.get("MixedInstancesPolicy") or {}
    part = policy.get("LaunchTemplate") or {}
    own = part.get("LaunchTemplateSpecification")
    main = own or shown.get("LaunchTemplate")
    overrides = tuple(_override(one) for one in part.get("Overrides", ()))
    subnets = [name for name in shown.get("VPCZoneIdentifier", "").split(",") if name]
    tags = tags_of(shown)
    return Source(
        group=shown["AutoScalingGroupName"],
        uses=_uses(_use(main), overrides) if main else (),
        configuration="" if main else shown.get("LaunchConfigurationName", ""),
        policy=policy if own else None,
        overrides=overrides,
        subnet=subnets[0] if subnets else "",
        members=tuple(read_member(entry) for entry in shown.get("Instances", ())),
        nodegroup=(
            (tags.get(EKS_CLUSTER_TAG, ""), tags[EKS_NODEGROUP_TAG])
            if EKS_NODEGROUP_TAG in tags
            else None
        ),
    )


def read_member(entry: Mapping[str, Any]) -> Member:
    """Return the Member of an element of a described group's Instances."""
    template = entry.get("LaunchTemplate")
    source = (
        (template["LaunchTemplateId"], str(template.get("Version") or ""))
        if template
        else (entry.get("LaunchConfigurationName", ""), "")
    )
    return Member(entry["InstanceId"], entry.get("InstanceType", ""), source)


def _use(spec: Mapping[str, Any]) -> Use:
    """Return the use of a LaunchTemplateSpecification: without a version it means $Default."""
    return Use(spec["LaunchTemplateId"], str(spec.get("Version") or DEFAULT))


def _override(entry: Mapping[str, Any]) -> Override:
    spec = entry.get("LaunchTemplateSpecification")
    return Override(
        type=entry.get("InstanceType", ""),
        own=_use(spec) if spec else None,
        image_id=entry.get("ImageId", ""),
        weight=entry.get("WeightedCapacity", ""),
    )


def _uses(main: Use, overrides: tuple[Override, ...]) -> tuple[Use, ...]:
    """Return the main template and the overrides' own, each once, with the types that launch from
    it."""
    types: dict[tuple[str, str], list[str]] = {main.key: []}
    for override in overrides:
        names = types.setdefault((override.own or main).key, [])
        names += [override.type] if override.type else []
    return tuple(Use(*key, tuple(names)) for key, names in types.items())


def check_overrides(source: Source, image_id: str) -> None:
    """Refuse a group whose overrides name images that its templates do not reach.

    `image_id` is the image that the templates are to launch, "" for their earlier one. Raises
    RefusedError.
    """
    kept = [one for one in source.overrides if one.image_id not in ("", image_id)]
    if not kept:
        return
    group = f"Auto Scaling group {source.group}"
    doing = f"update {group} to image {image_id}" if image_id else f"roll back {group}"
    named = [f"{one.type or 'attribute-based types'} ({one.image_id})" for one in kept]
    raise RefusedError(
        f"Cannot {doing}: its mixed instances policy names another image for {listed(named)}",
        "Remove ImageId from the override" + (f", or set it to {image_id}" if image_id else ""),
    )


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
