# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse what an interrupted `kops rolling-update` has left behind in AWS."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws
from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.instances import (
    describe_instances,
)
from ansible_collections.nodeops.rotator.plugins.module_utils.core.errors import RefusedError

DETACHED_TAG = "kops.k8s.io/detached-from-asg"
"""kops detaches instances to surge, with this tag and the name of their Auto Scaling group (kops:
upup/pkg/fi/cloudup/awsup, DetachInstance)."""
ALIVE = ("pending", "running", "stopping", "stopped")


def refuse_detached(aws: Aws, group: str) -> None:
    """Refuse an Auto Scaling group with detached instances.

    It does not know them any more, so that no rotation would see them, and they are nodes of the
    old image. Raises RefusedError.
    """
    doing = f"look for instances that kops has detached from Auto Scaling group {group}"
    found = describe_instances(aws, doing, f"tag:{DETACHED_TAG}", [group])
    alive = sorted(one["InstanceId"] for one in found if one["State"]["Name"] in ALIVE)
    if alive:
        raise RefusedError(
            f"An interrupted kops rolling-update has detached {', '.join(alive)} from Auto Scaling"
            f" group {group}",
            "Let kops rolling-update finish, or drain and terminate them",
        )
