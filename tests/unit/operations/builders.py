# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account with a template and two releases, for the tests of template updates."""

from __future__ import annotations

import base64
import datetime
import fnmatch
from typing import Any

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.core.node_group.launch_source import (
    NamedSource,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.templates.plan import Wanted
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template import sources
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.outcome import (
    Outcome,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.template.update import (
    TemplateUpdate,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.aws import build
from ansible_collections.nodeops.rotator.tests.simulation.aws.account import Account
from ansible_collections.nodeops.rotator.tests.simulation.aws.behavior import Behavior
from ansible_collections.nodeops.rotator.tests.simulation.aws.catalogue import publish_al2023
from ansible_collections.nodeops.rotator.tests.simulation.aws.machines import Template
from ansible_collections.nodeops.rotator.tests.simulation.gate import Gate
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel

NOW = datetime.datetime(2026, 6, 1, 12, tzinfo=datetime.UTC)
NODEADM = base64.b64encode(b"---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n").decode()
WRITES = (
    "ec2:Create*",
    "ec2:Modify*",
    "ec2:Delete*",
    "autoscaling:Update*",
    "autoscaling:Create*",
    "autoscaling:Delete*",
)


class BuiltAccount:
    """An account with last month's image and this month's.

    A template launches the old one.
    """

    def __init__(self, behavior: Behavior) -> None:
        kernel = Kernel()
        self.account = Account(kernel, Gate(lambda: kernel.now), behavior=behavior)
        build.add_subnets(self.account)
        self.old, self.new = (
            publish_al2023(self.account, "1.33", date)[0].id for date in ("20260401", "20260501")
        )
        self.arm = publish_al2023(self.account, "1.33", "20260501")[1].id
        self.template = self.add_template("blue")

    def add_template(self, name: str, versions: int = 1, **data: Any) -> Template:
        """A template with some versions alike."""
        full = {
            "ImageId": self.old,
            "InstanceType": "m5.large",
            "UserData": NODEADM,
            "MetadataOptions": {"HttpTokens": "required"},
            **data,
        }
        return build.add_template(self.account, name, [full] * versions)

    def add_group(self, version: str | int = 1, **more: Any) -> None:
        """A group `blue` that launches from the template."""
        build.add_group(self.account, "blue", self.template, version, **more)

    def update(
        self,
        target: NamedSource = NamedSource(group="blue"),
        dry: bool = False,
        actor: str = "",
        **wanted: Any,
    ) -> Outcome:
        """Run the update as the module would."""
        aws = Aws(aws_call(self.account, actor))
        source = sources.find(aws, target)
        sources.refuse_owned(source, target)
        return TemplateUpdate(aws, Wanted(**wanted), NOW, dry).run(source, target)

    def written(self) -> int:
        """How many calls so far could have changed something."""
        return sum(
            n
            for name, n in self.account.gate.calls.items()
            if any(fnmatch.fnmatchcase(name, one) for one in WRITES)
        )

    def pointer(self, group: str = "blue") -> str:
        """How the group's pointer is written."""
        return str((self.account.groups[group].template or {})["Version"])

    def image(self, number: int, template: Template | None = None) -> str:
        """The image of a version."""
        return str((template or self.template).versions[number].data["ImageId"])

    def later(self) -> None:
        """Let every answer be up to date."""
        self.account.kernel.advance(self.account.kernel.now + 10)


def mixed_policy(built: BuiltAccount, other: Template, kind: str = "c5.large") -> dict[str, Any]:
    """A mixed instances policy whose second override has a template of its own."""
    own = {"LaunchTemplateId": other.id, "Version": "1"}
    return {
        "InstancesDistribution": {"OnDemandPercentageAboveBaseCapacity": 20},
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": built.template.id, "Version": "1"},
            "Overrides": [
                {"InstanceType": "m6i.large"},
                {"InstanceType": kind, "LaunchTemplateSpecification": own},
            ],
        },
    }
