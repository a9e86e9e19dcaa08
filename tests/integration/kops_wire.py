# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A served kops cluster: its state store, its launch templates, its images."""

from __future__ import annotations

import json
from typing import Any

from kubernetes.client import CoordinationV1Api
from kubernetes.config import new_client_from_config

from ansible_collections.nodeops.rotator.plugins.module_utils.core.names import (
    LEASE_PREFIX,
    USUAL_NAMESPACE,
)
from ansible_collections.nodeops.rotator.tests.integration.wire import WorldOnWire

CLUSTER = "demo.example.com"
STORE = "kops-state"
GROUP = "nodes-a"
TEMPLATE = f"{GROUP}.{CLUSTER}"


def image_name(world: WorldOnWire, which: str = "new_image") -> str:
    """Return the old or the new image as owner/name."""
    found = world.aws("ec2").describe_images(ImageIds=[world.report()["facts"][which]])
    return f"{found['Images'][0]['OwnerId']}/{found['Images'][0]['Name']}"


def stored(world: WorldOnWire, name: str = GROUP) -> dict[str, Any]:
    """Return an instance group of the state store."""
    key = f"{CLUSTER}/instancegroup/{name}"
    found = json.load(world.aws("s3").get_object(Bucket=STORE, Key=key)["Body"])
    assert isinstance(found, dict)
    return found


def store(world: WorldOnWire, name: str, change: dict[str, Any], what: str = "spec") -> None:
    """Change fields of an instance group in the state store, as somebody else does."""
    found = stored(world, name)
    found[what] = {**found[what], **change}
    key = f"{CLUSTER}/instancegroup/{name}"
    world.aws("s3").put_object(Bucket=STORE, Key=key, Body=json.dumps(found).encode())


def shorten_leases(world: WorldOnWire, seconds: int) -> None:
    """Let all Leases of node groups end so soon after their last renewal.

    So nobody waits for the time of their holders, which is long enough for a slow machine.
    """
    config = world.report()["identities"]["rotator"]["KUBECONFIG"]
    spec = {"spec": {"leaseDurationSeconds": seconds}}
    with new_client_from_config(config) as client:
        leases = CoordinationV1Api(client)
        for one in leases.list_namespaced_lease(USUAL_NAMESPACE).items:
            if one.metadata.name.startswith(LEASE_PREFIX):
                leases.patch_namespaced_lease(one.metadata.name, USUAL_NAMESPACE, spec)


def versions(world: WorldOnWire, name: str = TEMPLATE) -> list[dict[str, Any]]:
    """Return the data of all versions of a launch template, oldest first."""
    shown = world.aws("ec2").describe_launch_template_versions(LaunchTemplateName=name)
    found = sorted(shown["LaunchTemplateVersions"], key=lambda one: int(one["VersionNumber"]))
    return [dict(one["LaunchTemplateData"]) for one in found]
