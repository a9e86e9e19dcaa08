# Copyright (c) 2026, nodeops.rotator contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write tags of Auto Scaling groups and instances."""

from __future__ import annotations

from ansible_collections.nodeops.rotator.plugins.module_utils.clients.aws.client import Aws


def tag_group(aws: Aws, group: str, key: str, value: str | None) -> None:
    """Write or (None) delete a tag of the group that instances do not get."""
    tag = {"ResourceId": group, "ResourceType": "auto-scaling-group", "Key": key}
    if value is None:
        aws.call(f"untag {group}", "autoscaling", "DeleteTags", Tags=[tag])
    else:
        full = {**tag, "Value": value, "PropagateAtLaunch": False}
        aws.call(f"tag {group}", "autoscaling", "CreateOrUpdateTags", Tags=[full])


def tag_instance(aws: Aws, instance: str, key: str, value: str) -> None:
    """Write a tag of an instance."""
    tags = [{"Key": key, "Value": value}]
    aws.call(f"tag {instance}", "ec2", "CreateTags", Resources=[instance], Tags=tags)
