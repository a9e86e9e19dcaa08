# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stand-in for kops does in AWS, which is to launch templates."""

from __future__ import annotations

import base64
import dataclasses
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.nodeops.rotator.tests.simulation.kops.clients import client
from ansible_collections.nodeops.rotator.tests.simulation.kops.store import KopsError

VERSION_LINE = re.compile(r"^KubernetesVersion: (.*)$", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class Difference:
    """A field of a resource that is not as the specification wants it.

    `data`: what CreateLaunchTemplateVersion takes for it, None for a field that is not of a launch
    template.
    """

    kind: str
    name: str
    field: str
    old: str
    new: str
    data: Mapping[str, Any] | None = None


class Cloud:
    """Compares the account with what the specification of a cluster wants."""

    def __init__(self, cluster: Mapping[str, Any]) -> None:
        self._cluster = cluster

    @property
    def _name(self) -> str:
        return str(self._cluster["metadata"]["name"])

    def check_image(self, group: Mapping[str, Any]) -> None:
        """Refuse an image that does not exist, as a validation of kops does."""
        image = group["spec"]["image"]
        if not _resolve(image):
            raise KopsError(
                f'{group["metadata"]["name"]}.spec.image: Invalid value: "{image}": specified image'
                f' "{image}" is invalid: could not find Image for "{image}"'
            )

    def differences(self, group: Mapping[str, Any]) -> list[Difference]:
        """Return what an update would change for an instance group."""
        infix = "masters." if group["spec"]["role"] == "Master" else ""
        name = f"{group['metadata']['name']}.{infix}{self._name}"
        data = _latest(name)
        image, wanted = group["spec"]["image"], group["spec"]["machineType"]
        found = []
        if data["ImageId"] != (new := _resolve(image)):
            found.append(("ImageID", data["ImageId"], image, {"ImageId": new}))
        if data["InstanceType"] != wanted:
            found.append(("InstanceType", data["InstanceType"], wanted, {"InstanceType": wanted}))
        script = base64.b64decode(data["UserData"]).decode()
        line = f"KubernetesVersion: {self._cluster['spec']['kubernetesVersion']}"
        if (changed := VERSION_LINE.sub(line, script)) != script:
            encoded = base64.b64encode(changed.encode()).decode()
            found.append(("UserData", "<old>", "<new>", {"UserData": encoded}))
        return [Difference("LaunchTemplate", name, *one) for one in found]

    @staticmethod
    def apply(found: Iterable[Difference]) -> None:
        """Make one version of each launch template, and let the default follow."""
        data: dict[str, dict[str, Any]] = {}
        for one in found:
            data.setdefault(one.name, {}).update(one.data or {})
        for name, fields in data.items():
            made = client("ec2").create_launch_template_version(
                LaunchTemplateName=name, SourceVersion="$Latest", LaunchTemplateData=fields
            )
            number = str(made["LaunchTemplateVersion"]["VersionNumber"])
            client("ec2").modify_launch_template(LaunchTemplateName=name, DefaultVersion=number)

    @staticmethod
    def kubeconfig() -> str:
        """Return a kubeconfig for the caller, which the World keeps for each."""
        key = os.environ["AWS_ACCESS_KEY_ID"]
        body = client("s3").get_object(Bucket="world", Key=f"kubeconfig/{key}")["Body"]
        return str(body.read().decode())


def _latest(name: str) -> dict[str, Any]:
    shown = client("ec2").describe_launch_template_versions(LaunchTemplateName=name)
    versions = sorted(shown["LaunchTemplateVersions"], key=lambda one: int(one["VersionNumber"]))
    return dict(versions[-1]["LaunchTemplateData"])


def _resolve(image: str) -> str:
    """Return the ID that an image means, "" if there is none."""
    if image.startswith("ami-"):
        found = client("ec2").describe_images(
            Filters=[{"Name": "image-id", "Values": [image]}], IncludeDeprecated=True
        )
    elif image.startswith("ssm:"):
        shown = client("ssm").get_parameters(Names=[image.removeprefix("ssm:")])
        return next((str(one["Value"]) for one in shown["Parameters"]), "")
    else:
        owner, _slash, name = image.partition("/")
        filters = [{"Name": "name", "Values": [name]}]
        found = client("ec2").describe_images(
            Owners=[owner], Filters=filters, IncludeDeprecated=True
        )
    images = sorted(found["Images"], key=lambda one: str(one["CreationDate"]))
    return str(images[-1]["ImageId"]) if images else ""
