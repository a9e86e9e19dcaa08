# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let kops write a configuration of Terraform, which somebody else applies."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.client import Kops
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import FailedError
from ansible_collections.nodeops.rotator.plugins.module_utils.core.kops.preview import is_allowed
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.data import (
    clean,
    differences,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import resolve
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    GroupDone,
    GroupPlan,
    WantedImage,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.update import (
    ImageUpdate,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import (
    launch_templates,
)

EC2_IMAGE = "ImageId"
"""The field of a launch template that may change, as EC2 calls it."""


def image_update(aws: Aws, kops: Kops, wanted: WantedImage) -> ImageUpdate:
    """Return the update by kops, or by Terraform where a folder is named."""
    return (TerraformUpdate if wanted.terraform else ImageUpdate)(aws, kops, wanted)


class TerraformUpdate(ImageUpdate):
    """Writes the state store and the configuration, not the launch template."""

    def _moved(self, plan: GroupPlan, approve: Callable[[str], None]) -> GroupDone:
        verdict = self._announced(plan)
        if verdict.image is not None:
            approve("write the configuration of Terraform")
            self._kops.terraform(self._wanted.terraform)
        return GroupDone(plan, verdict, plan.version.number)

    def _groups(self, plan: GroupPlan) -> tuple[str, ...]:
        """Return (): the configuration is of the whole cluster, so all counts."""
        return ()

    def check(self, plan: GroupPlan) -> None:
        """Compare the version that Terraform has made with the one before.

        Raises FailedError if more than the image is different and not allowed.
        """
        if not 0 < self._wanted.since < plan.version.number:
            return
        every = launch_templates.versions(self._aws, plan.template_id)
        before = resolve(every, str(self._wanted.since))
        fields = differences(clean(before.data), clean(plan.version.data))
        path = f"LaunchTemplate/{plan.template_name}/"
        more = [one for one in fields if one != EC2_IMAGE]
        if others := [one for one in more if not is_allowed(path + one, self._wanted.allow)]:
            raise FailedError(
                f"Version {plan.version.number} of launch template {plan.template_name} differs"
                f" from version {before.number} in more than the image: {', '.join(others)}",
                f"Compare them, or name the fields in allow_other_changes as {path}<field>",
            )
