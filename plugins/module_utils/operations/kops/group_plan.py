# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frozen records of what an update of an instance group wants, needs and did."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import LockedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.images.image import Image
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.instance_group import (
    InstanceGroup,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.preview import (
    PreviewVerdict,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import Version


@dataclasses.dataclass(frozen=True)
class WantedImage:
    """What the user asks for.

    `image`: as kops names images. `allow`: patterns of other changes, see core.kops.preview.
    `at_once`: update all instance groups of the cluster with every one. `terraform`: the folder for
    a configuration of Terraform, which changes the launch template then; "" for kops. `since`: the
    version before Terraform's, 0 where that is not known.
    """

    cluster: str
    image: str
    allow: tuple[str, ...] = ()
    at_once: bool = False
    terraform: str = ""
    since: int = 0


def wanted_image(cluster: str, params: Mapping[str, Any]) -> WantedImage:
    """Return what the parameters of kops_instance_group_image ask for."""
    return WantedImage(
        cluster,
        params["image"] or "",
        tuple(params["allow_other_changes"]),
        params["all_groups_at_once"],
        params["terraform_out"] or "",
        params["since_version"],
    )


@dataclasses.dataclass(frozen=True)
class GroupPlan:
    """What one instance group has and needs.

    `text`: how the state store names the image from now on. `previous`: how it named the one that
    the launch template has. `version`: what the launch template has.
    """

    group: InstanceGroup
    autoscaling_group: str
    template_id: str
    template_name: str
    version: Version
    text: str
    previous: str
    image: Image

    @property
    def writes_store(self) -> bool:
        """Return whether the state store has to be written."""
        return self.text != self.group.image

    @property
    def moves_template(self) -> bool:
        """Return whether the launch template has another image."""
        return self.version.image_id != self.image.id

    @property
    def changed(self) -> bool:
        """Return whether anything is to be done."""
        return self.writes_store or self.moves_template


@dataclasses.dataclass(frozen=True)
class GroupDone:
    """What was done, or would be. `number`: the version that has the image now."""

    plan: GroupPlan
    verdict: PreviewVerdict | None
    number: int
    fields: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Restored:
    """How the state store names the image now. `chosen`: as somebody else has since."""

    image: str
    chosen: bool = False


class StalePlanError(LockedError):
    """What was planned does not go by what is there any more. Nothing was written."""
