# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and change the specification of an instance group, as data.

kops prints one object, or a list of them, as JSON. Comments of a specification in the state store
are lost whenever kops writes it, whoever asks kops to.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import PREFIX

SKIP_IMAGE = PREFIX + "skip-image"
"""Label of an instance group whose image is left as it is."""
NO = ("0", "false", "no")
"""Values of the label that mean no; without any value it means yes."""


@dataclasses.dataclass(frozen=True)
class InstanceGroup:
    """An instance group as the state store has it.

    `whole`: the object with all fields.
    """

    whole: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return its name."""
        return str(self.whole["metadata"]["name"])

    @property
    def spec(self) -> Mapping[str, Any]:
        """Return its specification."""
        return dict(self.whole["spec"])

    @property
    def image(self) -> str:
        """Return its image as it is spelled there, "" for the cluster's default."""
        return str(self.spec.get("image", ""))

    @property
    def role(self) -> str:
        """Return its role as the state store spells it, "Master" for a control plane."""
        return str(self.spec.get("role", ""))

    @property
    def is_karpenter(self) -> bool:
        """Return whether Karpenter launches its nodes.

        Then it has no Auto Scaling group.
        """
        return str(self.spec.get("manager", "")) == "Karpenter"

    @property
    def skips(self) -> bool:
        """Return whether a label asks to leave its image as it is."""
        labels = self.whole["metadata"].get("labels") or {}
        return SKIP_IMAGE in labels and str(labels[SKIP_IMAGE]).lower() not in NO

    @property
    def machine_types(self) -> tuple[str, ...]:
        """Return the instance types that it launches, sorted."""
        mixed = self.spec.get("mixedInstancesPolicy") or {}
        named = [self.spec.get("machineType", ""), *(mixed.get("instances") or ())]
        return tuple(sorted({str(one) for one in named} - {""}))

    @property
    def rolling_update(self) -> Mapping[str, Any]:
        """Return spec.rollingUpdate, {} without one."""
        return dict(self.spec.get("rollingUpdate") or {})

    def template(self, cluster: str) -> str:
        """Return the name that kops gives its launch template (kops: pkg/model/names.go)."""
        infix = "masters." if self.role in ("Master", "ControlPlane") else ""
        return f"{self.name}.{infix}{cluster}"

    def with_image(self, image: str) -> InstanceGroup:
        """Return the same with another image and every other field as it is.

        "" takes the image away.
        """
        spec = {**self.spec, "image": image}
        if not image:
            del spec["image"]
        return InstanceGroup({**self.whole, "spec": spec})

    def dumped(self) -> str:
        """Return the object as JSON, which kops takes like YAML."""
        return json.dumps(self.whole)


def parse_groups(text: str, doing: str) -> tuple[InstanceGroup, ...]:
    """Return the instance groups that `kops get instancegroups -o json` printed.

    Raises RefusedError if it is not that.
    """
    try:
        shown = json.loads(text)
        every = shown if isinstance(shown, list) else [shown]
        if all(_is_group(one) for one in every):
            return tuple(InstanceGroup(one) for one in every)
    except ValueError:
        pass
    raise RefusedError(f"Cannot {doing}: kops printed no instance group but {text[:80]!r}")


def parse_cluster(text: str, name: str, doing: str) -> Mapping[str, Any]:
    """Return the specification that `kops get cluster -o json` printed.

    Raises RefusedError if it is not that.
    """
    try:
        shown = json.loads(text)
        every = shown if isinstance(shown, list) else [shown]
        if (
            len(every) == 1
            and every[0]["kind"] == "Cluster"
            and every[0]["metadata"]["name"] == name
        ):
            return dict(every[0]["spec"])
    except (ValueError, KeyError, TypeError):
        pass
    raise RefusedError(f"Cannot {doing}: kops printed no such cluster but {text[:80]!r}")


def _is_group(shown: Any) -> bool:
    """Return whether this is an instance group with the fields that are read of it."""
    return (
        isinstance(shown, dict)
        and shown.get("kind") == "InstanceGroup"
        and isinstance(shown.get("spec"), dict)
        and isinstance(shown.get("metadata"), dict)
        and bool(shown["metadata"].get("name"))
    )
