# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node group launches from, and how to point it at something else."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.model.aws import Instance
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    DEFAULT,
    LATEST,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.text import listed


@dataclasses.dataclass(frozen=True)
class NamedSource:
    """What a user names as launch source: exactly one of the following.

    A template (by id or name; `version`: which version is read), an Auto Scaling group, a managed
    node group of an EKS cluster, or an instance group of a kops cluster.
    """

    template_id: str = ""
    template_name: str = ""
    version: str = LATEST
    group: str = ""
    eks_cluster: str = ""
    eks_nodegroup: str = ""
    kops_cluster: str = ""
    kops_group: str = ""

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> NamedSource:
        """Return what options of a module name; options that are missing name nothing."""
        return cls(**{field: params.get(option) or "" for field, option in OPTIONS.items()})


OPTIONS: Mapping[str, str] = {
    "template_id": "launch_template_id",
    "template_name": "launch_template_name",
    "version": "version",
    "group": "autoscaling_group_name",
    "eks_cluster": "eks_cluster",
    "eks_nodegroup": "eks_nodegroup",
    "kops_cluster": "kops_cluster",
    "kops_group": "kops_instance_group",
}
"""The option for each field of NamedSource."""


@dataclasses.dataclass(frozen=True)
class Use:
    """One way of launching: a template and a version as it is written.

    `version`: "3", "$Default" or "$Latest". `types`: the instance types that the group names for
    it; empty: the template's own. `image_id`: the image that is launched whatever the template
    says, "" for the template's.
    """

    template_id: str
    version: str
    types: tuple[str, ...] = ()
    image_id: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells uses of one group apart."""
        return (self.template_id, self.version)


@dataclasses.dataclass(frozen=True)
class LaunchOverride:
    """One override of a mixed instances policy.

    `type` is "" where it describes instances by their attributes. `own` is its own template, and
    `image_id` its own image, which is launched whatever a template says.
    """

    type: str = ""
    own: Use | None = None
    image_id: str = ""
    weight: str = ""


@dataclasses.dataclass(frozen=True)
class Source:
    """What a node group launches from.

    `uses`: its ways of launching, the main one first; empty if it has a launch `configuration`.
    `group`: the Auto Scaling group, "" for a template named by itself. `policy`: the group's
    MixedInstancesPolicy as described, since it can only be written whole. `nodegroup`: EKS cluster
    and name of a managed node group, whose template version only EKS changes.
    """

    group: str = ""
    uses: tuple[Use, ...] = ()
    configuration: str = ""
    policy: Mapping[str, Any] | None = None
    overrides: tuple[LaunchOverride, ...] = ()
    subnet: str = ""
    instances: tuple[Instance, ...] = ()
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
    def pointers(self) -> tuple[Use, ...]:
        """Return all its ways of launching, the main one first.

        A launch configuration is one without a version. Types for which an override names an image
        are a way of their own.
        """
        if not self.uses:
            return (Use(self.configuration, ""),)
        own = [one for one in self.overrides if one.image_id]
        named = {one.type for one in own}
        plain = (
            dataclasses.replace(use, types=tuple(one for one in use.types if one not in named))
            for use in self.uses
        )
        return (*plain, *(self._with_image(one) for one in own))

    def _with_image(self, override: LaunchOverride) -> Use:
        """Return how an override that names an image launches."""
        use = override.own or self.uses[0]
        types = (override.type,) if override.type else ()
        return dataclasses.replace(use, types=types, image_id=override.image_id)

    @property
    def buys_both(self) -> bool:
        """Return whether it buys both On-Demand and Spot instances.

        Without a distribution all are On-Demand (API reference, InstancesDistribution).
        """
        shares = (self.policy or {}).get("InstancesDistribution") or {}
        share = shares.get("OnDemandPercentageAboveBaseCapacity", 100)
        all_spot = share == 0 and not shares.get("OnDemandBaseCapacity")
        return not (share == 100 or all_spot)

    @property
    def instance_ids(self) -> tuple[str, ...]:
        """Return the IDs of the group's instances."""
        return tuple(instance.id for instance in self.instances)

    @property
    def types(self) -> tuple[str, ...]:
        """Return the instance types that the group names or runs, sorted."""
        named = {override.type for override in self.overrides}
        running = {instance.type for instance in self.instances}
        return tuple(sorted((named | running) - {""}))


def use_of(spec: Mapping[str, Any]) -> Use:
    """Return the use of a LaunchTemplateSpecification; no version means $Default."""
    return Use(spec["LaunchTemplateId"], str(spec.get("Version") or DEFAULT))


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
    """Return parameters of UpdateAutoScalingGroup that move uses to other versions.

    `moves`: the new version by the key of the use. A mixed instances policy is sent whole, since
    what is left out of a part that is given would become its default.
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
    """Return a specification by ID; a request may not give the name as well."""
    use = use_of(spec)
    return {"LaunchTemplateId": use.template_id, "Version": moves.get(use.key, use.version)}
