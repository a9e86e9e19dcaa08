# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build a World with a kops cluster, and the stand-in for kops on it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.kops.client import Kops
from ansible_collections.nodeops.rotator.plugins.module_utils.core.transport import AwsCall
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.group_plan import (
    GroupDone,
    GroupPlan,
    WantedImage,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.terraform import (
    image_update,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.operations.kops.update import (
    ImageUpdate,
)
from ansible_collections.nodeops.rotator.tests.simulation.adapters import aws_call
from ansible_collections.nodeops.rotator.tests.simulation.aws.records import StoredObject
from ansible_collections.nodeops.rotator.tests.simulation.kernel import Kernel
from ansible_collections.nodeops.rotator.tests.simulation.kops.memory import KopsInMemory
from ansible_collections.nodeops.rotator.tests.simulation.scenarios import kops
from ansible_collections.nodeops.rotator.tests.simulation.world import World

CLUSTER = "blue.example.com"
GROUP = "nodes-a"
TEMPLATE = f"{GROUP}.{CLUSTER}"


@dataclasses.dataclass
class KopsCluster:
    """A cluster, its state store, and what runs kops on it."""

    world: World
    raw: KopsInMemory
    call: AwsCall

    @staticmethod
    def built() -> KopsCluster:
        """Return a kops cluster in the week after an image release."""
        world = kops.furnish(World(Kernel(), "blue"))
        call = aws_call(world.account, "operator")
        return KopsCluster(world, KopsInMemory(call), call)

    @property
    def aws(self) -> Aws:
        """Return the client of its account."""
        return Aws(self.call)

    def update(self, image: str = "", **options: Any) -> ImageUpdate:
        """Return an update to an image, by default the new one."""
        wanted = WantedImage(CLUSTER, image or self.named("new_image"), **options)
        return image_update(self.aws, Kops(self.raw, CLUSTER, f"s3://{kops.BUCKET}"), wanted)

    def named(self, which: str) -> str:
        """Return the old or the new image as owner/name."""
        image = self.world.account.images[self.world.facts[which]]
        return f"{image.owner}/{image.name}"

    @property
    def _objects(self) -> dict[str, StoredObject]:
        return self.world.account.buckets[kops.BUCKET]

    def stored(self, name: str = GROUP) -> dict[str, Any]:
        """Return an instance group of the state store."""
        found = json.loads(self._objects[f"{CLUSTER}/instancegroup/{name}"].data)
        assert isinstance(found, dict)
        return found

    def store(self, name: str = GROUP, **spec: Any) -> None:
        """Change fields of the specification, as somebody else does."""
        self.write({**self.stored(name), "spec": {**self.stored(name)["spec"], **spec}})

    def write(self, whole: dict[str, Any]) -> None:
        """Write an instance group."""
        key = f"{CLUSTER}/instancegroup/{whole['metadata']['name']}"
        self._objects[key] = StoredObject(json.dumps(whole).encode())

    def upgrade(self, version: str) -> None:
        """Change the version of Kubernetes in the state store."""
        key = f"{CLUSTER}/config"
        config = json.loads(self._objects[key].data)
        config["spec"]["kubernetesVersion"] = version
        self._objects[key] = StoredObject(json.dumps(config).encode())

    def images(self, name: str = TEMPLATE) -> list[str]:
        """Return the images of all versions of a launch template, oldest first."""
        template = next(one for one in self.world.account.templates.values() if one.name == name)
        return [one.data["ImageId"] for _number, one in sorted(template.versions.items())]


@pytest.fixture
def cluster() -> KopsCluster:
    """Return a kops cluster for this test."""
    return KopsCluster.built()


def planned(update: ImageUpdate, name: str = GROUP) -> GroupPlan:
    """Return the plan of an update, which there has to be."""
    plan = update.plan(name)
    assert plan is not None
    return plan


def applied(update: ImageUpdate, name: str = GROUP) -> GroupDone:
    """Carry out the plan of an update."""
    return update.apply(planned(update, name), lambda doing: None)
